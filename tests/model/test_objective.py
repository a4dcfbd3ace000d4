import torch
from torch.distributions import Normal, kl_divergence

from vaebio.model.objective import penalty, rate


def test_rate_equals_torch_kl():
    mean, log_var = torch.randn(2, 3, 5, 7, dtype=torch.float64).unbind()
    q, prior = Normal(mean, (0.5 * log_var).exp()), Normal(0.0, 1.0)
    torch.testing.assert_close(rate(mean, log_var), kl_divergence(q, prior))


def test_beta_reaches_the_price():
    per_unit = torch.rand(3, 5)
    beta = torch.tensor([0.1, 1.0, 10.0], requires_grad=True)
    penalty(per_unit, beta).sum().backward()
    torch.testing.assert_close(beta.grad, per_unit.sum(-1))


def test_free_bits_cost_nothing_and_pull_at_nothing():
    per_unit = torch.tensor([[0.1, 0.4, 2.0, 0.0]], requires_grad=True)
    free = torch.tensor([[0.5, 0.5, 0.5, 0.0]])  # the last unit is padding
    price = penalty(per_unit, torch.tensor([2.0]), free_bits=free)
    torch.testing.assert_close(price, torch.tensor([2 * (0.5 + 0.5 + 2.0)]))
    price.sum().backward()
    assert per_unit.grad[0, :3].tolist() == [0.0, 0.0, 2.0]


def test_capacity_pulls_the_rate_to_it_from_both_sides():
    per_unit = torch.tensor([[1.0, 1.0], [4.0, 3.0]], requires_grad=True)
    price = penalty(per_unit, torch.tensor([10.0, 10.0]), capacity=5.0)
    torch.testing.assert_close(price, torch.tensor([30.0, 20.0]))
    price.sum().backward()
    assert per_unit.grad.tolist() == [[-10.0, -10.0], [10.0, 10.0]]
