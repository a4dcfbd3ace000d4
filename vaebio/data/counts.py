"""Counts: the totals of observations, and the logarithm of counts scaled to a common total."""

import numpy as np
from scipy import sparse


def totals(counts: sparse.csr_matrix, features: np.ndarray | None = None) -> np.ndarray:
    """(observation,) sums of counts: exact in float64, whatever the order of the features.

    Parameters
    ----------
    counts
        (observation, feature).
    features
        (feature,) whether a feature is part of the sum; None: all are.
    """
    if features is None:
        features = np.ones(counts.shape[1])
    return counts.astype(np.float64) @ features.astype(np.float64)


def log_normalised(
    counts: sparse.csr_matrix, total: np.ndarray, target_total: float
) -> sparse.csr_matrix:
    """log(1 + counts scaled to a common total), float32.

    Each value depends on its own count and its observation's total alone, so a part of the matrix
    gives exactly the part of the result.

    Parameters
    ----------
    counts
        (observation, feature).
    total
        (observation,) counts that are scaled to `target_total`; above 0.
    """
    factor = np.repeat(target_total / total, np.diff(counts.indptr))
    data = np.log1p(counts.data * factor).astype(np.float32)
    return sparse.csr_matrix((data, counts.indices.copy(), counts.indptr.copy()), counts.shape)
