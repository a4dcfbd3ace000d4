"""Mean and standard deviation of each feature, and the scaling by them."""

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix, stacked

BLOCK = 512  # observations summed at a time


class Moments:
    """Number, mean, variance and extremes of the values of each feature that are not missing.

    Sums are made in double precision in blocks of as many observations, however the rows are cut,
    and merged pairwise (Chan, Golub and LeVeque 1979): the same observations in the same order
    give the same bits.

    Parameters
    ----------
    features
        Number of features.
    """

    def __init__(self, features: int) -> None:
        self.n = np.zeros(features, np.int64)
        self.mean = np.zeros(features)
        self.low, self.high = np.full(features, np.inf), np.full(features, -np.inf)
        self._squares = np.zeros(features)
        self._waiting: list[Matrix] = []

    def add(self, values: Matrix) -> None:
        """Take in some (observation, feature) values, missing ones as NaN."""
        self._waiting.append(values)
        if sum(part.shape[0] for part in self._waiting) >= BLOCK:
            together = stacked(self._waiting)
            whole = together.shape[0] // BLOCK * BLOCK
            for start in range(0, whole, BLOCK):
                self._merge(together[start : start + BLOCK])
            self._waiting = [together[whole:]]

    def end(self) -> "Moments":
        """Take in what waits for a whole block."""
        if self._waiting:
            self._merge(stacked(self._waiting))
            self._waiting = []
        return self

    @property
    def deviation(self) -> np.ndarray:
        """(feature,) standard deviation, with divisor n."""
        return np.sqrt(self._squares / np.maximum(self.n, 1))

    @property
    def varying(self) -> np.ndarray:
        """(feature,) whether there is more than one value; exact, unlike a variance above 0."""
        return self.high > self.low

    def _merge(self, block: Matrix) -> None:
        if not block.shape[0]:
            return
        if sparse.issparse(block) and np.isnan(block.data).any():
            block = block.toarray()
        parts = _sparse_moments if sparse.issparse(block) else _dense_moments
        n, mean, squares, low, high = parts(block)
        total = np.maximum(self.n + n, 1)
        apart = mean - self.mean
        self._squares += squares + apart**2 * (self.n * (n / total))
        self.mean += apart * (n / total)
        self.n += n
        self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)


def scaled(values: Matrix, mean: np.ndarray, scale: np.ndarray, clip: float | None) -> np.ndarray:
    """(value - mean) / scale, cut to [-clip, clip].

    Parameters
    ----------
    values
        (observation, feature), dense or CSR.
    mean, scale
        (feature,) constants of the train split; scale is above 0.
    clip
        Standard deviations; None: nothing is cut.

    Returns
    -------
    (observation, feature) float32, dense.
    """
    dense = values.toarray() if sparse.issparse(values) else values
    z = dense.astype(np.float32) - mean.astype(np.float32)
    z /= scale.astype(np.float32)
    return z if clip is None else np.clip(z, -clip, clip, out=z)


def unscaled(z: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(observation, feature) float32 values before scaling; inverse of `scaled` inside the clip."""
    return (z * scale.astype(np.float32) + mean.astype(np.float32)).astype(np.float32)


def _dense_moments(block: np.ndarray) -> tuple[np.ndarray, ...]:
    """Number, mean, sum of squares around it, low, high; a feature without a value has mean 0."""
    block = np.array(block, np.float64, order="C")
    missing = np.isnan(block)
    n = block.shape[0] - np.count_nonzero(missing, axis=0)
    low = np.where(missing, np.inf, block).min(axis=0)
    high = np.where(missing, -np.inf, block).max(axis=0)
    block[missing] = 0
    mean = block.sum(axis=0) / np.maximum(n, 1)
    block -= mean
    block[missing] = 0
    return n, mean, np.square(block, out=block).sum(axis=0), low, high


def _sparse_moments(block: sparse.csr_matrix) -> tuple[np.ndarray, ...]:
    """The same of values none of which is missing."""
    rows, features = block.shape
    data = block.data.astype(np.float64)
    mean = np.bincount(block.indices, data, features) / rows
    squares = np.bincount(block.indices, (data - mean[block.indices]) ** 2, features)
    zeros = rows - np.bincount(block.indices, minlength=features)
    low, high = (np.where(zeros > 0, 0.0, end) for end in (np.inf, -np.inf))
    np.minimum.at(low, block.indices, data)
    np.maximum.at(high, block.indices, data)
    return np.full(features, rows), mean, squares + zeros * mean**2, low, high
