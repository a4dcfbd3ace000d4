"""Columns that describe the observations, read without reading the matrix.

Light on purpose (h5py and the standard library): the workflow refuses a misspelt label before it
starts a job.
"""

from collections.abc import Sequence
from pathlib import Path

from vaebio.data.sources import (
    BUILTINS,
    MATRIX_SUFFIXES,
    TEXT_SUFFIXES,
    builtin_name,
    checked_path,
    damaged,
    is_hdf5,
)
from vaebio.data.tables import open_table
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Dataset, Orientation


def annotation_columns(
    matrix: str, annotation: str, orientation: Orientation = "observations_by_features"
) -> list[str] | None:
    """Names of the columns that describe the observations, in the matrix and its annotation.

    Returns
    -------
    Every name once, in the order of the matrix then of the annotation; None when the matrix keeps
    them in a form that only a full read understands.

    Raises
    ------
    VaebioError
        When a file is missing, of an unknown form or damaged.
    """
    own = _matrix_columns(matrix, orientation)
    added = _table_columns(annotation) if annotation else []
    return None if own is None else list(dict.fromkeys([*own, *added]))


def check_columns(dataset: Dataset) -> None:
    """Refuse a label or batch column that the data set does not have, naming the nearest one."""
    columns = annotation_columns(dataset.matrix, dataset.annotation, dataset.orientation)
    if columns is None:
        return
    where = " or ".join(part for part in (dataset.matrix, dataset.annotation) if part)
    for role in ("label", "batch"):
        column = getattr(dataset, role)
        if column and column not in columns:
            raise no_column(role, column, columns, f"{where} (data set `{dataset.name}`)")


def no_column(role: str, column: str, columns: Sequence[str], where: str) -> VaebioError:
    """The refusal of a label or batch column that does not exist."""
    shown = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
    if not columns:
        otherwise = "give the table that holds it as annotation"
    else:
        otherwise = f"set {role} to one of these, or leave it empty"
    return VaebioError(
        found=f"no column `{column}`, the {role}, in {where}",
        expected=f"one of the columns {shown}" if columns else "a column about the observations",
        hint=did_you_mean(column, columns, otherwise),
    )


def _matrix_columns(matrix: str, orientation: Orientation) -> list[str] | None:
    builtin = builtin_name(matrix)
    if builtin:
        return list(BUILTINS[builtin])
    path = checked_path(matrix, "matrix", MATRIX_SUFFIXES)
    if not is_hdf5(path):
        return []
    return _hdf5_columns(path, "obs" if orientation == "observations_by_features" else "var")


def _hdf5_columns(path: Path, frame: str) -> list[str] | None:
    import h5py  # an eighth of a second that text and builtins need not pay

    try:
        with h5py.File(path) as file:
            group = file.get(frame)
            if not isinstance(group, h5py.Group):
                return None
            index = group.attrs.get("_index", "_index")
            # Files before anndata 0.7 keep the categories of a column beside it, under this name.
            return [key for key in group if key not in (index, "__categories")]
    except OSError as error:
        raise damaged(path, "h5ad", error) from None


def _table_columns(annotation: str) -> list[str]:
    columns, _ = open_table(checked_path(annotation, "annotation", TEXT_SUFFIXES))
    return [name for name in columns if name]
