"""Diffusion maps of a weighted graph: coordinates whose distances are those of random walks."""

import numpy as np
from jaxtyping import Float
from scipy import sparse

DENSE = 1000
"""Observations up to which all eigenvalues are computed: it is as fast and misses none."""


def diffusion_map(
    graph: sparse.csr_array, components: int
) -> Float[np.ndarray, "observation component"]:
    """Coordinates of the observations of a graph, summed over all lengths of the walk.

    Eigenvectors of the symmetric transition matrix, which the density of the observations does not
    bias (Coifman and others 2005, doi:10.1073/pnas.0500334102), times eigenvalue / (1 -
    eigenvalue); those that do not decay keep weight 1. As scib-metrics has it, in single
    precision, so that an eigenvalue of 1 is 1.
    """
    values, vectors = _leading(_transitions(graph), min(components, graph.shape[0] - 1))
    values = values.astype(np.float32)
    stays = values == 1
    weight = np.where(stays, 1, values / np.where(stays, 1, 1 - values))
    return vectors.astype(np.float32) * weight


def _transitions(graph: sparse.csr_array) -> sparse.csr_array:
    for power in (1.0, 0.5):
        by = sparse.diags_array(np.asarray(graph.sum(axis=0)).ravel() ** -power)
        graph = by @ graph @ by
    return graph


def _leading(matrix: sparse.csr_array, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of largest size and their vectors."""
    if matrix.shape[0] > DENSE:
        # A fixed start, so that the result is the same again.
        start = np.ones(matrix.shape[0])
        return sparse.linalg.eigsh(matrix.astype(np.float64), k=k, which="LM", v0=start)
    values, vectors = np.linalg.eigh(matrix.toarray())
    kept = np.argsort(-np.abs(values), kind="stable")[:k]
    return values[kept], vectors[:, kept]
