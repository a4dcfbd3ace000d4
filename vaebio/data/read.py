"""From a file or a builtin to AnnData: observations in rows, unique names, annotation joined."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from anndata import AnnData, read_h5ad
from scipy import sparse

from vaebio.data import sources, tables
from vaebio.data.annotation import join, read_annotation
from vaebio.data.raw import Raw
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Orientation


def read(matrix: str, annotation: str = "", orientation: str = "observations_by_features") -> Raw:
    """Raw data set: X as in the file, the columns about the observations in `obs`.

    Parameters
    ----------
    matrix
        Path of an .h5ad, .csv, .tsv or .txt (the last three also .gz), or `builtin:NAME`.
    annotation
        Path of a .csv, .tsv or .txt (also .gz) with one row per observation, or empty.
    orientation
        `observations_by_features` or `features_by_observations`.

    Returns
    -------
    (observation, feature) AnnData; X is CSR when it came sparse or is mostly zeros.
    `uns["vaebio"]` holds the sentences `steps` and `warnings`.

    Raises
    ------
    VaebioError
        When a file cannot be read, an observation name repeats, or the annotation does not fit.
    """
    if orientation not in get_args(Orientation):
        raise VaebioError(
            found=f"orientation `{orientation}`",
            expected=f"one of {', '.join(get_args(Orientation))}",
            hint=did_you_mean(orientation, get_args(Orientation), "leave it out"),
        )
    adata = _raw(matrix)
    if orientation == "features_by_observations":
        adata = _transposed(adata)
    steps = [f"Read {adata.n_obs:,} observations x {adata.n_vars:,} features from {matrix}."]
    _refuse_repeated_observations(adata, matrix)
    cautions = _unique_features(adata)
    if annotation:
        path = sources.checked_path(annotation, "annotation", sources.TEXT_SUFFIXES)
        steps.append(join(adata, read_annotation(path), path))
    return Raw(adata.obs, adata.var, adata.X, steps, cautions)


def _raw(matrix: str) -> AnnData:
    """Matrix as it lies in its source, with the columns about rows and columns."""
    builtin = sources.builtin_name(matrix)
    if builtin:
        return _BUILTINS[builtin]()
    path = sources.checked_path(matrix, "matrix", sources.MATRIX_SUFFIXES)
    return _from_hdf5(path) if sources.is_hdf5(path) else _from_text(path)


def _from_hdf5(path: Path) -> AnnData:
    with warnings.catch_warnings():
        # Repeated names are refused or repaired below, in the user's words.
        warnings.filterwarnings("ignore", message=".* names are not unique")
        try:
            adata = read_h5ad(path)
        except MemoryError:
            raise
        except Exception as error:  # what a damaged file raises depends on where it is damaged
            raise sources.damaged(path, "h5ad", error) from None
    if adata.X is None:
        held = [f"layers[`{name}`]" for name in adata.layers] + ["raw"] * (adata.raw is not None)
        raise VaebioError(
            found=f"{path} has no X" + (f", only {', '.join(held)}" if held else ""),
            expected="the values in X",
            hint="copy the layer to train on into X and write the file again",
        )
    values = sparse.csr_matrix(adata.X) if sparse.issparse(adata.X) else np.asarray(adata.X)
    return _bare(values, adata.obs, adata.var)


def _from_text(path: Path) -> AnnData:
    columns, rows = tables.open_table(path)
    names, values = [], []
    for row in rows:
        names.append(row.name)
        values.append(np.array(tables.numbers(row, columns, path)))
    return _bare(_lean(np.stack(values)), pd.DataFrame(index=names), pd.DataFrame(index=columns))


def _pbmc68k() -> AnnData:
    """700 blood cells x 765 genes that ship with scanpy, as UMI counts.

    scanpy keeps log1p of counts per 10,000 and the total of each observation; together they give
    the counts back.
    """
    import scanpy

    source = scanpy.datasets.pbmc68k_reduced()
    exact = sparse.csr_matrix(source.raw.X, dtype=np.float64).expm1()
    exact = exact.multiply(source.obs["n_counts"].to_numpy()[:, None] / 1e4).tocsr()
    counts = exact.copy()
    counts.data = np.rint(exact.data)
    if np.abs(counts.data - exact.data).max() > 0.25:
        raise VaebioError(
            found="the values of scanpy's pbmc68k_reduced are not counts per 10,000 under log1p",
            expected="those of scanpy 1.10 to 1.12",
            hint="install one of these versions of scanpy",
        )
    counts.eliminate_zeros()
    return _bare(counts, source.obs, pd.DataFrame(index=source.raw.var_names))


_BUILTINS: dict[str, Callable[[], AnnData]] = {"pbmc68k": _pbmc68k}


def _bare(values: np.ndarray | sparse.csr_matrix, obs: pd.DataFrame, var: pd.DataFrame) -> AnnData:
    """AnnData of values and the two frames alone."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* names are not unique")
        return AnnData(values, obs=_text_index(obs), var=_text_index(var))


def _text_index(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy whose nameless index holds text: some writers number the rows."""
    return frame.set_axis(frame.index.astype(str).rename(None))


def _transposed(adata: AnnData) -> AnnData:
    turned = adata.X.T.tocsr() if sparse.issparse(adata.X) else np.ascontiguousarray(adata.X.T)
    return _bare(turned, adata.var, adata.obs)


def _lean(values: np.ndarray) -> np.ndarray | sparse.csr_matrix:
    """CSR when more than half of the values are zero."""
    return sparse.csr_matrix(values) if np.mean(values == 0) > 0.5 else values


def _refuse_repeated_observations(adata: AnnData, matrix: str) -> None:
    repeated = adata.obs_names[adata.obs_names.duplicated()].unique()
    if len(repeated):
        raise VaebioError(
            found=f"the observation name `{repeated[0]}` stands more than once in {matrix} "
            f"({len(repeated):,} such names)",
            expected="every observation with a name of its own",
            hint="rename them; the names stand in the first column, or in the header when "
            "`orientation` is features_by_observations",
        )


def _unique_features(adata: AnnData) -> list[str]:
    repeated = adata.var_names[adata.var_names.duplicated()].unique()
    if not len(repeated):
        return []
    with warnings.catch_warnings():
        # Harmless here: the new names are only labels.
        warnings.filterwarnings("ignore", message="Suffix used")
        adata.var_names_make_unique()
    return [
        f"{len(repeated):,} feature names stand more than once (for example `{repeated[0]}`); "
        "their repeats got the suffixes -1, -2, ..."
    ]
