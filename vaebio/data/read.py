"""From a file, a folder or a builtin to a raw data set: unique names, annotation joined.

Observations are in rows whatever the form. Values stay on disk where their rows lie together.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from anndata.utils import make_index_unique

from vaebio.data import sources
from vaebio.data.annotation import join, read_annotation
from vaebio.data.formats import builtin
from vaebio.data.formats.anndata_files import read_h5ad, read_h5mu, read_zarr
from vaebio.data.formats.delimited import read_delimited
from vaebio.data.formats.loom import read_loom
from vaebio.data.formats.mtx import read_mtx, read_triplet
from vaebio.data.formats.parquet import read_parquet
from vaebio.data.formats.stored import turned
from vaebio.data.formats.tenx_h5 import read_tenx_h5
from vaebio.data.formats.triplet import beside, in_folder
from vaebio.data.formats.wanted import AUTO, Wanted, refuse_foreign
from vaebio.data.raw import Raw
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Orientation

STRAIGHT, TURNED = get_args(Orientation)


def read(
    matrix: str,
    annotation: str = "",
    orientation: str = STRAIGHT,
    *,
    layer: str = AUTO,
    modality: str = "",
    genome: str = "",
    kind: str = AUTO,
) -> Raw:
    """Raw data set: values as in the file, the columns about the observations in `obs`.

    Parameters
    ----------
    matrix
        Path of an .h5ad, .h5mu, .zarr, .loom, .mtx, .parquet, .csv, .tsv or .txt, of a folder or
        an .h5 of 10x, or `builtin:NAME`.
    annotation
        Path of a .csv, .tsv, .txt (also .gz), .parquet or .h5ad with one row per observation, or
        empty.
    orientation
        `observations_by_features` or `features_by_observations`.
    layer
        `X`, `raw`, the name of a layer, or `auto`: X, unless it holds no counts while the file
        holds counts elsewhere and `kind` does not rule them out.
    modality
        Of an .h5mu, or a feature type of 10x data (empty: Gene Expression).
    genome
        Of a 10x .h5 with several.
    kind
        As declared by the user.

    Returns
    -------
    (observation, feature) values; rows of an .h5ad (dense or CSR), a .zarr or a 10x .h5 stay on
    disk as long as they are not turned, all else is in memory, CSR when it came sparse or is
    mostly zeros. `steps` and `warnings` say how it was read.

    Raises
    ------
    VaebioError
        When a file cannot be read or holds no such part, an observation name repeats, or the
        annotation does not fit.
    """
    raw = as_it_lies(matrix, Wanted(layer, modality, genome, kind), orientation)
    return standing(raw, matrix, annotation, orientation)


def standing(raw: Raw, matrix: str, annotation: str, orientation: str) -> Raw:
    """What was read as it lies, with observations in rows, unique names and its annotation.

    Raises
    ------
    VaebioError
        When an observation name repeats, or the annotation does not fit.
    """
    if orientation == TURNED:
        raw = Raw(raw.var, raw.obs, turned(raw.x), raw.steps, raw.warnings)
    n, features = raw.shape
    raw.steps.insert(0, f"Read {n:,} observations x {features:,} features from {matrix}.")
    _refuse_repeated_observations(raw, matrix)
    _make_features_unique(raw)
    if annotation:
        path = sources.checked_path(annotation, "annotation", sources.ANNOTATION_SUFFIXES)
        raw.steps.append(join(raw, read_annotation(path), path))
    return raw


class _Form(NamedTuple):
    """How a form is read, what there is to choose in it, and whether it says what its rows are."""

    read: Callable[[Path, Wanted], Raw]
    choices: tuple[str, ...] = ()
    oriented: bool = False


_FORMS = {
    sources.H5AD: _Form(read_h5ad, ("layer",)),
    sources.ZARR: _Form(read_zarr, ("layer",)),
    sources.H5MU: _Form(read_h5mu, ("layer", "modality")),
    sources.LOOM: _Form(read_loom, ("layer",), oriented=True),
    sources.TENX_H5: _Form(read_tenx_h5, ("modality", "genome"), oriented=True),
    sources.TENX: _Form(
        lambda path, wanted: read_triplet(in_folder(path), wanted), ("modality",), oriented=True
    ),
    sources.NAMED_MTX: _Form(
        lambda path, wanted: read_triplet(beside(path), wanted), ("modality",), oriented=True
    ),
    sources.MTX: _Form(read_mtx),
    sources.PARQUET: _Form(read_parquet),
    sources.TEXT: _Form(read_delimited),
}


def as_it_lies(matrix: str, wanted: Wanted, orientation: str = STRAIGHT) -> Raw:
    """Matrix as in its source, with the columns about rows and columns.

    Parameters
    ----------
    orientation
        As told: refused where the form says itself which are its observations.

    Raises
    ------
    VaebioError
        When a file cannot be read or holds no such part.
    """
    if orientation not in get_args(Orientation):
        raise VaebioError(
            found=f"orientation `{orientation}`",
            expected=f"one of {', '.join(get_args(Orientation))}",
            hint=did_you_mean(orientation, get_args(Orientation), "leave it out"),
        )
    name = sources.builtin_name(matrix)
    path, form = (Path(matrix), sources.BUILT_IN) if name else sources.checked_matrix(matrix)
    how = _Form(lambda *_: builtin.READERS[name](), oriented=True) if name else _FORMS[form]
    refuse_foreign(wanted, form, how.choices, matrix)
    if how.oriented and orientation == TURNED:
        raise VaebioError(
            found=f"orientation `{TURNED}`, but {matrix}, read as {form}, says itself which are "
            "its observations",
            expected=f"`{STRAIGHT}`: its observations become the rows however they lie in it",
            hint="leave `orientation` out for this data set",
        )
    raw = how.read(path, wanted)
    names = len(raw.obs), len(raw.var)
    if names != raw.shape:
        misfit = ValueError(f"values are {raw.shape}, names of rows and columns {names}")
        raise sources.damaged(path, form, misfit)
    if raw.x.dtype.kind not in "biuf":
        raise VaebioError(
            found=f"values of the type {raw.x.dtype} in {matrix}",
            expected="numbers",
            hint="write the matrix again with numbers alone",
        )
    return raw


def _refuse_repeated_observations(raw: Raw, matrix: str) -> None:
    names = raw.obs.index
    repeated = names[names.duplicated()].unique()
    if len(repeated):
        raise VaebioError(
            found=f"the observation name `{repeated[0]}` stands more than once in {matrix} "
            f"({len(repeated):,} such names)",
            expected="every observation with a name of its own",
            hint="rename them; the names stand in the first column, or in the header when "
            "`orientation` is features_by_observations",
        )


def _make_features_unique(raw: Raw) -> None:
    names = raw.var.index
    repeated = names[names.duplicated()].unique()
    if not len(repeated):
        return
    with warnings.catch_warnings():
        # Harmless here: the new names are only labels.
        warnings.filterwarnings("ignore", message="Suffix used")
        raw.var = raw.var.set_axis(make_index_unique(names))
    raw.warnings.append(
        f"{len(repeated):,} feature names stand more than once (for example `{repeated[0]}`); "
        "their repeats got the suffixes -1, -2, ..."
    )
