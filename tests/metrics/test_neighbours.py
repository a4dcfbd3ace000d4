import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from vaebio.metrics.neighbours import nearest, nearest_among


def drawn(n=300, units=5, seed=0):
    return np.random.default_rng(seed).normal(size=(n, units))


def by_hand(embedding, k):
    """By distance, then by index."""
    distance = cdist(embedding, embedding)
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distance, order, 1)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_neighbours_are_those_of_scikit_learn(offset):
    embedding = drawn() + offset
    found = nearest(embedding, 12)
    distances, indices = NearestNeighbors(n_neighbors=12).fit(embedding).kneighbors()
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances, rtol=1e-9)


def test_what_lies_equally_far_is_in_the_order_of_the_observations():
    """A grid of whole numbers, each point there many times: nearly all distances are tied."""
    embedding = np.random.default_rng(0).integers(0, 4, (200, 2)).astype(np.float32)
    found = nearest(embedding, 7)
    indices, distances = by_hand(embedding.astype(float), 7)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances)
    np.testing.assert_allclose(nearest(embedding, 7, exact=0).distances, distances)


def test_observations_that_are_all_alike_have_the_first_as_neighbours():
    found = nearest(np.ones((60, 3)), 4)
    np.testing.assert_array_equal(found.indices[10], [0, 1, 2, 3])
    np.testing.assert_array_equal(found.indices[0], [1, 2, 3, 4])
    assert (found.distances == 0).all()


def test_the_inverted_file_finds_nearly_all_and_is_repeatable():
    """Cells of which not all are searched: 158 of 6,200 observations, 32 of them."""
    labels = np.arange(6200) % 20
    embedding = 2 * drawn(20, 10, 1)[labels] + drawn(6200, 10)
    exact, found, again = (nearest(embedding, 15, exact=e) for e in (10**6, 0, 0))
    np.testing.assert_array_equal(found.indices, again.indices)
    same = [len(set(a) & set(b)) for a, b in zip(exact.indices, found.indices, strict=True)]
    assert np.mean(same) / 15 > 0.98
    assert (found.indices != np.arange(6200)[:, None]).all()
    assert (found.indices >= 0).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_an_inverted_file_that_finds_too_few_looks_at_all():
    """More neighbours wanted than the cells that are searched can hold."""
    embedding = drawn(2000, 3)
    found, exact = nearest(embedding, 1900, exact=0), nearest(embedding, 1900)
    np.testing.assert_array_equal(found.indices, exact.indices)
    found, exact = (nearest_among(embedding[:9] + 1, embedding, 1900, exact=e) for e in (0, 9999))
    np.testing.assert_array_equal(found.indices, exact.indices)


def test_the_nearest_of_others_are_those_of_scikit_learn():
    query, reference = drawn(50, seed=1), drawn(200, seed=2)
    found = nearest_among(query, reference, 9)
    distances, indices = NearestNeighbors(n_neighbors=9).fit(reference).kneighbors(query)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances)


def test_no_more_neighbours_than_there_are_others():
    embedding = drawn(5)
    assert nearest(embedding, 90).indices.shape == (5, 4)
    assert nearest_among(embedding, drawn(3), 90).indices.shape == (5, 3)
    assert nearest(embedding, 90).first(2).indices.shape == (5, 2)
    np.testing.assert_array_equal(
        nearest(embedding, 4).first(2).indices, nearest(embedding, 2).indices
    )


@pytest.mark.parametrize("embedding", [np.ones((1, 2)), np.array([[1.0], [np.nan]])], ids=str)
def test_what_has_no_neighbours_is_refused(embedding):
    with pytest.raises(ValueError, match="finite"):
        nearest(embedding, 3)
