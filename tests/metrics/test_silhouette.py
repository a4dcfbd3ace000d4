import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from vaebio.metrics.silhouette import looked_at, widths


@pytest.fixture
def embedding():
    return np.random.default_rng(0).normal(size=(700, 4)).astype(np.float32) + 50


def divided(classes, seed=0):
    return np.random.default_rng(seed).integers(0, classes, 700)


def test_widths_are_those_of_scikit_learn_in_every_division(embedding):
    """One observation is alone in its class."""
    divisions = [divided(3), np.where(np.arange(700) == 5, 9, divided(4)), divided(2).astype(str)]
    found = widths(embedding, divisions)
    centred = embedding.astype(float) - embedding.mean(axis=0, dtype=float)
    for own, division in zip(found, divisions, strict=True):
        np.testing.assert_allclose(own, silhouette_samples(centred, division), atol=1e-12)
    assert found[1][5] == 0


def test_the_widths_of_some_are_those_among_all(embedding):
    some = np.array([3, 10, 699])
    [every] = widths(embedding, [divided(3)])
    [found] = widths(embedding, [divided(3)], some)
    np.testing.assert_allclose(found, every[some], rtol=1e-12)


def test_observations_that_coincide_have_no_width():
    [found] = widths(np.zeros((6, 2)), [np.array([0, 0, 0, 1, 1, 1])])
    assert (found == 0).all()


def test_of_many_observations_the_same_random_ones_are_looked_at():
    assert len(looked_at(20_000)) == 20_000
    some = looked_at(100_000, seed=1)
    assert len(some) == 4000 == len(set(some))
    np.testing.assert_array_equal(some, looked_at(100_000, seed=1))
    assert set(some) != set(looked_at(100_000, seed=2))
    assert len(looked_at(10_000_000)) == 1000
