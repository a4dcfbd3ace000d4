"""Clusters of an embedding: k-means, and Leiden on the graph of nearest neighbours."""

import random
from collections.abc import Sequence

import igraph
import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans

from vaebio.metrics.neighbours import Neighbours

Partition = Int[np.ndarray, " observation"]

BLOCK = 100_000


def kmeans(
    embedding: Float[np.ndarray, "observation unit"], clusters: int, seed: int = 0
) -> Partition:
    """Clusters of k-means, the best of ten starts."""
    found = KMeans(clusters, n_init=10, random_state=seed).fit_predict(embedding)
    return found.astype(np.int64)


def neighbour_graph(near: Neighbours) -> igraph.Graph:
    """Undirected graph of nearest neighbours, weighted by shared neighbours.

    The weight of an edge is the Jaccard index of the two neighbourhoods, as in PhenoGraph
    [levine2015]: it needs no bandwidth and no compilation.
    """
    observations, k = near.indices.shape
    one = np.repeat(np.arange(observations), k)
    ends = np.sort(np.stack([one, near.indices.ravel()], axis=1), axis=1)
    places = np.unique(ends[:, 0] * observations + ends[:, 1])
    edges = np.stack(np.divmod(places, observations), axis=1)
    overlap = _shared(near, edges)
    weight = overlap / (2 * (k + 1) - overlap)
    return igraph.Graph(observations, edges, edge_attrs={"weight": weight.tolist()})


def _shared(near: Neighbours, edges: Int[np.ndarray, "edge 2"]) -> Int[np.ndarray, " edge"]:
    """How many observations the neighbourhoods at both ends of an edge have in common.

    Each observation is in its own neighbourhood, so neighbours always share at least one.
    """
    own = np.arange(len(near.indices))[:, None]
    hoods = np.concatenate([own, near.indices], axis=1).astype(np.int32)
    found = np.zeros(len(edges), dtype=np.int64)
    for start in range(0, len(edges), BLOCK):
        one, other = hoods[edges[start : start + BLOCK]].swapaxes(0, 1)
        for place in range(hoods.shape[1]):
            found[start : start + BLOCK] += (one == other[:, place, None]).any(axis=1)
    return found


def leiden(graph: igraph.Graph, resolution: float, seed: int = 0) -> Partition:
    """Leiden clusters by modularity at a resolution [traag2019]."""
    igraph.set_random_number_generator(random.Random(seed))
    found = graph.community_leiden(
        objective_function="modularity", weights="weight", resolution=resolution, n_iterations=2
    )
    return np.asarray(found.membership)


def sweep(graph: igraph.Graph, resolutions: Sequence[float], seed: int = 0) -> list[Partition]:
    """Leiden clusters at each resolution."""
    return [leiden(graph, resolution, seed) for resolution in resolutions]
