"""Whether values are logarithms of normalised counts: a trace that normalising leaves."""

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix

BASES = {"e": np.e, "2": 2.0, "10": 10.0}

_FEWEST = 10  # values above 0 of an observation that tell anything
_EXACT = 0.02
_HIGHEST = 50.0  # no logarithm of a count is higher
_MOST = 0.9  # share of values that are whole multiples


def base_of_log_counts(values: Matrix) -> str | None:
    """Base of the logarithm when values are log(1 + counts scaled by observation); else None.

    With the logarithm taken back, an observation's values are whole multiples of the smallest of
    them, which is nearly always a count of 1.

    Parameters
    ----------
    values
        (observation, feature) of some observations.
    """
    rows = [row for row in map(_positive, values) if row.size >= _FEWEST]
    if not rows or max(row.max() for row in rows) > _HIGHEST:
        return None
    for name, base in BASES.items():
        if np.median([_whole_multiples(base**row - 1) for row in rows]) > _MOST:
            return name
    return None


def _positive(row: np.ndarray | sparse.csr_matrix) -> np.ndarray:
    """(value,) of one observation above 0; none when one is below 0."""
    kept = (row.data if sparse.issparse(row) else row).astype(np.float64)
    kept = kept[np.isfinite(kept)]
    return kept[kept > 0] if not (kept < 0).any() else kept[:0]


def _whole_multiples(numbers: np.ndarray) -> float:
    """Share of numbers that are whole multiples of the smallest."""
    multiple = numbers / numbers.min()
    return float(np.mean(np.abs(multiple - np.rint(multiple)) < _EXACT))
