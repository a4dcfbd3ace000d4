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

    Distances are Euclidean. Equal ones are in the order of the observations, so that it is not the
    search that decides between them (but for an inverted file, where more are equal than it gives).
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
    the cells of k-means with a fixed seed, of which those nearest to an observation are searched.
    It is repeatable, but misses some neighbours.

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
    return _probed(points, points, k, seed, own=True)


def nearest_among(
    embedding: Shaped[np.ndarray, "observation unit"],
    reference: Shaped[np.ndarray, "reference unit"],
    k: int,
    *,
    exact: int = EXACT,
    seed: int = 0,
) -> Neighbours:
    """The `k` nearest of other observations, `reference`, whose rows the indices are.

    Exhaustive or not as `nearest` is.
    """
    points, others = _centred(embedding, reference), _centred(reference, reference)
    k = min(k, len(others))
    if len(others) < exact:
        return _exhaustive(points, others, k, own=False)
    return _probed(points, others, k, seed, own=False)


def _centred(values: NDArray, reference: NDArray) -> Float[np.ndarray, "observation unit"]:
    """Double precision around the mean, where squared distances lose no digits to an offset."""
    return values.astype(np.float64) - reference.mean(axis=0, dtype=np.float64)


def _exhaustive(points: NDArray, others: NDArray, k: int, *, own: bool) -> Neighbours:
    """Where as many lie equally far that candidates may leave some out, all are looked at."""
    room = len(others) - own
    search = NearestNeighbors(n_neighbors=min(k + SPARE, room), algorithm="brute").fit(others)
    near = search.kneighbors(None if own else points, return_distance=False)
    found, last = _in_order(points, others, near, k, own)
    tied = last <= found.distances[:, -1] * (1 + NOISE)
    if near.shape[1] < room:
        _look_at_all(points, others, np.flatnonzero(tied), found, own)
    return found


def _probed(points: NDArray, others: NDArray, k: int, seed: int, *, own: bool) -> Neighbours:
    """By an inverted file; where the cells that are searched hold too few, all are looked at."""
    import faiss  # a large library, which small data sets do without

    values = np.ascontiguousarray(others, dtype=np.float32)
    # k-means wants 39 observations to a cell.
    cells = max(min(int(4 * np.sqrt(len(values))), len(values) // 39), 1)
    coarse = faiss.IndexFlatL2(values.shape[1])
    index = faiss.IndexIVFFlat(coarse, values.shape[1], cells)
    index.cp.seed, index.nprobe = seed, min(PROBED, cells)
    index.train(values)
    index.add(values)
    sought = values if own else np.ascontiguousarray(points, dtype=np.float32)
    _, near = index.search(sought, min(k + own + SPARE, len(values)))
    found, _ = _in_order(points, others, near.astype(np.int64), k, own)
    few = np.flatnonzero(np.isinf(found.distances[:, -1]))
    _look_at_all(points, others, few, found, own)
    return found


def _in_order(
    points: NDArray, others: NDArray, near: NDArray, k: int, own: bool
) -> tuple[Neighbours, Float[np.ndarray, " observation"]]:
    """The first `k` candidates by distance, then by index, and how far the last candidate is."""
    found = Neighbours(np.empty((len(points), k), dtype=np.int64), np.empty((len(points), k)))
    last = np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(points)))
        some = np.sort(near[rows], axis=1)
        distance = np.sqrt(np.square(others[some] - points[rows, None, :]).sum(axis=2))
        # What an inverted file does not find is -1; it does find the observation itself.
        known = (some >= 0) & (some != rows[:, None]) if own else some >= 0
        last[rows] = np.max(distance, axis=1, where=known, initial=0)
        distance[~known] = np.inf
        _put(found, rows, some, distance)
    return found, last


def _look_at_all(
    points: NDArray, others: NDArray, rows: Int[np.ndarray, " some"], found: Neighbours, own: bool
) -> None:
    """Put the neighbours of some observations among all others in place of those found."""
    k = found.indices.shape[1]
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        distance = cdist(points[some], others)
        if own:
            distance[np.arange(len(some)), some] = np.inf
        # What is nearer than the k-th, and of what lies as far as it the first.
        furthest = np.partition(distance, k - 1, axis=1)[:, k - 1, None]
        nearer, level = distance < furthest, distance == furthest
        room = k - nearer.sum(axis=1, keepdims=True)
        taken = nearer | (level & (level.cumsum(axis=1) <= room))
        near = np.nonzero(taken)[1].reshape(-1, k)
        _put(found, some, near, np.take_along_axis(distance, near, 1))


def _put(found: Neighbours, rows: NDArray, near: NDArray, distance: NDArray) -> None:
    """The first by distance; candidates come in the order of their indices."""
    order = np.argsort(distance, axis=1, kind="stable")[:, : found.indices.shape[1]]
    found.indices[rows] = np.take_along_axis(near, order, 1)
    found.distances[rows] = np.take_along_axis(distance, order, 1)
