"""Values of a data set, dense or sparse, in the one form the other files rely on."""

import numpy as np
from scipy import sparse

Matrix = np.ndarray | sparse.csr_matrix
"""(observation, feature) values: a dense array, or CSR with sorted indices and no stored zero."""


def canonical(values: np.ndarray | sparse.spmatrix | sparse.sparray) -> Matrix:
    """The same values as a dense array or as CSR without stored zeros; the input is not changed."""
    if not sparse.issparse(values):
        return np.ascontiguousarray(values)
    tidy = sparse.csr_matrix(_wide_enough(values), copy=True)
    tidy.sum_duplicates()
    tidy.eliminate_zeros()
    return tidy


def _wide_enough(values: sparse.spmatrix | sparse.sparray) -> sparse.spmatrix | sparse.sparray:
    """The same values in a type that holds the sum of entries of one place, where there may be.

    The sum of two counts of 200 is 144 in a byte.
    """
    narrow = values.dtype.kind in "biu" and values.dtype.itemsize < 8
    return values if not narrow or _once(values) else values.astype(np.int64)


def _once(values: sparse.spmatrix | sparse.sparray) -> bool:
    """Whether no place has several entries; other forms than these cannot."""
    return values.has_canonical_format if values.format in ("csr", "csc", "coo", "bsr") else True


def stored(values: Matrix) -> np.ndarray:
    """(value,) values kept in memory: all of a dense array, the non-zeros of CSR."""
    return values.data if sparse.issparse(values) else values.ravel()


def position(values: Matrix, index: int) -> tuple[int, int]:
    """Observation and feature of a stored value, by its place in `stored(values)`."""
    if sparse.issparse(values):
        row = int(np.searchsorted(values.indptr, index, side="right")) - 1
        return row, int(values.indices[index])
    row, column = divmod(index, values.shape[1])
    return row, column


def as_float32(values: Matrix) -> Matrix:
    """Values in the precision of the model."""
    return values.astype(np.float32)


def stacked(parts: list[Matrix]) -> Matrix:
    """Parts of rows of one form as one matrix."""
    if len(parts) == 1:
        return parts[0]
    return sparse.vstack(parts, "csr") if sparse.issparse(parts[0]) else np.concatenate(parts)


def dense(values: Matrix) -> np.ndarray:
    """The same values as a dense array."""
    return values.toarray() if sparse.issparse(values) else values
