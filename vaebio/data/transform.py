"""Scales on which noise is even: logarithms of intensities, M-values of fractions."""

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix, position, stored
from vaebio.errors import VaebioError

OFFSET = 0.001
"""Of M-values: about the step in which beta values are published. It bounds them by +-9.97."""


def log2_intensity(values: Matrix) -> np.ndarray:
    """(observation, feature) float32 log2 of intensities; what is 0 or missing becomes NaN.

    An intensity of 0 is one that was not found, in the words of most instruments' software.

    Parameters
    ----------
    values
        (observation, feature) intensities on the original scale; dense or CSR.

    Raises
    ------
    VaebioError
        When one is negative.
    """
    _refuse_below_zero(
        values, "set kind to `continuous` for intensities whose logarithm was taken already"
    )
    dense = values.toarray() if sparse.issparse(values) else values
    known = dense.astype(np.float64)
    known[known == 0] = np.nan
    return np.log2(known, out=known).astype(np.float32)


def m_values(beta: Matrix, offset: float = OFFSET) -> np.ndarray:
    """(observation, feature) float32 log2((beta + offset) / (1 - beta + offset)) [du2010].

    The noise of a fraction is least near 0 and 1, that of its M-value about even. NaN stays NaN.

    Parameters
    ----------
    beta
        (observation, feature) fractions in [0, 1]; dense or CSR.
    offset
        Above 0, so that fractions of 0 and 1 have an M-value; the largest is log2(1 + 1 / offset).

    Raises
    ------
    VaebioError
        When a fraction is outside [0, 1].
    """
    hint = "divide percentages by 100; set kind to `continuous` for what are M-values already"
    _refuse(beta, stored(beta) < 0, "fractions in [0, 1]", hint)
    _refuse(beta, stored(beta) > 1, "fractions in [0, 1]", hint)
    share = (beta.toarray() if sparse.issparse(beta) else beta).astype(np.float64)
    return np.log2((share + offset) / (1 - share + offset)).astype(np.float32)


def binarised(values: Matrix) -> Matrix:
    """(observation, feature) float32: 1 where a value is above 0, else 0; CSR stays CSR.

    NaN stays NaN.

    Raises
    ------
    VaebioError
        When a value is negative.
    """
    _refuse_below_zero(values, "set kind to `continuous` for values that can be negative")
    if sparse.issparse(values):
        places = values.indices.copy(), values.indptr.copy()
        return sparse.csr_matrix((_above_zero(values.data), *places), values.shape)
    return _above_zero(values)


def _above_zero(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, values > 0).astype(np.float32)


def _refuse_below_zero(values: Matrix, hint: str) -> None:
    _refuse(values, stored(values) < 0, "values of 0 or more", hint)


def _refuse(values: Matrix, bad: np.ndarray, expected: str, hint: str) -> None:
    """Refuse the values marked among the stored ones; places are counted from 1."""
    if not bad.any():
        return
    first = int(np.argmax(bad))
    row, column = position(values, first)
    raise VaebioError(
        found=f"{np.count_nonzero(bad):,} values like {stored(values)[first]:g}, the first in "
        f"observation {row + 1:,}, feature {column + 1:,}",
        expected=expected,
        hint=hint,
    )
