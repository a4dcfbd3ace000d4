"""The Leiden resolution whose clusters come again when half of the observations are left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import igraph
import numpy as np
from jaxtyping import Int

from vaebio.metrics.agreement import ari, contingency
from vaebio.metrics.clustering import Partition, leiden
from vaebio.metrics.intervals import t_interval
from vaebio.metrics.reconstruction import Estimate

FRESH = 2
"""Halves on which the chosen resolution is measured, for each on which it was chosen.

They are others than those of the choice: the highest of several noisy values is too high.
"""


@dataclass(frozen=True)
class Stable:
    """The most stable clusters, their resolution, and how stable they are on fresh halves."""

    clusters: Partition
    resolution: float
    stability: Estimate


def most_stable(
    graph: igraph.Graph,
    partitions: Sequence[Partition],
    resolutions: Sequence[float],
    halves: int,
    seed: int = 0,
) -> Stable | None:
    """The partition that halves of the graph reproduce best; None where all have one cluster.

    Of the partitions with more than one cluster, that with the highest mean adjusted Rand index
    between its clusters and those that Leiden finds in the graph of half of the observations
    alone, at the same resolution; of equal ones that with the lowest resolution. No label has a
    say. The principle is that of stability-based validation [lange2004].

    Parameters
    ----------
    partitions
        Leiden clusters of the whole graph at each resolution.
    halves
        How many the choice rests on.
    """
    tried = [i for i, p in enumerate(partitions) if p.max() > 0]
    if not tried:
        return None
    drawn = list(_halves(graph, (1 + FRESH) * halves, seed))
    chosen, fresh = drawn[:halves], drawn[halves:]
    means = {i: np.mean(_again(chosen, partitions[i], resolutions[i], seed)) for i in tried}
    best = min(tried, key=lambda i: (-means[i], resolutions[i]))
    found = _again(fresh, partitions[best], resolutions[best], seed)
    return Stable(partitions[best], resolutions[best], _mean(found))


Half = tuple[Int[np.ndarray, " half"], igraph.Graph]


def _halves(graph: igraph.Graph, number: int, seed: int) -> Iterator[Half]:
    """Random halves of the observations, with the edges among them."""
    random, n = np.random.default_rng(seed), graph.vcount()
    for _ in range(number):
        kept = np.sort(random.permutation(n)[: (n + 1) // 2])
        yield kept, graph.induced_subgraph(kept.tolist())


def _again(
    halves: Sequence[Half], clusters: Partition, resolution: float, seed: int
) -> list[float]:
    """Agreement of clusters with those found again in each half."""
    found = ((kept, leiden(part, resolution, seed)) for kept, part in halves)
    return [float(ari(contingency(clusters[kept], again))) for kept, again in found]


def _mean(values: Sequence[float]) -> Estimate:
    """Mean with its 95 % t interval, which ends at 1."""
    found = t_interval(np.array(values))
    return replace(found, high=min(found.high, 1.0))
