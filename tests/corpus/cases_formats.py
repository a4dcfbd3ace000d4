"""Matrices in parts and in other forms than h5ad and text: mtx, 10x, parquet, zarr, loom, h5mu."""

import gzip
import shutil
import warnings

import h5py
import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse
from scipy.io import mmwrite

from .case import handled, refused
from .made import counts, h5ad, names, same_counts
from .ways import prepare, prepare_words, process


def tenx(folder, name: str = "data", packed: bool = True) -> pd.DataFrame:
    """A 10x folder of counts with repeated symbols, and the counts by identifier."""
    table = counts(mean=0.9)
    place = folder / name
    place.mkdir()
    mmwrite(place / "matrix.mtx", sparse.csc_matrix(table.to_numpy().T))
    genes = [f"ENSG{i:03}\t{gene}\tGene Expression" for i, gene in enumerate(table.columns)]
    (place / "features.tsv").write_text("\n".join(genes) + "\n")
    (place / "barcodes.tsv").write_text("\n".join(table.index) + "\n")
    for part in [*place.iterdir()] if packed else []:
        part.with_name(f"{part.name}.gz").write_bytes(gzip.compress(part.read_bytes()))
        part.unlink()
    return table


def rare_too(folder) -> tuple[str, str]:
    """Settings that drop no feature for being rare."""
    (folder / "s.yaml").write_text("prepare: {min_observations: 0}\n")
    return "--settings", "s.yaml"


@handled()
def tenx_folder(folder):
    """A 10x folder as Cell Ranger leaves it."""
    table = tenx(folder)
    result = yield prepare("data", *rare_too(folder))
    adata = result.made.adata
    assert np.array_equal(adata.obs["total"], table.loc[adata.obs_names].sum(axis=1))


@refused(r"data.*(barcodes|names)")
def tenx_folder_without_barcodes(folder):
    """A 10x folder from which the barcodes are missing."""
    tenx(folder)
    (folder / "data/barcodes.tsv.gz").unlink()
    return prepare("data")


@refused(r"data.*(37|barcodes)")
def tenx_folder_with_other_barcodes(folder):
    """A 10x folder with three barcodes fewer than its matrix has columns."""
    tenx(folder, packed=False)
    lines = (folder / "data/barcodes.tsv").read_text().splitlines()[:-3]
    (folder / "data/barcodes.tsv").write_text("\n".join(lines))
    return prepare("data")


@refused(r"data/matrix\.mtx\.gz")
def tenx_folder_with_a_matrix_cut_short(folder):
    """A 10x folder whose matrix stopped in the middle of its download."""
    tenx(folder)
    content = (folder / "data/matrix.mtx.gz").read_bytes()
    (folder / "data/matrix.mtx.gz").write_bytes(content[: len(content) // 2])
    return prepare("data")


@refused(r"data/matrix\.mtx")
def tenx_folder_with_too_few_entries(folder):
    """A 10x folder whose matrix says that it has more entries than are there."""
    tenx(folder, packed=False)
    lines = (folder / "data/matrix.mtx").read_text().splitlines()[:-20]
    (folder / "data/matrix.mtx").write_text("\n".join(lines) + "\n")
    return prepare("data")


@refused(r"data/matrix\.mtx")
def tenx_folder_with_a_row_beyond_the_last(folder):
    """A 10x folder whose matrix names a row it does not have."""
    tenx(folder, packed=False)
    lines = (folder / "data/matrix.mtx").read_text().splitlines()
    lines[-1] = "999 1 3"
    (folder / "data/matrix.mtx").write_text("\n".join(lines) + "\n")
    return process(*prepare_words("data"))


@refused(r"data.*")
def folder_of_something_else(folder):
    """A folder with notes in it."""
    (folder / "data").mkdir()
    (folder / "data/notes.txt").write_text("to do\n")
    return prepare("data")


def tenx_h5(path: str, **change: np.ndarray) -> None:
    """A 10x .h5 of counts, with some of its arrays replaced."""
    x = sparse.csc_matrix(counts().to_numpy().T)
    parts = {"data": x.data, "indices": x.indices, "indptr": x.indptr, "shape": x.shape}
    text = {"barcodes": names("cell", 40), "features/id": names("ENSG", 12)}
    text |= {"features/name": names("gene", 12), "features/feature_type": ["Gene Expression"] * 12}
    with h5py.File(path, "w") as file:
        for key, value in (parts | change).items():
            file[f"matrix/{key}"] = np.asarray(value)
        for key, value in text.items():
            file[f"matrix/{key}"] = np.array(value, dtype="S")


@handled()
def tenx_h5_whole(folder):
    """A 10x .h5."""
    tenx_h5("m.h5")
    same_counts((yield prepare("m.h5")), counts())


@refused(r"m\.h5\b")
def tenx_h5_with_a_row_beyond_the_last(folder):
    """A 10x .h5 that names a feature number it does not have."""
    indices = sparse.csc_matrix(counts().to_numpy().T).indices.copy()
    indices[9] = 500_000
    tenx_h5("m.h5", indices=indices)
    return process(*prepare_words("m.h5"))


@refused(r"m\.h5\b")
def tenx_h5_cut_off(folder):
    """A 10x .h5 whose copy stopped."""
    tenx_h5("m.h5")
    (folder / "m.h5").write_bytes((folder / "m.h5").read_bytes()[:4000])
    return prepare("m.h5")


@refused(r"m\.h5\b.*")
def h5_of_another_program(folder):
    """An .h5 that is none of 10x."""
    with h5py.File("m.h5", "w") as file:
        file["energy"] = np.arange(4.0)
    return prepare("m.h5")


@refused(r"m\.mtx")
def mtx_with_another_header(folder):
    """An .mtx without its first line."""
    mmwrite("m.mtx", sparse.csr_matrix(counts().to_numpy()))
    text = (folder / "m.mtx").read_text().split("\n", 1)[1]
    (folder / "m.mtx").write_text(text)
    return prepare("m.mtx")


@handled()
def parquet(folder):
    """A parquet of counts with their names as index."""
    counts().to_parquet("m.parquet")
    same_counts((yield prepare("m.parquet")), counts())


@refused(r"m\.parquet")
def parquet_cut_off(folder):
    """A parquet whose copy stopped."""
    counts().to_parquet("m.parquet")
    content = (folder / "m.parquet").read_bytes()
    (folder / "m.parquet").write_bytes(content[: len(content) // 2])
    return prepare("m.parquet")


@refused(r"type.*m\.parquet|m\.parquet.*type", "number")
def parquet_with_a_column_of_text(folder):
    """A parquet with labels among its features."""
    counts().assign(type=[*"ab"] * 20).to_parquet("m.parquet")
    return prepare("m.parquet")


@refused(r"the column `id` of m\.parquet", "measurements", "take it out")
def parquet_with_numbers_of_rows(folder):
    """A parquet with a numbered `id` among its features, as a database exports it."""
    counts().assign(id=range(1, 41)).to_parquet("m.parquet")
    return prepare("m.parquet")


def zarr(folder) -> None:
    """The counts as m.zarr, ten observations in a file."""
    table = counts()
    adata = AnnData(table.to_numpy(float), obs=table.iloc[:, :0], var=table.T.iloc[:, :0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions of zarr to come
        adata.write_zarr(folder / "m.zarr", chunks=(10, 12))


@handled()
def zarr_store(folder):
    """A zarr of counts."""
    zarr(folder)
    same_counts((yield prepare("m.zarr")), counts())


@refused(r"m\.zarr")
def zarr_without_x(folder):
    """A zarr from which X was not copied."""
    zarr(folder)
    shutil.rmtree(folder / "m.zarr/X")
    return prepare("m.zarr")


@handled("1 of 4 chunks of the values are not there")
def zarr_with_a_part_missing(folder):
    """A zarr of which one file of values is missing: zarr reads zeros there, rightly or not."""
    zarr(folder)
    next(part for part in (folder / "m.zarr/X").rglob("*") if part.name in ("1.0", "1")).unlink()
    yield prepare("m.zarr")


@refused(r"m\.loom")
def loom_of_garbage(folder):
    """Random bytes under the name of a loom."""
    (folder / "m.loom").write_bytes(np.random.default_rng(0).bytes(3000))
    return prepare("m.loom")


@refused(r"m\.h5mu")
def h5mu_that_is_an_h5ad(folder):
    """An h5ad under the name of an h5mu."""
    h5ad("m.h5mu", counts())
    return prepare("m.h5mu")
