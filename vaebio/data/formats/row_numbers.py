"""Columns that number the rows of a table and measure nothing, among those taken for features."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vaebio.errors import VaebioError

FEWEST = 10
"""Rows from which it is no accident that a column counts them."""

_NAMED = re.compile(
    r"|unnamed.*|none|level_0|__index_level_\d+__"
    r"|((row|cell|sample|obs|observation|gene|feature|protein|probe)s?[ _.-]?)?"
    r"(id|index|idx|nr|no)",
    re.IGNORECASE,
)
"""What programs and people call such a column; it may have no name at all."""


class RowNumbers:
    """Looks for such columns in the values as they pass by.

    Parameters
    ----------
    names
        Of the columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.rows = list(names), 0
        self._named = [i for i, name in enumerate(names) if _NAMED.fullmatch(name.strip())]
        self._values: list[np.ndarray] = []
        self._first = np.zeros(len(names))
        self._counting = np.arange(len(names))

    def add(self, block: np.ndarray) -> None:
        """Look at the next (row, column) values."""
        if self.rows == 0 and len(block):
            self._first = block[0].astype(float)
            self._counting = np.flatnonzero(np.isin(self._first, (0, 1)))
        for row in range(len(block)):  # most columns are out after a row or two
            if not len(self._counting):
                break
            expected = self._first[self._counting] + self.rows + row
            self._counting = self._counting[block[row, self._counting] == expected]
        self._values.append(block[:, self._named])
        self.rows += len(block)

    def refuse(self, path: Path) -> None:
        """Refuse a column that is called like numbers of rows, and holds such.

        Raises
        ------
        VaebioError
            For a column of whole numbers of which none stands twice.
        """
        for name, values in zip(self._names_of(self._named), self._columns(), strict=True):
            if len(values) > 1 and np.all(values == np.rint(values)) and _distinct(values):
                raise VaebioError(
                    found=f"the column `{name}` of {path}, whole numbers like {values[0]:.0f} and "
                    f"{values[1]:.0f} that differ in every row",
                    expected="measurements in every column but the one with the names",
                    hint="take it out; or, if these are the names of the rows, make them the "
                    "index or text; or give it another name, if they are measurements",
                )

    def cautions(self, path: Path) -> list[str]:
        """A warning about other columns that count the rows."""
        if self.rows < FEWEST:
            return []
        return [
            f"The column `{name}` of {path} counts the rows, and is taken for a feature: take it "
            "out if it measures nothing."
            for name in self._names_of(self._counting)
        ]

    def _names_of(self, places: Sequence[int]) -> list[str]:
        return [self.names[i] for i in places]

    def _columns(self) -> list[np.ndarray]:
        nothing = np.empty((0, len(self._named)))
        return list(np.concatenate([nothing, *self._values]).T)


def _distinct(values: np.ndarray) -> bool:
    return len(np.unique(values)) == len(values)
