import torch
from torch.distributions import Normal, kl_divergence

from vaebio.model import likelihoods
from vaebio.model.objective import objective, rate


def test_rate_equals_torch_kl():
    mean, log_var = torch.randn(2, 3, 5, 7, dtype=torch.float64).unbind()
    q, prior = Normal(mean, (0.5 * log_var).exp()), Normal(0.0, 1.0)
    torch.testing.assert_close(rate(mean, log_var), kl_divergence(q, prior))


def test_gaussian_distortion_equals_torch_log_density():
    x, x_hat = torch.randn(5, 11), torch.randn(3, 5, 11)
    expected = -Normal(x_hat, 1.0).log_prob(x).sum(-1)
    torch.testing.assert_close(likelihoods.gaussian(x, x_hat), expected)


def test_squared_error_has_the_gradient_of_the_plain_formula():
    x = torch.randn(5, 11, dtype=torch.float64)
    x_hat = torch.randn(3, 5, 11, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: likelihoods.squared_error(x, y), x_hat)


def test_squared_error_has_a_gradient_where_the_reconstruction_is_exact():
    x = torch.ones(2, 3)
    x_hat = torch.ones(1, 2, 3, requires_grad=True)
    likelihoods.squared_error(x, x_hat).sum().backward()
    torch.testing.assert_close(x_hat.grad, torch.zeros(1, 2, 3))


def test_distortion_is_a_sum_over_features():
    """A mean would multiply the effective beta by the number of features."""
    x, x_hat = torch.zeros(4, 10), torch.ones(1, 4, 10)
    twice = likelihoods.gaussian(x.repeat(1, 2), x_hat.repeat(1, 1, 2))
    torch.testing.assert_close(twice, 2 * likelihoods.gaussian(x, x_hat))


def test_beta_reaches_the_objective():
    distortion, nats = torch.rand(3, 5), torch.rand(3, 5)
    beta = torch.tensor([0.1, 1.0, 10.0], requires_grad=True)
    objective(distortion, nats, beta).sum().backward()
    torch.testing.assert_close(beta.grad, nats.mean(-1))
