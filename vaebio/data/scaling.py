"""Mean and standard deviation of each feature, and the scaling by them."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix

_BLOCK = 4096  # features converted to float64 at a time


def moments(values: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (divisor n) of each feature, summed in float64.

    Parameters
    ----------
    values
        (observation, feature) of the train split.

    Returns
    -------
    (feature,) mean and (feature,) standard deviation, float64.
    """
    if sparse.issparse(values):
        return _sparse_moments(values)
    parts = [(block.mean(axis=0), block.std(axis=0)) for block in _blocks(values)]
    mean, deviation = zip(*parts, strict=True)
    return np.concatenate(mean), np.concatenate(deviation)


def varying(values: Matrix) -> np.ndarray:
    """(feature,) whether a feature has more than one value; exact, unlike a variance above 0."""
    high, low = values.max(axis=0), values.min(axis=0)
    if sparse.issparse(high):
        high, low = high.toarray().ravel(), low.toarray().ravel()
    return high > low


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


def _blocks(values: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, values.shape[1], _BLOCK):
        yield values[:, start : start + _BLOCK].astype(np.float64)


def _sparse_moments(values: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    n, features = values.shape
    data = values.data.astype(np.float64)
    mean = np.bincount(values.indices, data, features) / n
    squares = np.bincount(values.indices, (data - mean[values.indices]) ** 2, features)
    zeros = n - np.bincount(values.indices, minlength=features)
    return mean, np.sqrt((squares + zeros * mean**2) / n)
