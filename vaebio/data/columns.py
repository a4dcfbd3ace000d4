"""Columns that describe the observations, read without reading the matrix.

Light on purpose (h5py, pyarrow and the standard library): the workflow refuses a misspelt label
before it starts a job.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from vaebio.data import sources
from vaebio.data.formats.loom_names import OBSERVATION_NAMES, columns_of
from vaebio.data.formats.triplet import in_folder
from vaebio.data.formats.wanted import one_of
from vaebio.data.sources import BUILTINS, builtin_name, checked_matrix, checked_path, reading
from vaebio.data.tables import open_table
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Dataset, Orientation, Split

if TYPE_CHECKING:
    import h5py

_SETTINGS = {"group": "`prepare.split.group`", "split": "`prepare.split.column`"}


def annotation_columns(
    matrix: str,
    annotation: str,
    orientation: Orientation = "observations_by_features",
    modality: str = "",
) -> list[str] | None:
    """Names of the columns that describe the observations, in the matrix and its annotation.

    Returns
    -------
    Every name once, in the order of the matrix then of the annotation; None when the matrix keeps
    them in a form that only a full read understands.

    Raises
    ------
    VaebioError
        When a file is missing, of an unknown form or damaged, or the modality is not in it.
    """
    own = _matrix_columns(matrix, orientation, modality)
    added = _annotation_columns(annotation) if annotation else []
    return None if None in (own, added) else list(dict.fromkeys([*own, *added]))


def check_columns(dataset: Dataset, modality: str = "", split: Split | None = None) -> None:
    """Refuse a column that the data set does not have, naming the nearest one.

    Parameters
    ----------
    split
        Settings that may name columns, beside the label and the batch of the data set.
    """
    columns = annotation_columns(dataset.matrix, dataset.annotation, dataset.orientation, modality)
    if columns is None:
        return
    where = f"{places(dataset.matrix, dataset.annotation)} (data set `{dataset.name}`)"
    refuse_absent(wanted(dataset.label, dataset.batch, split), columns, where)


def wanted(label: str, batch: str, split: Split | None) -> dict[str, str]:
    """Columns that must be there, by what they are for; empty where none is named."""
    named = {"label": label, "batch": batch}
    return named | ({"group": split.group, "split": split.column} if split else {})


def places(matrix: str, annotation: str) -> str:
    """Where columns about the observations can be, in words."""
    return " or ".join(part for part in (matrix, annotation) if part)


def refuse_absent(wanted: Mapping[str, str], columns: Sequence[str], where: str) -> None:
    """Refuse the first column by its role that is named but is not there."""
    for role, column in wanted.items():
        if column and column not in columns:
            raise no_column(role, column, columns, where)


def no_column(role: str, column: str, columns: Sequence[str], where: str) -> VaebioError:
    """The refusal of a label, batch, group or split column that does not exist."""
    shown = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
    if not columns:
        otherwise = "give the table that holds it as annotation"
    else:
        otherwise = f"set {_SETTINGS.get(role, role)} to one of these, or leave it empty"
    return VaebioError(
        found=f"no column `{column}`, the {role}, in {where}",
        expected=f"one of the columns {shown}" if columns else "a column about the observations",
        hint=did_you_mean(column, columns, otherwise),
    )


def _matrix_columns(matrix: str, orientation: Orientation, modality: str) -> list[str] | None:
    builtin = builtin_name(matrix)
    if builtin:
        return list(BUILTINS[builtin])
    path, form = checked_matrix(matrix)
    frame = "obs" if orientation == "observations_by_features" else "var"
    if form == sources.TENX:
        in_folder(path)  # refused now, not by a job
    with reading(path, form):
        if form == sources.ZARR:
            return _zarr_columns(path, frame)
        if form in (sources.H5AD, sources.H5MU, sources.LOOM):
            return _hdf5_columns(path, form, frame, modality)
    return []


def _hdf5_columns(path: Path, form: str, frame: str, modality: str) -> list[str] | None:
    import h5py  # an eighth of a second that text and builtins need not pay

    with h5py.File(path) as file:
        if form == sources.H5AD:
            return _frame_columns(file, frame)
        if form == sources.LOOM:
            return columns_of(file["col_attrs"], OBSERVATION_NAMES)
        one = file["mod"][one_of(modality, file["mod"], "modality", path)]
        own, common = _frame_columns(one, frame), _frame_columns(file, "obs")
        if own is None or common is None or frame == "var":
            return own
        return list(dict.fromkeys([*own, *(name for name in common if ":" not in name)]))


def _frame_columns(file: "h5py.Group", frame: str) -> list[str] | None:
    group = file.get(frame)
    if not hasattr(group, "keys"):
        return None
    if "column-order" in group.attrs:  # a slash in a name makes a group of it, so keys mislead
        names = group.attrs["column-order"]
        return [name.decode() if isinstance(name, bytes) else str(name) for name in names]
    index = group.attrs.get("_index", "_index")
    # Files before anndata 0.7 keep the categories of a column beside it, under this name.
    return [key for key in group if key not in (index, "__categories")]


def _zarr_columns(path: Path, frame: str) -> list[str] | None:
    """Columns by the descriptions of the group, which are JSON in both versions of zarr."""
    for text in _zarr_descriptions(path, frame):
        content = json.loads(text)
        attributes = content.get("attributes", content)
        if "column-order" in attributes:
            return list(attributes["column-order"])
    return None


def _zarr_descriptions(path: Path, frame: str) -> Iterator[str]:
    names = (f"{frame}/.zattrs", f"{frame}/zarr.json")
    if path.is_file():
        with ZipFile(path) as archive:
            yield from (archive.read(n).decode("utf-8") for n in names if n in archive.namelist())
    else:
        yield from ((path / n).read_text(encoding="utf-8") for n in names if (path / n).is_file())


def _annotation_columns(annotation: str) -> list[str] | None:
    path = checked_path(annotation, "annotation", sources.ANNOTATION_SUFFIXES)
    suffix = path.suffix.lower()
    if suffix == ".h5ad":
        with reading(path, sources.H5AD):
            return _hdf5_columns(path, sources.H5AD, "obs", "")
    if suffix == ".parquet":
        with reading(path, sources.PARQUET):
            return _parquet_columns(path)
    columns, _ = open_table(path)
    return [name for name in columns if name]


def _parquet_columns(path: Path) -> list[str]:
    from pyarrow.parquet import read_schema

    from vaebio.data.formats.parquet_names import names_column

    schema = read_schema(path)
    at = names_column(schema)
    return [name for i, name in enumerate(schema.names) if i != at]
