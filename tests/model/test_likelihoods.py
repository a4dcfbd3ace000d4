"""Densities against torch.distributions, scipy, scvi-tools; closed gradients against autograd."""

import numpy as np
import pytest
import scipy.stats
import torch
from torch.distributions import Bernoulli, NegativeBinomial, Normal, Poisson

from vaebio.model import head
from vaebio.model.likelihoods import likelihood
from vaebio.model.likelihoods.gaussian import squared_error
from vaebio.model.minibatch import Minibatch
from vaebio.model.vae import Architecture, initialise

MEMBERS, OBSERVATIONS, FEATURES = 3, 7, 11
KINDS = [
    ("gaussian", "unit"),
    ("gaussian", "shared"),
    ("gaussian", "feature"),
    ("poisson", "unit"),
    ("nb", "unit"),
    ("zinb", "unit"),
    ("bernoulli", "unit"),
]


def data(name, mean_count=0.8, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    shape = OBSERVATIONS, FEATURES
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    counts = torch.poisson(torch.full(shape, mean_count, dtype=torch.float64), generator=generator)
    counts[0, 0] = 57
    target = {"gaussian": x, "bernoulli": torch.rand(shape, generator=generator).double()}
    log_size = torch.randn(OBSERVATIONS, generator=generator, dtype=torch.float64)
    return Minibatch(x.to(dtype), target.get(name, counts).to(dtype), log_size.to(dtype))


def drawn(kind, dtype=torch.float64):
    """Maps and what is learned beside them."""
    generator = torch.Generator().manual_seed(1)
    shape = MEMBERS, OBSERVATIONS, FEATURES
    linear = tuple(torch.randn(shape, generator=generator, dtype=dtype) for _ in kind.maps)
    learned = {
        name: torch.randn(MEMBERS, size, generator=generator, dtype=dtype)
        for name, size in kind.learned(FEATURES).items()
    }
    return linear, learned


def negative_binomial(linear, learned, seen):
    """In torch's parameters: number of failures, and the logit of a success."""
    theta = learned["log_theta"].exp()[:, None]
    log_mean = linear[0] + seen.log_size[:, None]
    return NegativeBinomial(theta, logits=log_mean - learned["log_theta"][:, None])


def strangers(name, sigma, linear, learned, seen):
    """-log p of every value by torch.distributions."""
    x = seen.target
    if name == "gaussian":
        raw = learned.get("log_sigma", torch.zeros(MEMBERS, 1, dtype=x.dtype))
        bounded = raw if sigma == "unit" else -6 + torch.log1p(torch.exp(raw + 6))
        return -Normal(linear[0], bounded.exp()[:, None]).log_prob(x)
    if name == "poisson":
        return -Poisson((linear[0] + seen.log_size[:, None]).exp()).log_prob(x)
    if name == "bernoulli":
        return -Bernoulli(logits=linear[0], validate_args=False).log_prob(x)
    drawn_count = negative_binomial(linear, learned, seen).log_prob(x)
    if name == "nb":
        return -drawn_count
    inflation, kept = (torch.nn.functional.logsigmoid(s * linear[1]) for s in (1, -1))
    return -torch.where(x == 0, torch.logaddexp(inflation, kept + drawn_count), kept + drawn_count)


@pytest.mark.parametrize(("name", "sigma"), KINDS)
@pytest.mark.parametrize("mean_count", [0.2, 30], ids=["sparse", "dense"])
def test_distortion_equals_torch_log_density(name, sigma, mean_count):
    kind, seen = likelihood(name, sigma), data(name, mean_count)
    linear, learned = drawn(kind)
    expected = strangers(name, sigma, linear, learned, seen).sum(-1)
    torch.testing.assert_close(kind.distortion(linear, learned, seen), expected)


@pytest.mark.parametrize("name", ["nb", "zinb"])
@pytest.mark.parametrize("mean_count", [0.2, 30], ids=["sparse", "dense"])
def test_counts_in_float32_equal_float64_to_1e_4(name, mean_count):
    kind, seen = likelihood(name), data(name, mean_count)
    linear, learned = drawn(kind)
    short = data(name, mean_count, torch.float32)
    found = kind.distortion(
        tuple(y.float() for y in linear), {k: v.float() for k, v in learned.items()}, short
    )
    expected = kind.distortion(linear, learned, seen)
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize("name", ["nb", "zinb"])
def test_counts_equal_scvi_tools_to_1e_4(name):
    """Runs where scvi-tools is installed."""
    scvi = pytest.importorskip("scvi.distributions")
    kind, seen = likelihood(name), data(name)
    linear, learned = drawn(kind)
    mean = (linear[0] + seen.log_size[:, None]).exp()
    theta = learned["log_theta"].exp()[:, None]
    if name == "nb":
        stranger = scvi.NegativeBinomial(mu=mean, theta=theta)
    else:
        stranger = scvi.ZeroInflatedNegativeBinomial(mu=mean, theta=theta, zi_logits=linear[1])
    expected = -stranger.log_prob(seen.target).sum(-1)
    found = kind.distortion(linear, learned, seen)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=0)


@pytest.mark.parametrize(("name", "sigma"), KINDS)
@pytest.mark.parametrize("mean_count", [0.2, 30], ids=["sparse", "dense"])
@pytest.mark.parametrize("batches", [0, 3], ids=["", "batches"])
def test_the_closed_gradient_is_that_of_autograd(
    name, sigma, mean_count, batches, monkeypatch, device
):
    """In the last hidden layer and in every parameter of the maps, members in blocks of two."""
    monkeypatch.setitem(head.BLOCK, device.type, 2 * OBSERVATIONS * FEATURES)
    architecture = Architecture(FEATURES, (5,), (), likelihood=name, sigma=sigma, batches=batches)
    stack = initialise(architecture, (4, 4, 4), (0, 1, 2), device=device, dtype=torch.float64)
    here = data(name, mean_count)
    moved = (t.to(device) for t in (here.x, here.target, here.log_size))
    seen = Minibatch(*moved, batch=torch.arange(OBSERVATIONS, device=device) % 3)
    for parameter in stack.learned.values():
        parameter += torch.linspace(-1, 1, parameter.shape[1], device=device).double()
    for p in stack.parameters.values():
        p.requires_grad_(True)
    z = torch.randn(MEMBERS, OBSERVATIONS, 4, dtype=torch.float64).to(device).requires_grad_(True)
    distortion = stack.likelihood.distortion(stack.decode(z, seen.batch), stack.learned, seen)
    own = {name: stack.parameters[name] for name in head.owned(stack)}
    expected = torch.autograd.grad(distortion.mean(1).sum(), [z, *own.values()])
    into_z = head.backward(stack, z.detach(), seen)
    torch.testing.assert_close(into_z, expected[0])
    for (name, p), gradient in zip(own.items(), expected[1:], strict=True):
        torch.testing.assert_close(p.grad, gradient, msg=lambda text, name=name: f"{name}: {text}")
        assert p.grad.abs().sum() > 0, name


FILLABLE = [kind for kind in KINDS if kind[0] in ("gaussian", "bernoulli")]


def with_gaps(seen):
    """Some values filled in; the second feature always, the fifth observation nearly always."""
    observed = (torch.rand(seen.target.shape, generator=torch.Generator().manual_seed(2)) > 0.4).to(
        seen.target.dtype
    )
    observed[:, 1], observed[4, 2:] = 0, 0
    return Minibatch(seen.x, seen.target, seen.log_size, observed=observed)


@pytest.mark.parametrize(("name", "sigma"), FILLABLE)
def test_what_was_filled_in_has_no_say(name, sigma):
    """The distortion is that of the measured values alone, and its gradient that of autograd."""
    kind, seen = likelihood(name, sigma), with_gaps(data(name))
    linear, learned = drawn(kind)
    for t in (*linear, *learned.values()):
        t.requires_grad_(True)
    terms = strangers(name, sigma, linear, learned, seen) * seen.observed
    found = kind.distortion(linear, learned, seen)
    torch.testing.assert_close(found, terms.sum(-1))
    expected = torch.autograd.grad(terms.sum(), [*linear, *learned.values()])
    with torch.no_grad():
        start = kind.start("output", torch.zeros(MEMBERS, FEATURES).double(), learned, seen)
        gradient, in_learned = kind.gradient([start + linear[0]], learned, seen)
    for one, other in zip([*gradient, *in_learned.values()], expected, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(("name", "sigma"), FILLABLE)
def test_a_mask_of_nothing_changes_nothing(name, sigma):
    kind, seen = likelihood(name, sigma), data(name)
    masked = Minibatch(seen.x, seen.target, observed=torch.ones_like(seen.target))
    linear, learned = drawn(kind)
    torch.testing.assert_close(
        kind.distortion(linear, learned, seen), kind.distortion(linear, learned, masked)
    )


def frozen(name, mean, theta=None):
    """scipy's distribution of a count."""
    if name == "poisson":
        return scipy.stats.poisson(mean)
    return scipy.stats.nbinom(theta, theta / (theta + mean))


@pytest.mark.parametrize("name", ["poisson", "nb", "zinb"])
@pytest.mark.parametrize("theta", [0.1, 1.0, 50.0])
def test_the_expected_logarithm_is_the_sum_over_all_counts(name, theta):
    """Not the logarithm of the expected count, which lies above it."""
    means = torch.tensor([1e-4, 0.05, 0.7, 4.0, 60.0, 300.0], dtype=torch.float64)
    sizes = torch.tensor([0.02, 0.3, 5.0], dtype=torch.float64)
    linear = (means.log() - sizes.log()[:, None])[None]
    learned = {"log_theta": torch.full((1, len(means)), theta, dtype=torch.float64).log()}
    logits = torch.full_like(linear, -0.4)
    found = likelihood(name).expected((linear, logits), learned, sizes.log())[0]
    x = np.arange(100_000)
    kept = 1 - scipy.special.expit(-0.4) if name == "zinb" else 1
    expected = torch.tensor(
        [
            [kept * frozen(name, m, theta).pmf(x) @ np.log1p(x / s) for m in means.tolist()]
            for s in sizes.tolist()
        ]
    )
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)
    assert (found < (1 + kept * means / sizes[:, None]).log() + 1e-3).all()


@pytest.mark.parametrize("name", ["gaussian", "poisson", "nb", "bernoulli"])
def test_the_intercept_expects_the_mean(name):
    kind, mean = likelihood(name), torch.tensor([0.02, 0.4, 0.9], dtype=torch.float64)
    y = kind.intercept(mean)
    back = {"gaussian": y, "bernoulli": y.sigmoid()}.get(name, y.exp())
    torch.testing.assert_close(back, mean)


@pytest.mark.parametrize("name", ["poisson", "nb", "zinb", "bernoulli"])
def test_the_intercept_is_finite_where_a_feature_has_one_value(name):
    kind = likelihood(name)
    assert kind.intercept(torch.tensor([0.0, 1.0])).isfinite().all()


def test_squared_error_has_the_gradient_of_the_plain_formula():
    x = torch.randn(5, 11, dtype=torch.float64)
    x_hat = torch.randn(3, 5, 11, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: squared_error(x, y), x_hat)


def test_squared_error_has_a_gradient_where_the_reconstruction_is_exact():
    x = torch.ones(2, 3)
    x_hat = torch.ones(1, 2, 3, requires_grad=True)
    squared_error(x, x_hat).sum().backward()
    torch.testing.assert_close(x_hat.grad, torch.zeros(1, 2, 3))


@pytest.mark.parametrize(("name", "sigma"), KINDS)
def test_distortion_is_a_sum_over_features(name, sigma):
    """A mean would multiply the effective beta by the number of features."""
    kind, seen = likelihood(name, sigma), data(name)
    linear, learned = drawn(kind)
    twice = Minibatch(seen.x.repeat(1, 2), seen.target.repeat(1, 2), seen.log_size)
    doubled = {k: v if v.shape[1] == 1 else v.repeat(1, 2) for k, v in learned.items()}
    both = kind.distortion(tuple(y.repeat(1, 1, 2) for y in linear), doubled, twice)
    torch.testing.assert_close(both, 2 * kind.distortion(linear, learned, seen))
