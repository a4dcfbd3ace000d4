"""The importance-weighted bound against exact densities, torch.distributions and its own laws."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy import sparse
from torch.distributions import MultivariateNormal, NegativeBinomial, Normal

from vaebio.model import keyed
from vaebio.model.vae import Architecture, Stack, initialise
from vaebio.training import importance
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.importance import log_likelihood
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Observations

FEATURES, UNITS, N = 6, 2, 30
CPU = torch.device("cpu")


def linear(width=1.0, shift=0.0):
    """A linear VAE with sigma 1 and its exact posterior, or one that is wider and moved."""
    torch.manual_seed(0)
    directions = torch.linalg.qr(torch.randn(FEATURES, UNITS, dtype=torch.float64))[0]
    loadings = (directions * torch.tensor([2.0, 1.0])).T
    precision = 1 + loadings.square().sum(1)
    bias = torch.linspace(-1, 1, FEATURES, dtype=torch.float64)
    parameters = {
        "mean.weight": loadings.T / precision,
        "mean.bias": shift - bias @ loadings.T / precision,
        "log_var.weight": torch.zeros(FEATURES, UNITS, dtype=torch.float64),
        "log_var.bias": 2 * math.log(width) - precision.log(),
        "output.weight": loadings,
        "output.bias": bias,
    }
    stack = Stack(
        Architecture(FEATURES, (), ()), (UNITS,), {k: p[None] for k, p in parameters.items()}
    )
    return stack, MultivariateNormal(bias, loadings.T @ loadings + torch.eye(FEATURES).double())


def bound(stack, data, samples, seeds=(0,), rows=None):
    rows = torch.arange(len(data)) if rows is None else rows
    return log_likelihood(stack, data, rows, torch.tensor(seeds), samples)


@pytest.fixture
def x():
    return linear()[1].sample((N,))


@pytest.mark.parametrize("samples", [1, 5])
def test_with_the_exact_posterior_it_is_exact(samples, x):
    stack, density = linear()
    torch.testing.assert_close(bound(stack, Observations.of(x), samples)[0], density.log_prob(x))


def test_with_a_worse_posterior_it_rises_to_the_exact_density(x):
    stack, density = linear(width=1.5, shift=0.3)
    exact = density.log_prob(x).mean()
    found = [bound(stack, Observations.of(x), k).mean() for k in (1, 8, 64, 1000)]
    assert found[0] < found[1] < found[2] < exact + 0.05
    assert exact - found[0] > 0.2, "there is a gap to close"
    assert abs(found[3] - exact) < 0.02


def test_it_is_the_elbo_with_one_sample_and_never_below_it_with_the_same_ones(x):
    stack, _ = linear(width=1.5, shift=0.3)
    data, rows = Observations.of(x), torch.arange(N)
    first = fixed_noise(torch.tensor([0]), N, UNITS, x.dtype)
    found = encode(stack, data, rows, first)
    z = stack.sample(found.mean, found.log_var, first)
    q = Normal(found.mean, (found.log_var / 2).exp())
    sampled_rate = (q.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(-1)
    torch.testing.assert_close(bound(stack, data, 1), -(found.distortion + sampled_rate))
    one_by_one = [
        bound(stack, data, 1),
        *(_of_step(stack, data, step) for step in range(1, 6)),
    ]
    weights = torch.stack(one_by_one)
    several = bound(stack, data, 6)
    torch.testing.assert_close(several, weights.logsumexp(0) - math.log(6))
    assert (several >= weights.mean(0)).all()


def _of_step(stack, data, step):
    """The bound of one sample by itself: the logarithm of its weight."""
    rows = torch.arange(len(data))
    noise = keyed.normal(torch.tensor([0]), keyed.VALIDATION, step, rows, UNITS, data.dtype)
    seen = data.minibatch(rows)
    return importance._log_weights(stack, seen, *stack.encode(seen.x), noise)


def test_values_that_were_filled_in_have_no_say(x):
    """It is then the density of the measured values alone."""
    stack, density = linear(width=1.5)
    imputed = np.random.default_rng(0).random((N, FEATURES)) < 0.3
    values = x.numpy().astype(np.float32)
    inputs = Inputs(
        values, np.zeros(FEATURES), np.ones(FEATURES), None, imputed=imputed.astype(np.uint8)
    )
    single = {name: p.float() for name, p in stack.parameters.items()}
    stack = dataclasses.replace(stack, parameters=single)
    found = bound(stack, inputs.placed("scaled", CPU, 10**9), 800)[0].double()
    for row, gaps, value in zip(x, torch.from_numpy(imputed), found, strict=True):
        mean, covariance = density.mean[~gaps], density.covariance_matrix[~gaps][:, ~gaps]
        exact = MultivariateNormal(mean, covariance).log_prob(row[~gaps])
        assert value == pytest.approx(exact.item(), abs=0.3)


@pytest.fixture(scope="module")
def counted():
    rng = np.random.default_rng(0)
    counts = rng.poisson(rng.gamma(2, 1, (N, FEATURES))).astype(np.float32)
    size = 1 + rng.random(N)
    values = np.log1p(counts / size[:, None])
    inputs = Inputs(
        sparse.csr_matrix(values),
        values.mean(0),
        values.std(0),
        5.0,
        counts=sparse.csr_matrix(counts),
        size=size,
        batch=np.arange(N) % 3,
    )
    return inputs.placed("counts", CPU, 10**9)


NB = Architecture(FEATURES, (4,), (5,), likelihood="nb", batches=3)


def test_that_of_counts_is_the_one_by_torch(counted):
    stack = initialise(NB, [UNITS], [3])
    stack.parameters["log_theta"] += 0.5
    rows, samples = torch.arange(N), 7
    seen = counted.minibatch(rows)
    mean, log_var = stack.encode(seen.x, seen.batch)
    weights = []
    for step in range(samples):
        noise = keyed.normal(torch.tensor([3]), keyed.VALIDATION, step, rows, UNITS, mean.dtype)
        q = Normal(mean, (log_var / 2).exp())
        z = mean + q.scale * noise
        logits = stack.decode(z, seen.batch)[0] + seen.log_size[:, None]
        theta = stack.parameters["log_theta"][:, None].exp()
        x = NegativeBinomial(theta, logits=logits - theta.log()).log_prob(seen.target).sum(-1)
        weights.append(x + (Normal(0.0, 1.0).log_prob(z) - q.log_prob(z)).sum(-1))
    by_torch = torch.stack(weights).logsumexp(0) - math.log(samples)
    torch.testing.assert_close(bound(stack, counted, samples, [3]), by_torch)


def test_a_member_has_its_number_whatever_its_neighbours_and_chunks(counted, monkeypatch):
    stack, seeds = initialise(NB, [2, 5, 3], [0, 1, 1]), (0, 1, 1)
    together = bound(stack, counted, 6, seeds)
    for i, seed in enumerate(seeds):
        torch.testing.assert_close(bound(stack.take([i]), counted, 6, [seed])[0], together[i])
    some = torch.tensor([7, 3, 20])
    torch.testing.assert_close(bound(stack, counted, 6, seeds, some), together[:, some])
    monkeypatch.setattr(importance, "ROWS", 4)
    torch.testing.assert_close(bound(stack, counted, 6, seeds), together)
