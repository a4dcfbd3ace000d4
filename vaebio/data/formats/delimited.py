"""csv, tsv and txt, plain or gzip: a line for each row, names in the first column."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.data import tables
from vaebio.data.formats.stored import gathered
from vaebio.data.formats.wanted import Wanted
from vaebio.data.raw import CHUNK_NUMBERS, Raw

_MEASURED = re.compile(r"-?\d+\.\d+([eE][-+]?\d+)?")


def read_delimited(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a text table."""
    columns, rows = tables.open_table(path)
    names: list[str] = []
    x = gathered(_blocks(rows, columns, path, names))
    cautions = [*_doubt(names, "column"), *_doubt(columns, "line")]
    return Raw(pd.DataFrame(index=names), pd.DataFrame(index=columns), x, warnings=cautions)


def _blocks(
    rows: Iterator[tables.Row], columns: list[str], path: Path, names: list[str]
) -> Iterator[np.ndarray]:
    """(row, column) values of as many rows as make a block; their names are appended."""
    size = max(1, CHUNK_NUMBERS // len(columns))
    block = []
    for row in rows:
        names.append(row.name)
        block.append(np.array(tables.numbers(row, columns, path)))
        if len(block) == size:
            yield np.stack(block)
            block = []
    if block:
        yield np.stack(block)


def _doubt(names: Sequence[str], place: str) -> Iterator[str]:
    """A warning about names that look measured: of a table without names the first values are lost.

    Parameters
    ----------
    place
        Which first one holds the names: column or line.
    """
    measured = [name for name in names if _MEASURED.fullmatch(name)]
    if 2 * len(measured) > len(names):
        yield (
            f"The first {place} is taken for names, but holds numbers such as `{measured[0]}`: if "
            f"these are measurements, put names into a {place} of their own before them."
        )
