"""Clusters of an embedding against known labels: k-means, Leiden, NMI, ARI, silhouette."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import igraph
import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_score,
)
from sklearn.neighbors import NearestNeighbors


@dataclass(frozen=True)
class Agreement:
    """How far clusters agree with labels: 1 is agreement, 0 is chance (ARI) or nothing (NMI)."""

    nmi: float
    ari: float


def agreement(labels: NDArray, clusters: Int[np.ndarray, " observation"]) -> Agreement:
    """NMI (arithmetic mean of the entropies) [strehl2002] and ARI [hubert1985]."""
    return Agreement(
        nmi=float(normalized_mutual_info_score(labels, clusters)),
        ari=float(adjusted_rand_score(labels, clusters)),
    )


def kmeans(
    embedding: Float[np.ndarray, "observation unit"], clusters: int, seed: int = 0
) -> Int[np.ndarray, " observation"]:
    """Clusters of k-means, the best of ten starts."""
    return KMeans(clusters, n_init=10, random_state=seed).fit_predict(embedding)


def neighbour_graph(
    embedding: Float[np.ndarray, "observation unit"], neighbours: int
) -> igraph.Graph:
    """Undirected graph of exact nearest neighbours, weighted by shared neighbours.

    The weight of an edge is the Jaccard index of the two neighbourhoods, as in PhenoGraph
    [levine2015]: it needs no bandwidth and no compilation.
    """
    neighbours = min(neighbours, len(embedding) - 1)
    search = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(embedding)
    near = search.kneighbors_graph(mode="connectivity")
    # Each observation is in its own neighbourhood, so neighbours always share at least one.
    own = (near + sparse.identity(len(embedding), format="csr")).astype(np.int32)
    shared = (own @ own.T).multiply(near.maximum(near.T)).tocoo()
    upper = shared.row < shared.col
    overlap = shared.data[upper]
    edges = np.stack([shared.row[upper], shared.col[upper]], axis=1)
    weight = overlap / (2 * (neighbours + 1) - overlap)
    return igraph.Graph(len(embedding), edges, edge_attrs={"weight": weight})


def leiden(
    graph: igraph.Graph, resolution: float, seed: int = 0
) -> Int[np.ndarray, " observation"]:
    """Leiden clusters by modularity at a resolution [traag2019]."""
    igraph.set_random_number_generator(random.Random(seed))
    found = graph.community_leiden(
        objective_function="modularity", weights="weight", resolution=resolution, n_iterations=2
    )
    return np.asarray(found.membership)


def best_leiden(
    graph: igraph.Graph, labels: NDArray, resolutions: Sequence[float], seed: int = 0
) -> Agreement:
    """Agreement at the resolution with the highest NMI, as in scIB [luecken2022].

    It is chosen with the labels, for members and baselines alike: a comparison between them is
    fair, the number itself is what an analyst with labels could reach.
    """
    found = (agreement(labels, leiden(graph, r, seed)) for r in resolutions)
    return max(found, key=lambda a: (a.nmi, a.ari))


def silhouette(embedding: Float[np.ndarray, "observation unit"], labels: NDArray) -> float:
    """Mean silhouette width of the labels, Euclidean, from -1 to 1 [rousseeuw1987]."""
    return float(silhouette_score(embedding, labels))
