"""csv, tsv and txt, plain or gzip: a line for each row, names in the first column."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.data import tables
from vaebio.data.formats.stored import gathered
from vaebio.data.formats.wanted import Wanted
from vaebio.data.raw import CHUNK_NUMBERS, Raw


def read_delimited(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a text table."""
    columns, rows = tables.open_table(path)
    names: list[str] = []
    x = gathered(_blocks(rows, columns, path, names))
    return Raw(pd.DataFrame(index=names), pd.DataFrame(index=columns), x)


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
