"""Clusters of latents that can be compared between seeds."""

import numpy as np
from jaxtyping import Float, Int

from vaebio.metrics.clustering import kmeans, leiden, neighbour_graph
from vaebio.metrics.neighbours import nearest


def by_labels(
    latents: Float[np.ndarray, "observation unit"], labels: int, seed: int
) -> Int[np.ndarray, " observation"] | str:
    """k-means with as many clusters as labels, or the reason why there cannot be so many."""
    if labels < 2:
        return "all observations of this split have the same label"
    distinct = len(np.unique(latents, axis=0))
    if distinct < labels:
        return f"{distinct} distinct latents for {labels} labels"
    return kmeans(latents, labels, seed)


def by_neighbours(
    latents: Float[np.ndarray, "observation unit"], neighbours: int, resolution: float, seed: int
) -> Int[np.ndarray, " observation"] | str:
    """Leiden clusters at one resolution, for all members the same."""
    if len(latents) < 3:
        return f"{len(latents)} observations: too few for clusters"
    near = nearest(latents, neighbours, seed=seed)
    return leiden(neighbour_graph(near), resolution, seed)


def some(rows: Int[np.ndarray, " row"], most: int, seed: int) -> Int[np.ndarray, " kept"]:
    """At most so many of the rows, drawn by the seed, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
