import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error

from vaebio.metrics import baselines, information
from vaebio.metrics.reconstruction import mean_with_interval, mse, variance


@pytest.fixture
def x():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 4)) @ rng.normal(size=(4, 10)) + rng.normal(size=(60, 10)) + 3


def test_mse_equals_that_of_scikit_learn(x):
    x_hat = x + 0.3
    assert mse(x, x_hat).mean() == pytest.approx(mean_squared_error(x, x_hat))


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [mean_with_interval(rng.exponential(size=200)) for _ in range(500)]
    assert 0.91 < np.mean([e.low <= 1 <= e.high for e in found]) < 0.98


def test_one_observation_has_no_interval():
    assert np.isnan(mean_with_interval(np.array([1.0])).low)


def test_the_null_of_train_is_its_variance(x):
    assert mse(x, baselines.null(x)).mean() == pytest.approx(x.var(axis=0).mean())


@pytest.mark.parametrize("components", [1, 3, 8])
def test_a_cut_pca_equals_scikit_learns_pca_of_that_size(x, components):
    train, test = x[:40], x[40:]
    linear = baselines.Linear(train, 8)
    found = linear.reconstruct(linear.scores(test), components)
    stranger = PCA(components, svd_solver="full").fit(train)
    np.testing.assert_allclose(found, stranger.inverse_transform(stranger.transform(test)))


def test_pca_beats_null_and_more_components_help(x):
    linear = baselines.Linear(x, 8)
    scores = linear.scores(x)
    errors = [mse(x, linear.reconstruct(scores, k)).mean() for k in (0, 2, 4, 8)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == pytest.approx(mse(x, baselines.null(x)).mean())


def test_more_components_than_the_data_have_are_cut(x):
    assert baselines.Linear(x[:6], 32).largest == 5


def test_active_units_are_counted_by_variance_not_by_number():
    """Seven of eight units ignore the input."""
    mean = np.random.default_rng(0).normal(size=(500, 8))
    mean[:, 1:] *= 1e-3
    assert information.active_units(mean).sum() == 1
    np.testing.assert_allclose(information.mean_variance(mean), mean.var(axis=0, ddof=1))


def test_what_was_filled_in_has_no_say(x):
    """Neither in the error nor in the variance it is held against."""
    observed = np.random.default_rng(0).random(x.shape) < 0.7
    observed[:, 0] = False
    nowhere = np.where(observed, x, 1e9)
    guess = np.full(x.shape[1], 0.3)
    by_hand = [np.mean((row[seen] - 0.3) ** 2) for row, seen in zip(x, observed, strict=True)]
    np.testing.assert_allclose(mse(nowhere, guess, observed), by_hand)
    mean = [np.mean(x[observed[:, j], j]) if observed[:, j].any() else 0 for j in range(x.shape[1])]
    assert variance(nowhere, observed) == pytest.approx(mse(x, np.array(mean), observed).mean())
    assert variance(x, np.ones_like(observed)) == pytest.approx(variance(x))
