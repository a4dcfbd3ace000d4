"""The parts of the rate against their definitions, gaussians that are known, and their laws."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from vaebio.metrics.aggregate import parts


def posteriors(n, units, seed=0, spread=1.0):
    rng = np.random.default_rng(seed)
    mean = spread * rng.normal(size=(n, units))
    return mean, rng.normal(-1.5, 0.5, size=(n, units))


def noise(mean, seed=7):
    return np.random.default_rng(seed).normal(size=mean.shape)


def means(found):
    values = found.information, found.marginal_kl, found.total_correlation, found.dimension_kl
    return np.array([v.mean() for v in values])


def by_definition(mean, log_var, draws=3000):
    """The four from samples of the mixture and the log densities of torch.distributions."""
    mean, scale = torch.from_numpy(mean), torch.from_numpy(log_var / 2).exp()
    each, even = Normal(mean, scale), Categorical(logits=torch.zeros(len(mean)).double())
    joint = MixtureSameFamily(even, Independent(each, 1))
    torch.manual_seed(0)
    z = each.sample((draws,))
    own, whole = each.log_prob(z), joint.log_prob(z)
    units = [
        MixtureSameFamily(even, Normal(mean[:, j], scale[:, j])).log_prob(z[..., j])
        for j in range(mean.shape[1])
    ]
    units, prior = torch.stack(units, -1), Normal(0.0, 1.0).log_prob(z)
    values = own.sum(-1) - whole, whole - prior.sum(-1), whole - units.sum(-1)
    return np.array([v.mean().item() for v in (*values, (units - prior).sum(-1))])


def test_they_are_what_their_definitions_say():
    mean, log_var = posteriors(25, 3)
    mean[:, 1] = 0.8 * mean[:, 0] + 0.3 * mean[:, 1]
    found = np.mean([means(parts(mean, log_var, noise(mean, seed))) for seed in range(50)], axis=0)
    np.testing.assert_allclose(found, by_definition(mean, log_var), atol=0.02)
    assert found[2] > 0.1, "there is a total correlation to be found"


def test_rate_is_that_of_torch_and_the_parts_sum_to_it():
    mean, log_var = posteriors(40, 5)
    found = parts(mean, log_var, noise(mean))
    q = Normal(torch.from_numpy(mean), torch.from_numpy(log_var / 2).exp())
    np.testing.assert_allclose(found.rate, kl_divergence(q, Normal(0.0, 1.0)).sum(-1))
    np.testing.assert_allclose(found.information + found.marginal_kl, found.rate)
    both = found.total_correlation + found.dimension_kl
    np.testing.assert_allclose(both, found.marginal_kl, atol=1e-12)


LOADINGS = {
    "independent": [[0.9, 0.0], [0.0, 0.5]],
    "duplicated": [[0.8, 0.8], [0.0, 0.0]],
    "mixed": [[0.9, 0.5], [0.2, -0.7]],
}


@pytest.mark.parametrize("loadings", LOADINGS.values(), ids=LOADINGS)
def test_a_gaussian_aggregate_has_its_known_parts(loadings):
    """Posteriors N(A'u, s²) with u normal: their mean is the normal distribution N(0, A'A + s²)."""
    rng, noisy = np.random.default_rng(0), 0.36
    loadings = np.array(loadings)
    u = rng.normal(size=(1500, 2))
    # Whitened, so that the sample has the covariance of the formula.
    u = (u - u.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(u.T, bias=True))).T
    mean = u @ loadings
    found = means(parts(mean, np.full_like(mean, math.log(noisy)), noise(mean)))
    covariance = loadings.T @ loadings + noisy * np.eye(2)
    variances, whole = np.diag(covariance), np.linalg.slogdet(covariance)[1]
    information = 0.5 * (whole - 2 * math.log(noisy))
    marginal = 0.5 * (np.trace(covariance) - 2 - whole)
    shared = 0.5 * (np.log(variances).sum() - whole)
    expected = information, marginal, shared, marginal - shared
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_posteriors_that_are_all_alike_tell_nothing_and_add_no_error():
    mean, log_var = np.full((60, 3), 0.7), np.full((60, 3), -0.4)
    found = parts(mean, log_var, noise(mean))
    np.testing.assert_allclose(found.information, 0, atol=1e-12)
    np.testing.assert_allclose(found.total_correlation, 0, atol=1e-12)
    np.testing.assert_allclose(found.marginal_kl, found.rate)
    assert not found.saturated


def test_posteriors_far_apart_tell_the_observation_and_no_more():
    mean = 100.0 * np.arange(50)[:, None]
    found = parts(mean, np.zeros((50, 1)), noise(mean))
    np.testing.assert_allclose(found.information, math.log(50))
    assert found.saturated and found.unit_saturated


def test_a_unit_that_equals_the_prior_changes_nothing():
    mean, log_var = posteriors(40, 2)
    drawn = noise(np.zeros((40, 5)))
    alone = parts(mean, log_var, drawn[:, :2])
    padded = [np.pad(v, ((0, 0), (0, 3))) for v in (mean, log_var)]
    np.testing.assert_array_equal(means(parts(*padded, drawn)), means(alone))


def test_no_mutual_information_exceeds_those_that_bound_it():
    mean, log_var = posteriors(80, 3, spread=2.0)
    found = parts(mean, log_var, noise(mean))
    assert (found.information <= math.log(80) + 1e-12).all()
    assert (found.of_units.mean(0) <= found.information.mean()).all()
    assert found.information.mean() < found.rate.mean()


@pytest.mark.parametrize(("spread", "saturated"), [(0.3, False), (30.0, True)])
def test_saturation_is_where_more_observations_would_show_more(spread, saturated):
    """Twice as many of the same kind: information rises by ln 2 where it is saturated."""
    mean, log_var = posteriors(400, 2, spread=spread)
    drawn = noise(mean)
    few, many = (parts(mean[:n], log_var[:n], drawn[:n]) for n in (200, 400))
    assert few.saturated == saturated
    rise = many.information.mean() - few.information.mean()
    assert (rise > 0.5) if saturated else (rise < 0.1)


def test_precision_of_narrow_posteriors():
    """Those of a small beta: a thousandth of the distance between their means."""
    mean = np.array([[4.0, 4.0], [4.001, 4.0], [-4.0, 3.0]])
    log_var = np.full((3, 2), 2 * math.log(1e-3))
    found = np.mean([means(parts(mean, log_var, noise(mean, seed))) for seed in range(300)], axis=0)
    np.testing.assert_allclose(found, by_definition(mean, log_var, 20_000), atol=0.03)
