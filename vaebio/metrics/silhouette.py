"""Silhouette widths: how much closer an observation lies to its own class than to another."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

PAIRS = 400_000_000
"""Distances computed at most, more or less; all of 20,000 observations."""

FEWEST = 1_000
BLOCK = 512


def looked_at(observations: int, seed: int = 0) -> Int[np.ndarray, " some"]:
    """Observations whose widths are computed: all, or of many the same random ones for everyone."""
    wanted = max(PAIRS // observations, FEWEST)
    if wanted >= observations:
        return np.arange(observations)
    chosen = np.random.default_rng(seed).choice(observations, wanted, replace=False)
    return np.sort(chosen)


def widths(
    embedding: Float[np.ndarray, "observation unit"],
    divisions: Sequence[NDArray],
    some: Int[np.ndarray, " some"] | None = None,
) -> list[Float[np.ndarray, " some"]]:
    """Silhouette width of some observations in each division, from -1 to 1 [rousseeuw1987].

    The mean distance (Euclidean) to the others of the own class against that to the nearest other
    class. 0 for an observation that is alone in its class. Distances are computed once for all
    divisions, and to all observations.
    """
    if not divisions:
        return []
    points = embedding.astype(np.float64) - embedding.mean(axis=0, dtype=np.float64)
    squares = np.square(points).sum(axis=1)
    some = np.arange(len(points)) if some is None else some
    members = [_members(division) for division in divisions]
    every = np.concatenate(members, axis=1)
    sums = np.empty((len(some), every.shape[1]))
    for start in range(0, len(some), BLOCK):
        rows = some[start : start + BLOCK]
        far = squares[rows, None] + squares - 2 * points[rows] @ points.T
        far[np.arange(len(rows)), rows] = 0
        sums[start : start + BLOCK] = np.sqrt(np.maximum(far, 0, out=far), out=far) @ every
    edges = np.cumsum([m.shape[1] for m in members])[:-1]
    parts = zip(np.split(sums, edges, axis=1), members, strict=True)
    return [_width(part, own[some], own.sum(axis=0)) for part, own in parts]


def _members(division: NDArray) -> Float[np.ndarray, "observation class"]:
    names, place = np.unique(division, return_inverse=True)
    return np.eye(len(names))[place]


def _width(
    sums: Float[np.ndarray, "some class"],
    own: Float[np.ndarray, "some class"],
    sizes: Float[np.ndarray, " class"],
) -> Float[np.ndarray, " some"]:
    """Widths from the sums of distances to each class."""
    others = own @ sizes - 1
    within = (sums * own).sum(axis=1) / np.maximum(others, 1)
    between = np.where(own > 0, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(within, between)
    apart = np.divide(between - within, larger, out=np.zeros_like(larger), where=larger > 0)
    return np.where(others > 0, apart, 0.0)
