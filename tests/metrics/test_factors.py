"""NMF: what was planted comes back, PCA is never beaten on train, nothing leaks."""

import numpy as np
import pytest
from sklearn.decomposition import NMF, PCA

from vaebio.metrics.factors import factors


def planted(n=80, features=20, rank=3, noise=0.0):
    """Factors on features of their own, as far as a factorisation can be told at all."""
    rng = np.random.default_rng(0)
    components = rng.gamma(1, 1, (rank, features)) * (rng.random((rank, features)) < 0.5)
    weights = rng.gamma(1, 1, (n, rank)) * (rng.random((n, rank)) < 0.7)
    return weights @ components + noise * rng.random((n, features))


def error(x, found):
    return np.square(x - found.weights(x) @ found.components).mean()


@pytest.mark.parametrize("most_numbers", [10**9, 0], ids=["whole", "minibatches"])
def test_a_planted_product_of_low_rank_is_recovered(most_numbers):
    x = planted()
    found = factors(x[:60], 3, most_numbers=most_numbers)
    assert (found.components >= 0).all() and (found.weights(x) >= 0).all()
    assert error(x[60:], found) < 1e-3 * x.var(), "of observations that it has not seen"


@pytest.mark.parametrize("components", [1, 2, 4, 7])
def test_it_is_never_better_than_pca_on_train(components):
    x = planted(noise=2.0)
    pca = PCA(components, svd_solver="full").fit(x)
    best = np.square(x - pca.inverse_transform(pca.transform(x))).mean()
    assert error(x, factors(x, components)) >= best * (1 - 1e-9)


def test_it_is_that_of_scikit_learn():
    x = planted(noise=1.0)
    stranger = NMF(3, init="nndsvda", max_iter=1000, random_state=0)
    weights = stranger.fit_transform(x)
    theirs = np.square(x - weights @ stranger.components_).mean()
    assert error(x, factors(x, 3)) == pytest.approx(theirs, rel=1e-3)


def test_a_projection_is_the_best_with_weights_that_are_not_negative():
    """No weight can be moved to a lower error (the conditions of Karush, Kuhn and Tucker)."""
    x = planted(noise=1.0)
    found = factors(x[:60], 4)
    weights = found.weights(x[60:])
    slope = (weights @ found.components - x[60:]) @ found.components.T
    size = np.abs(x[60:] @ found.components.T).max()
    assert np.abs(np.where(weights > 0, slope, np.minimum(slope, 0))).max() < 1e-3 * size


def test_it_says_whether_it_has_converged(monkeypatch):
    x = planted(noise=1.0)
    assert not factors(x, 3).remark
    assert "minibatches" in factors(x, 3, most_numbers=0).remark
    monkeypatch.setattr("vaebio.metrics.factors.ROUNDS", 2)
    assert "not converged in 2 passes" in factors(x, 3).remark
