"""The weighted graph of nearest neighbours that UMAP makes, and scanpy and scib-metrics with it."""

import numpy as np
from jaxtyping import Float
from scipy import sparse

from vaebio.metrics.neighbours import Neighbours

TOLERANCE = 1e-5
"""Of the sum of weights; as in UMAP, as are the rounds and the least bandwidth."""

ROUNDS = 64
LEAST = 1e-3
"""Least bandwidth, as a share of the mean distance."""


def fuzzy_graph(near: Neighbours) -> sparse.csr_array:
    """Symmetric weights between 0 and 1 of all pairs of neighbours.

    As McInnes, Healy and Melville have it (2018, arXiv:1802.03426, section 3.1).

    The nearest neighbour of an observation that is not its double has weight 1; weights fall with
    the distance beyond it, by a bandwidth at which they sum to the logarithm to base 2 of the
    size of the neighbourhood, the observation itself counted. An edge is there if it is there from
    either side.
    """
    distance = near.distances.astype(np.float32)
    first = np.where(distance > 0, distance, np.inf).min(axis=1)
    first[np.isinf(first)] = 0
    beyond = np.maximum(distance - first[:, None], 0).astype(np.float64)
    width = _bandwidths(beyond, np.log2(distance.shape[1] + 1))
    # The means are over the neighbourhood with the observation itself, at distance 0.
    share = distance.shape[1] / (distance.shape[1] + 1)
    mean = np.where(first > 0, distance.mean(axis=1), distance.mean()) * share
    weight = np.exp(-beyond / np.maximum(np.maximum(width, LEAST * mean), 1e-300)[:, None])
    ends = np.arange(0, weight.size + 1, weight.shape[1])
    shape = (len(weight), len(weight))
    own = sparse.csr_array((weight.ravel(), near.indices.ravel(), ends), shape=shape)
    own.eliminate_zeros()
    return (own + own.T - own.multiply(own.T)).tocsr()


def _bandwidths(
    beyond: Float[np.ndarray, "observation neighbour"], target: float
) -> Float[np.ndarray, " observation"]:
    """Bandwidth of each observation, by bisection."""
    low, high = np.zeros(len(beyond)), np.full(len(beyond), np.inf)
    width = np.ones(len(beyond))
    todo = np.arange(len(beyond))
    for _ in range(ROUNDS):
        total = np.exp(-beyond[todo] / width[todo, None]).sum(axis=1)
        apart = np.abs(total - target) >= TOLERANCE
        todo, total = todo[apart], total[apart]
        if not len(todo):
            break
        over = total > target
        high[todo[over]], low[todo[~over]] = width[todo[over]], width[todo[~over]]
        open_above = np.isinf(high[todo])
        width[todo] = np.where(open_above, width[todo] * 2, (low[todo] + high[todo]) / 2)
    return width
