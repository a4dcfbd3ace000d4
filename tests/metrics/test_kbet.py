"""kBET and the graph and diffusion map beneath it."""

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from scipy.stats import chisquare

from vaebio.metrics import diffusion, kbet
from vaebio.metrics.fuzzy_graph import fuzzy_graph
from vaebio.metrics.neighbours import nearest

ONE = np.zeros(120, dtype=int)
TWO = np.arange(120) % 2


@pytest.fixture
def cloud():
    return np.random.default_rng(0).normal(size=(120, 3))


def accepted(embedding, batches, labels):
    return kbet.accepted(fuzzy_graph(nearest(embedding, 49)), batches, labels)


def test_the_test_is_pearsons(cloud):
    near = nearest(cloud, 12).indices
    batches = np.random.default_rng(1).integers(0, 3, 120)
    found = kbet.not_rejected(near, batches)
    expected = np.bincount(batches) / 120 * 12
    counts = [np.bincount(batches[row], minlength=3) for row in near]
    assert found.tolist() == [bool(chisquare(c, expected).pvalue >= 0.05) for c in counts]
    assert 0 < found.mean() < 1


def test_mixed_batches_are_accepted_and_separated_ones_rejected(cloud):
    [mixed] = accepted(cloud, TWO, ONE)
    # Far apart, but still one graph: the neighbourhoods of 50 do not end at the gap.
    [apart] = accepted(cloud + 6 * TWO[:, None] * [1, 0, 0], TWO, ONE)
    assert mixed.mean() > 0.75
    assert apart.mean() < 0.1


def test_a_label_whose_graph_falls_apart_is_rejected(cloud):
    """Ten parts of twelve observations are too small to be tested."""
    scattered = cloud / 100 + 50 * (np.arange(120) // 12)[:, None]
    graph = fuzzy_graph(nearest(scattered, 8))
    [found] = kbet.accepted(graph, TWO, ONE)
    assert len(found) == 120 and not found.any()


def test_large_parts_of_a_graph_are_tested(cloud):
    halves = fuzzy_graph(nearest(cloud + 100 * (np.arange(120) < 60)[:, None], 20))
    [found] = kbet.accepted(halves, TWO, ONE)
    assert found.mean() > 0.9


def test_small_labels_and_labels_of_one_batch_are_left_out(cloud):
    labels = np.where(np.arange(120) < 10, 1, 0)
    labels[100:] = 2
    batches = np.where(labels == 2, 0, TWO)
    assert len(accepted(cloud, batches, labels)) == 1


def test_neighbours_are_found_whatever_their_number_of_eigenvalues(cloud, monkeypatch):
    """All eigenvalues or the leading ones alone: the distances on the map are the same."""
    graph = fuzzy_graph(nearest(cloud, 30))
    dense = diffusion.diffusion_map(graph, 20)
    monkeypatch.setattr(diffusion, "DENSE", 10)
    some = diffusion.diffusion_map(graph, 20)
    np.testing.assert_allclose(cdist(some, some), cdist(dense, dense), atol=1e-5)


def test_the_walk_is_that_of_a_hand_computed_graph():
    """Two pairs, each with weights 1 and 1/3: eigenvalues 1 and 1/2, twice."""
    graph = sparse.csr_array(np.kron(np.eye(2), [[1, 1 / 3], [1 / 3, 1]]))
    found = np.square(diffusion.diffusion_map(graph, 3))
    # 1 stays; 1/2 becomes 1; every vector is spread over one pair or both.
    np.testing.assert_allclose(found.sum(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(found[:, :2].sum(axis=1), 0.5, rtol=1e-6)


def test_the_weights_sum_to_the_logarithm_of_the_neighbourhood(cloud):
    """Before the union of both sides: a graph that is symmetric by itself shows it."""
    ring = np.stack([f(np.arange(64) * np.pi / 32) for f in (np.cos, np.sin)], axis=1)
    graph = fuzzy_graph(nearest(ring, 15 - 1))
    weights = graph.toarray()
    np.testing.assert_allclose(weights, weights.T)
    own = 1 - np.sqrt(1 - weights.clip(0, 1))  # w = 2 v - v^2 where both sides say v
    np.testing.assert_allclose(own.sum(axis=1), np.log2(15), atol=1e-3)
