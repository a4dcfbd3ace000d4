"""loom: an HDF5 file whose matrix has features in rows and observations in columns."""

from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.data.formats.frames import named
from vaebio.data.formats.layers import X, chosen
from vaebio.data.formats.loom_names import (
    FEATURE_NAMES,
    OBSERVATION_NAMES,
    columns_of,
    names_key,
)
from vaebio.data.formats.stored import DenseRows, Element, text_of, turned
from vaebio.data.formats.wanted import Wanted
from vaebio.data.raw import Raw
from vaebio.data.sources import LOOM, reading


def read_loom(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a .loom, all of it in memory: its chunks lie across both axes."""
    import h5py

    with reading(path, LOOM), h5py.File(path) as file:
        layers = file["layers"] if "layers" in file else {}
        held = {**{name: layers[name] for name in layers}, X: file["matrix"]}
        name, steps = chosen(held, wanted, path)
        obs, unnamed = _frame(file["col_attrs"], OBSERVATION_NAMES, held[X].shape[1])
        var, nameless = _frame(file["row_attrs"], FEATURE_NAMES, held[X].shape[0])
        x = turned(DenseRows(held[name], path, LOOM))
    return Raw(obs, var, x, steps, [*unnamed, *nameless])


def _frame(attributes: Element, known: tuple[str, ...], n: int) -> tuple[pd.DataFrame, list[str]]:
    """Table of the attributes, and a warning when it has no names."""
    key = names_key(attributes, known)
    content = {name: _column(attributes[name][:]) for name in columns_of(attributes, known)}
    if key:
        return pd.DataFrame(content, index=named(pd.Index(_column(attributes[key][:])))), []
    caution = f"No attribute {', '.join(known)}, so they are numbered from 1."
    return pd.DataFrame(content, index=[str(i) for i in range(1, n + 1)]), [caution]


def _column(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "SOU":
        return values.astype(values.dtype.newbyteorder("="))
    return np.array([text_of(value) for value in values], dtype=object)
