"""One decomposition serves PCA, the frontier and the noise floor, as each would make its own."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from vaebio.metrics.analytic import spectrum, spectrum_of
from vaebio.metrics.baselines import Linear
from vaebio.metrics.decomposition import Decomposition
from vaebio.metrics.noise_floor_spectrum import noise_of, noise_variance

SHAPES = [(60, 25), (25, 60), (30, 30)]


def drawn(shape):
    rng = np.random.default_rng(0)
    n, features = shape
    signal = rng.normal(size=(n, 4)) @ rng.normal(size=(4, features))
    return (signal + rng.normal(size=shape) + 3).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_directions_and_values_are_those_of_scikit_learn_signs_included(shape):
    x = drawn(shape)
    pca = PCA(10, svd_solver="full").fit(x.astype(float))
    found = Decomposition(x)
    np.testing.assert_allclose(found.directions(10), pca.components_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.squares[:10], pca.singular_values_**2, rtol=1e-6)
    np.testing.assert_allclose(found.mean, pca.mean_, rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_frontier_is_the_same_as_from_the_observations(shape):
    x = drawn(shape)
    one, other = (
        spectrum(x, 70),
        spectrum_of(Decomposition(x).squares, shape[0], float(shape[1]), 70),
    )
    np.testing.assert_allclose(one.leading, other.leading, rtol=1e-5, atol=1e-6)
    assert one.total == pytest.approx(other.total, rel=1e-5)
    assert (one.features, one.exact) == (other.features, other.exact)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_noise_is_the_same_as_from_the_observations(shape):
    x = drawn(shape)
    squares = Decomposition(x).squares
    assert noise_of(x, squares).median == pytest.approx(noise_of(x).median, rel=1e-9)
    assert noise_variance(x, squares=squares).low == pytest.approx(noise_variance(x).low, rel=1e-9)


@pytest.mark.parametrize("shape", [(40, 12), (12, 40)], ids=str)
def test_a_direction_that_train_does_not_have_is_0_and_changes_no_reconstruction(shape):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(shape[0], 3)) @ rng.normal(size=(3, shape[1]))
    linear, other = Linear(x, 6), x + rng.normal(size=shape)
    scores = linear.scores(other)
    assert not scores[:, 3:].any() and scores[:, :3].any()
    np.testing.assert_array_equal(linear.reconstruct(scores, 6), linear.reconstruct(scores, 3))
