"""Errors divided among features add up; strata are quantiles of abundance that ties do not cut."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from vaebio.metrics.features import divided, of_stratum, spread, stratified, weights
from vaebio.metrics.reconstruction import mean_with_interval, mse, variance

N, FEATURES = 40, 12
ROWS = np.arange(N) >= 25


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(3, 2, size=(N, FEATURES)).astype(np.float32)


@pytest.fixture(params=[False, True], ids=["all measured", "some missing"])
def observed(request):
    mask = np.random.default_rng(1).random((N, FEATURES)) < 0.7
    mask[-1] = False  # an observation of which nothing was measured
    return mask if request.param else None


@pytest.fixture
def x_hat(x):
    return x + np.random.default_rng(2).normal(size=x.shape)


STRATA = np.arange(FEATURES) % 3


def test_the_parts_of_features_and_of_strata_add_up_to_the_mse(x, x_hat, observed):
    found, error = divided(x, x_hat, observed, ROWS, STRATA), mse(x, x_hat, observed)
    assert found.features.sum() == pytest.approx(error[ROWS].mean())
    np.testing.assert_allclose(found.strata.sum(axis=1), error)
    for s in range(3):
        own = found.features[s == STRATA].sum()
        assert own == pytest.approx(found.strata[ROWS, s].mean())


def test_a_value_counts_one_over_the_measured_values_of_its_observation(x, x_hat, observed):
    there = np.ones(x.shape, bool) if observed is None else observed
    found = weights(x.shape, observed, ROWS, STRATA).features
    by_hand = [
        sum(there[i, g] / max(there[i].sum(), 1) for i in np.flatnonzero(ROWS)) / ROWS.sum()
        for g in range(FEATURES)
    ]
    np.testing.assert_allclose(found, by_hand)
    if observed is None:
        np.testing.assert_allclose(found, 1 / FEATURES)


def test_the_weighted_errors_of_features_are_the_mse(x, x_hat, observed):
    """Those of the table: a feature's own error is the part over its weight."""
    part = divided(x, x_hat, observed, ROWS, STRATA).features
    weight = weights(x.shape, observed, ROWS, STRATA).features
    if observed is None:
        np.testing.assert_allclose(part / weight, np.square(x - x_hat)[ROWS].mean(axis=0))
    error = mse(x, x_hat, observed)[ROWS].mean()
    assert (weight * (part / weight)).sum() == pytest.approx(error)


def test_r2_of_a_feature_is_that_of_scikit_learn(x, x_hat):
    part = divided(x, x_hat, None, ROWS, STRATA).features
    found = 1 - part / spread(x, None, ROWS, STRATA)
    expected = r2_score(x[ROWS], x_hat[ROWS], multioutput="raw_values")
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_variances_of_features_add_up_to_that_of_the_split(x, observed):
    found = spread(x, observed, ROWS, STRATA)
    own = None if observed is None else observed[ROWS]
    assert found.sum() == pytest.approx(variance(x[ROWS], own))


def test_a_feature_with_one_value_has_no_variance_whatever_rounding_does(x, observed):
    x[ROWS, 4] = np.float32(0.1)
    found = spread(x, observed, ROWS, STRATA)
    assert found[4] == 0
    assert (np.delete(found, 4) > 0).all()


def test_what_was_filled_in_has_no_say(x, x_hat):
    observed = np.random.default_rng(1).random(x.shape) < 0.7
    nowhere = np.where(observed, x, np.float32(1e9))
    one, other = (divided(values, x_hat, observed, ROWS, STRATA) for values in (x, nowhere))
    np.testing.assert_allclose(one.features, other.features)
    np.testing.assert_allclose(one.strata, other.strata)
    one, other = (spread(values, observed, ROWS, STRATA) for values in (x, nowhere))
    np.testing.assert_allclose(one, other)


def test_the_values_of_a_stratum_have_its_mse_as_mean(x, x_hat, observed):
    part = divided(x, x_hat, observed, ROWS, STRATA)
    weight = weights(x.shape, observed, ROWS, STRATA)
    for s in range(3):
        own = STRATA == s
        found = of_stratum(part.strata[ROWS, s], weight.strata[ROWS, s])
        expected = part.features[own].sum() / weight.features[own].sum()
        assert found.mean() == pytest.approx(expected)
        if observed is None:
            np.testing.assert_allclose(found, mse(x[ROWS][:, own], x_hat[ROWS][:, own]))


def test_the_interval_of_a_stratum_covers_as_often_as_it_says():
    """A ratio of two means: observations differ in how much of the stratum was measured."""
    rng, inside = np.random.default_rng(0), []
    for _ in range(400):
        observed = rng.random((150, 6)) < rng.uniform(0.2, 1, size=(150, 1))
        observed[:, 5] = True
        error = rng.exponential(1 + np.arange(6), size=(150, 6))
        strata, rows = np.array([0, 0, 0, 1, 1, 1]), np.ones(150, bool)
        part = divided(np.sqrt(error), np.zeros(6), observed, rows, strata).strata[:, 0]
        weight = weights(error.shape, observed, rows, strata).strata[:, 0]
        found = mean_with_interval(of_stratum(part, weight))
        inside.append(found.low <= 2 <= found.high)
    assert 0.91 < np.mean(inside) < 0.98


def test_a_stratum_of_which_nothing_is_known_or_that_diverged_has_no_number():
    assert np.isnan(of_stratum(np.zeros(3), np.zeros(3))).all()
    assert np.isnan(of_stratum(np.array([1.0, np.inf, 2.0]), np.ones(3))).all()


@pytest.mark.parametrize("most", [1, 3, 5, 100])
def test_strata_are_of_one_size_and_in_order(most):
    abundance = np.random.default_rng(0).permutation(60).astype(float)
    found = stratified(abundance, most)
    sizes = np.bincount(found)
    assert len(sizes) == min(most, 60)
    assert sizes.max() - sizes.min() <= 1
    assert (np.diff(found[np.argsort(abundance)]) >= 0).all()


def test_features_that_tie_are_not_divided_and_there_are_fewer_strata():
    abundance = np.array([0.0] * 30 + [1.0] * 5 + [2.0] * 5)
    found = stratified(abundance, 5)
    assert [len(set(found[abundance == a])) for a in (0, 1, 2)] == [1, 1, 1]
    np.testing.assert_array_equal(np.unique(found), np.arange(found.max() + 1))
    assert found.max() + 1 < 5
    assert (stratified(np.ones(7), 5) == 0).all()
