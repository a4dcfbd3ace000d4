import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import kneighbors_graph

from vaebio.metrics import clustering


@pytest.fixture
def separated():
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 40)
    centres = {"a": [0, 0], "b": [9, 0], "c": [0, 9]}
    return np.array([centres[label] for label in labels]) + rng.normal(size=(120, 2)), labels


def test_separated_labels_are_found_and_shuffled_ones_are_not(separated):
    embedding, labels = separated
    shuffled = np.random.default_rng(1).permutation(labels)
    graph = clustering.neighbour_graph(embedding, 15)
    for truth, expected in ((labels, 1.0), (shuffled, 0.0)):
        by_kmeans = clustering.agreement(truth, clustering.kmeans(embedding, 3))
        by_leiden = clustering.best_leiden(graph, truth, (0.1, 0.3, 1.0))
        assert by_kmeans.ari == pytest.approx(expected, abs=0.05)
        assert by_leiden.ari == pytest.approx(expected, abs=0.05)
    assert clustering.silhouette(embedding, labels) > 0.6
    assert clustering.silhouette(embedding, shuffled) < 0


def test_agreement_of_a_hand_computed_case():
    """Of 15 pairs 6 share a label, 3 a cluster, 2 both; 6 x 3 / 15 = 1.2 by chance."""
    labels, clusters = np.array(list("aaabbb")), np.array([0, 0, 1, 1, 2, 2])
    ari = (2 - 1.2) / ((6 + 3) / 2 - 1.2)
    assert clustering.agreement(labels, clusters).ari == pytest.approx(ari)
    assert clustering.agreement(labels, clusters).ari == adjusted_rand_score(labels, clusters)


def test_the_graph_has_the_edges_of_the_search_and_jaccard_weights(separated):
    embedding, _ = separated
    k = 5
    near = kneighbors_graph(embedding, k, mode="connectivity").toarray().astype(bool)
    either = near | near.T
    hoods = [set(np.flatnonzero(row)) | {i} for i, row in enumerate(near)]
    graph = clustering.neighbour_graph(embedding, k)
    assert graph.ecount() == either.sum() / 2
    for edge in graph.es:
        one, other = hoods[edge.source], hoods[edge.target]
        assert either[edge.source, edge.target]
        assert edge["weight"] == pytest.approx(len(one & other) / len(one | other))


def test_leiden_is_reproducible_and_its_resolution_matters(separated):
    graph = clustering.neighbour_graph(separated[0], 10)
    coarse, again, fine = (clustering.leiden(graph, r) for r in (0.1, 0.1, 3.0))
    np.testing.assert_array_equal(coarse, again)
    assert len(set(fine)) > len(set(coarse)) >= 3


def test_the_best_resolution_is_the_best_of_all(separated):
    embedding, labels = separated
    graph = clustering.neighbour_graph(embedding, 10)
    tried = (0.05, 1.0, 4.0)
    single = [clustering.best_leiden(graph, labels, [r]).nmi for r in tried]
    assert clustering.best_leiden(graph, labels, tried).nmi == max(single) > min(single)
