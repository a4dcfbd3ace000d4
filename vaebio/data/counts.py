"""Counts: which observations and features are detected enough, depth, log, variable features."""

import numpy as np
from scipy import sparse


def detected_features(counts: sparse.csr_matrix) -> np.ndarray:
    """(observation,) numbers of features with a count above 0."""
    return np.diff(counts.indptr)


def detecting_observations(counts: sparse.csr_matrix) -> np.ndarray:
    """(feature,) numbers of observations with a count above 0."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def totals(counts: sparse.csr_matrix) -> np.ndarray:
    """(observation,) sums of counts: exact in float64, whatever the order of the features."""
    return np.asarray(counts.sum(axis=1, dtype=np.float64)).ravel()


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


def as_integers(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same counts as integers, as short as the largest allows."""
    return counts.astype(np.int32 if counts.max() < 2**31 else np.int64)


def most_dispersed(values: sparse.csr_matrix, n: int) -> np.ndarray:
    """(feature,) sorted positions of the `n` features with the highest normalised dispersion.

    Variance over mean of the normalised counts, compared among features of similar mean
    ("seurat" flavour of scanpy [wolf2018]). Of equal ones the first stay.

    Parameters
    ----------
    values
        (observation, feature) log(1 + normalised counts) of the train split.
    """
    import scanpy
    from anndata import AnnData

    table = scanpy.pp.highly_variable_genes(AnnData(values), n_top_genes=n, inplace=False)
    rank = np.argsort(-table["dispersions_norm"].fillna(-np.inf).to_numpy(), kind="stable")
    return np.sort(rank[:n])
