"""What the values of a data set look like, gathered in one pass: the grounds to tell their kind."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from vaebio.data.matrix import Matrix, position, stored

_POWERS = 1100  # double precision goes from 2**-1074 to 2**1024


@dataclass
class Evidence:
    """Numbers of values of each sort, extremes and examples; whole however the rows are cut.

    Parameters
    ----------
    numbers, missing, zeros, ones
        How many values there are at all, are missing (NaN), exactly 0 and exactly 1.
    negative, broken
        How many are below 0 and no whole numbers, each with the first of them.
    lowest, highest, smallest
        Extremes of all that is not 0, and the smallest above 0.
    where_missing
        Observation and feature of the first missing value, in words.
    powers
        How many values above 0 lie in each power of two.
    """

    numbers: int = 0
    missing: int = 0
    zeros: int = 0
    ones: int = 0
    negative: int = 0
    a_negative: float = 0.0
    broken: int = 0
    a_broken: float = 0.0
    lowest: float = np.inf
    highest: float = -np.inf
    smallest: float = np.inf
    where_missing: str = ""
    powers: np.ndarray = field(default_factory=lambda: np.zeros(2 * _POWERS, np.int64))

    @property
    def low(self) -> float:
        """Smallest value."""
        return min(self.lowest, 0.0) if self.zeros else self.lowest

    @property
    def high(self) -> float:
        """Largest value."""
        return max(self.highest, 0.0) if self.zeros else self.highest

    @property
    def whole(self) -> bool:
        """Whether every value that is there is a whole number."""
        return not self.broken

    def share(self, number: int) -> float:
        """A number of values as a share of all, in [0, 1]."""
        return number / self.numbers

    def quantile(self, share: float) -> float:
        """Quantile of the values above 0, good to a factor of two; 1 where there are none."""
        total = self.powers.sum()
        if not total:
            return 1.0
        return float(2.0 ** (np.searchsorted(np.cumsum(self.powers), share * total) - _POWERS))

    def add(self, values: Matrix, rows: pd.Index, columns: pd.Index) -> None:
        """Look at some observations.

        Parameters
        ----------
        values
            (row, column) values, none of them infinite.
        rows, columns
            Their names.
        """
        kept = stored(values)
        size = values.shape[0] * values.shape[1]
        self.numbers += size
        self.zeros += size - np.count_nonzero(kept)
        missing = np.isnan(kept)
        if missing.any():
            row, column = position(values, int(np.argmax(missing)))
            where = f"observation `{rows[row]}`, feature `{columns[column]}`"
            self.where_missing = self.where_missing or where
            self.missing += np.count_nonzero(missing)
            kept = kept[~missing]
        self._look(kept[kept != 0])

    def _look(self, kept: np.ndarray) -> None:
        if not kept.size:
            return
        self.lowest = min(self.lowest, float(kept.min()))
        self.highest = max(self.highest, float(kept.max()))
        self.ones += np.count_nonzero(kept == 1)
        if kept.dtype.kind == "f":
            broken = kept[kept != np.rint(kept)]
            self.a_broken = self.a_broken or float(broken[0] if broken.size else 0)
            self.broken += broken.size
        if self.lowest < 0:
            below = kept[kept < 0]
            self.a_negative = self.a_negative or float(below[0] if below.size else 0)
            self.negative += below.size
            kept = kept[kept > 0]
        if kept.size:
            self.smallest = min(self.smallest, float(kept.min()))
        powers = np.frexp(kept if kept.dtype.kind == "f" else kept.astype(float))[1]
        self.powers += np.bincount(powers + _POWERS, minlength=2 * _POWERS)
