import numpy as np
import pytest
from sklearn.neighbors import kneighbors_graph

from vaebio.metrics import clustering
from vaebio.metrics.agreement import ari, contingency
from vaebio.metrics.neighbours import nearest


@pytest.fixture
def separated():
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 40)
    centres = {"a": [0, 0], "b": [9, 0], "c": [0, 9]}
    return np.array([centres[label] for label in labels]) + rng.normal(size=(120, 2)), labels


def test_separated_labels_are_found_and_shuffled_ones_are_not(separated):
    embedding, labels = separated
    shuffled = np.random.default_rng(1).permutation(labels)
    graph = clustering.neighbour_graph(nearest(embedding, 15))
    for clusters in (clustering.kmeans(embedding, 3), clustering.leiden(graph, 0.1)):
        assert ari(contingency(labels, clusters)) == pytest.approx(1)
        assert ari(contingency(shuffled, clusters)) == pytest.approx(0, abs=0.05)


def test_the_graph_has_the_edges_of_the_search_and_jaccard_weights(separated):
    embedding, _ = separated
    k = 5
    near = kneighbors_graph(embedding, k, mode="connectivity").toarray().astype(bool)
    either = near | near.T
    hoods = [set(np.flatnonzero(row)) | {i} for i, row in enumerate(near)]
    graph = clustering.neighbour_graph(nearest(embedding, k))
    assert graph.ecount() == either.sum() / 2
    for edge in graph.es:
        one, other = hoods[edge.source], hoods[edge.target]
        assert either[edge.source, edge.target]
        assert edge["weight"] == pytest.approx(len(one & other) / len(one | other))


def test_leiden_is_reproducible_and_its_resolution_matters(separated):
    graph = clustering.neighbour_graph(nearest(separated[0], 10))
    coarse, again, fine = clustering.sweep(graph, (0.1, 0.1, 3.0))
    np.testing.assert_array_equal(coarse, again)
    assert len(set(fine)) > len(set(coarse)) >= 3
