"""Nearest neighbours of observations in an embedding, found once for all that needs them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

EXACT = 50_000
"""Observations from which the search is no longer exhaustive."""

SPARE = 8
"""Candidates looked at beyond those wanted, so that what lies equally far is put in order."""

NOISE = 1e-9
"""Relative difference of distances below which a search may have taken one for the other."""

PROBED = 32
"""Cells of the inverted file that are searched for each observation."""

BLOCK = 512


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of each observation, nearest first; an observation is not its own.

    Distances are Euclidean. Equal ones are in the order of the observations, so that no search
    decides between them.
    """

    indices: Int[np.ndarray, "observation neighbour"]
    distances: Float[np.ndarray, "observation neighbour"]

    def first(self, k: int) -> "Neighbours":
        """The nearest `k`, or all where there are fewer."""
        return Neighbours(self.indices[:, :k], self.distances[:, :k])


def nearest(
    embedding: Shaped[np.ndarray, "observation unit"], k: int, *, exact: int = EXACT, seed: int = 0
) -> Neighbours:
    """The `k` nearest other observations of each, or all others where there are fewer.

    Exhaustive below `exact` observations. From there by an inverted file [jegou2011]:
    the cells of k-means with a fixed seed, of which those nearest to an observation are searched;
    repeatable, but some neighbours are missed.

    Raises
    ------
    ValueError
        A value is not finite, or there are fewer than two observations.
    """
    if len(embedding) < 2 or not np.isfinite(embedding).all():
        raise ValueError("neighbours need two observations and finite values")
    points = _centred(embedding, embedding)
    k = min(k, len(points) - 1)
    if len(points) < exact:
        return _exhaustive(points, points, k, own=True)
    return _probed(points, k, seed)


def nearest_among(
    embedding: Shaped[np.ndarray, "observation unit"],
    reference: Shaped[np.ndarray, "reference unit"],
    k: int,
) -> Neighbours:
    """The `k` nearest of other observations, `reference`, whose rows the indices are.

    Exhaustive at any size.
    """
    points, others = _centred(embedding, reference), _centred(reference, reference)
    return _exhaustive(points, others, min(k, len(others)), own=False)


def _centred(values: NDArray, reference: NDArray) -> Float[np.ndarray, "observation unit"]:
    """Double precision around the mean, where squared distances lose no digits to an offset."""
    return values.astype(np.float64) - reference.mean(axis=0, dtype=np.float64)


def _exhaustive(points: NDArray, others: NDArray, k: int, *, own: bool) -> Neighbours:
    room = len(others) - own
    search = NearestNeighbors(n_neighbors=min(k + SPARE, room), algorithm="brute").fit(others)
    near = search.kneighbors(None if own else points, return_distance=False)
    return _settled(points, others, near, k, own=own)


def _probed(points: NDArray, k: int, seed: int) -> Neighbours:
    import faiss  # a large library, which small data sets do without

    values = np.ascontiguousarray(points, dtype=np.float32)
    # k-means wants 39 observations to a cell.
    cells = max(min(int(4 * np.sqrt(len(values))), len(values) // 39), 1)
    coarse = faiss.IndexFlatL2(values.shape[1])
    index = faiss.IndexIVFFlat(coarse, values.shape[1], cells)
    index.cp.seed, index.nprobe = seed, min(PROBED, cells)
    index.train(values)
    index.add(values)
    _, near = index.search(values, min(k + 1 + SPARE, len(values)))
    return _settled(points, points, near.astype(np.int64), k, own=True)


def _settled(
    points: NDArray,
    others: NDArray,
    near: Int[np.ndarray, "observation near"],
    k: int,
    *,
    own: bool,
) -> Neighbours:
    """The first `k` of the candidates by distance, then by index.

    Where as many lie equally far that candidates may have left some out, all are looked at.
    """
    indices = np.empty((len(points), k), dtype=np.int64)
    distances = np.empty((len(points), k))
    room = len(others) - own
    for start in range(0, len(points), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(points)))
        indices[rows], distances[rows], last = _ordered(points, others, near, rows, k, own)
        unsure = last <= distances[rows, -1] * (1 + NOISE)
        if near.shape[1] < room and unsure.any():
            tied = rows[unsure]
            indices[tied], distances[tied] = _among_all(points, others, tied, k, own)
    return Neighbours(indices, distances)


def _ordered(
    points: NDArray, others: NDArray, near: NDArray, rows: NDArray, k: int, own: bool
) -> tuple[NDArray, NDArray, NDArray]:
    """The first `k` candidates of some rows, their distances, and that of the last candidate."""
    near = np.sort(near[rows], axis=1)
    distance = np.sqrt(np.square(others[near] - points[rows, None, :]).sum(axis=2))
    # What an inverted file does not find is -1.
    known = (near >= 0) & (near != rows[:, None]) if own else near >= 0
    distance[~known] = np.inf
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    last = np.max(distance, axis=1, where=known, initial=0)
    return np.take_along_axis(near, order, 1), np.take_along_axis(distance, order, 1), last


def _among_all(
    points: NDArray, others: NDArray, rows: NDArray, k: int, own: bool
) -> tuple[NDArray, NDArray]:
    """The `k` nearest of some rows among all."""
    distance = cdist(points[rows], others)
    if own:
        distance[np.arange(len(rows)), rows] = np.inf
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distance, order, 1)
