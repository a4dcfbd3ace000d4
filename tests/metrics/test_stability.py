import numpy as np
import pytest

from vaebio.metrics.agreement import ari, contingency
from vaebio.metrics.clustering import neighbour_graph, sweep
from vaebio.metrics.neighbours import nearest
from vaebio.metrics.stability import most_stable

RESOLUTIONS = (0.1, 0.5, 1.0, 3.0, 6.0)


def found_in(embedding, resolutions=RESOLUTIONS, halves=4, seed=0):
    graph = neighbour_graph(nearest(embedding, 12))
    partitions = sweep(graph, resolutions)
    return most_stable(graph, partitions, resolutions, halves, seed), partitions


def planted(distance, groups=4, n=400, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n) % groups
    return distance * np.eye(groups)[labels] + random.normal(size=(n, groups)), labels


def test_groups_that_are_there_are_found_without_labels():
    embedding, labels = planted(8)
    stable, partitions = found_in(embedding)
    assert ari(contingency(labels, stable.clusters)) == pytest.approx(1)
    assert stable.stability.value > 0.98
    # The finest partition splits the groups, and not twice in the same way.
    assert len(set(partitions[-1])) > 4


def test_what_is_not_there_is_less_stable_than_what_is():
    values = [found_in(planted(d)[0])[0].stability for d in (0, 3, 8)]
    assert values[0].high < values[1].low < values[1].high < values[2].low <= values[2].high <= 1


def test_the_lowest_of_equally_stable_resolutions_is_taken():
    embedding, _ = planted(60)
    assert found_in(embedding, (0.3, 0.2, 0.1))[0].resolution == 0.1


def test_one_cluster_is_no_clustering():
    near = nearest(np.random.default_rng(0).normal(size=(30, 2)), 29)
    graph = neighbour_graph(near)
    partitions = sweep(graph, (0.1, 0.5))
    assert all(p.max() == 0 for p in partitions)
    assert most_stable(graph, partitions, (0.1, 0.5), 3) is None
    # A resolution with one cluster, which is always found again, is passed over.
    embedding, _ = planted(2, groups=2)
    graph = neighbour_graph(nearest(embedding, 12))
    partitions = sweep(graph, (0.01, 1.0))
    assert partitions[0].max() == 0
    assert most_stable(graph, partitions, (0.01, 1.0), 3).resolution == 1.0


def test_the_choice_is_repeatable_and_its_halves_matter():
    embedding, _ = planted(2)
    one, again, other, more = (
        found_in(embedding, **how)[0].stability for how in ({}, {}, {"seed": 1}, {"halves": 8})
    )
    assert one == again
    assert other != one != more


@pytest.mark.parametrize("n", [2, 3, 5, 9])
def test_a_few_observations_do_no_harm(n):
    embedding = np.random.default_rng(0).normal(size=(n, 2))
    stable, _ = found_in(embedding, halves=1)
    assert stable is None or np.isfinite(stable.stability.value)
