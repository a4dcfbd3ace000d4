"""Matrix Market files, alone or with the names of their rows and columns beside them."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from vaebio.data.formats.modality import one_modality
from vaebio.data.formats.triplet import Triplet
from vaebio.data.formats.wanted import Wanted
from vaebio.data.matrix import Matrix
from vaebio.data.raw import Raw
from vaebio.data.sources import MTX, reading
from vaebio.data.tables import records_of
from vaebio.errors import VaebioError


def read_triplet(files: Triplet, wanted: Wanted) -> Raw:
    """Raw data set of a matrix with names; symbols name the features, `feature_id` has their ids.

    Features are the rows of the matrix, as Cell Ranger writes it, or its columns when only so the
    numbers of names fit.
    """
    values = _values(files.matrix)
    obs = pd.DataFrame(index=_index(_columns(files.observations)[0]))
    var = _features(_columns(files.features, alike=3), has_types="features" in files.features.name)
    obs, var, steps = _without_headers(obs, var, values.shape)
    if values.shape == (len(var), len(obs)):
        x = _by_rows(values.T)
    elif values.shape == (len(obs), len(var)):
        x = _by_rows(values)
    else:
        raise VaebioError(
            found=f"{files.matrix} has {values.shape[0]:,} rows and {values.shape[1]:,} columns, "
            f"but {files.features.name} names {len(var):,} features and "
            f"{files.observations.name} {len(obs):,} observations",
            expected="a name for every row and every column",
            hint="one of the three files is cut off or belongs to another data set",
        )
    return one_modality(Raw(obs, var, x, steps), wanted, files.matrix)


def read_mtx(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a matrix that lies alone; rows and columns are numbered."""
    values = _values(path)
    rows, columns = (_index([f"{n}" for n in range(1, size + 1)]) for size in values.shape)
    caution = (
        f"No names lie beside {path} (barcodes.tsv with features.tsv or genes.tsv), so "
        "observations and features are numbered from 1."
    )
    obs, var = pd.DataFrame(index=rows), pd.DataFrame(index=columns)
    return Raw(obs, var, _by_rows(values), warnings=[caution])


def _values(path: Path) -> np.ndarray | sparse.coo_matrix:
    """(row, column) values of the file."""
    from scipy.io import mmread

    with reading(path, MTX):
        return mmread(path)


def _by_rows(values: np.ndarray | sparse.coo_matrix) -> Matrix:
    return sparse.csr_matrix(values) if sparse.issparse(values) else np.ascontiguousarray(values)


def _columns(path: Path, alike: int = 1) -> list[list[str]]:
    """Columns of a file with names, as many as every line has.

    Parameters
    ----------
    alike
        Columns that a line must have where others have them; the line at the top may be a header.
    """
    records = list(records_of(path))
    lines = [[field.strip() for field in fields] for _, fields in records]
    most = min(alike, max(map(len, lines), default=0))
    short = next((number for number, fields in records[1:] if len(fields) < most), None)
    if short:
        raise VaebioError(
            found=f"line {short} of {path} has fewer than {most} fields, other lines have more",
            expected="id, name and type of a feature in every line, or the same part of these",
            hint="look for a line that is cut off; copy or download the file again",
        )
    return [list(column) for column in zip(*lines, strict=False)] or [[]]


def _features(columns: list[list[str]], has_types: bool) -> pd.DataFrame:
    """Ids, symbols and types of features; where there are no symbols the ids name them.

    Types came with the name `features`; what stands third in other files is something else.
    """
    names = columns[1] if len(columns) > 1 else columns[0]
    var = pd.DataFrame({"feature_id": columns[0]}, index=_index(names))
    if has_types and len(columns) > 2:
        var["feature_type"] = columns[2]
    return var


def _without_headers(
    obs: pd.DataFrame, var: pd.DataFrame, shape: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """The names without the line at the top that some tables have, when only so they fit."""
    fits = {shape, shape[::-1]}
    options = [(a, b) for a in (0, 1) for b in (0, 1) if (len(obs) - a, len(var) - b) in fits]
    above = options[0] if options else (0, 0)
    steps = [
        f"Took `{table.index[0]}`, the first of the names of {what}, for the name of its column."
        for table, what, lines in ((obs, "observations", above[0]), (var, "features", above[1]))
        if lines
    ]
    return obs.iloc[above[0] :], var.iloc[above[1] :], steps


def _index(names: list[str]) -> pd.Index:
    return pd.Index(names, dtype=object)
