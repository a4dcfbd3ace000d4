"""A damaged file of any form, or of another form than its name says, is refused by its name."""

import gzip
import shutil
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse
from scipy.io import mmwrite

from vaebio.data.read import read
from vaebio.data.sources import reading
from vaebio.errors import VaebioError


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A sound file of every form, by the end of its name."""
    folder = tmp_path_factory.mktemp("sound")
    values = sparse.csr_matrix(np.random.default_rng(0).poisson(0.8, size=(400, 300)))
    adata = AnnData(values.astype(float))
    adata.write_h5ad(folder / "m.h5ad", compression="gzip")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        adata.write_zarr(folder / "m.zarr")
    shutil.make_archive(str(folder / "m.zarr"), "zip", folder / "m.zarr")
    mmwrite(folder / "m.mtx", values)
    packed = gzip.compress((folder / "m.mtx").read_bytes(), mtime=0)
    (folder / "m.mtx.gz").write_bytes(packed)
    adata.to_df().to_parquet(folder / "m.parquet")
    adata.to_df().to_csv(folder / "m.csv.gz")
    with h5py.File(folder / "m.h5", "w") as file:
        group = file.create_group("matrix")
        group["shape"] = (300, 400)
        group["barcodes"] = np.array(adata.obs_names, dtype="S")
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(values, part)
        group["features/id"] = group["features/name"] = np.array(adata.var_names, dtype="S")
    with h5py.File(folder / "m.loom", "w") as file:
        file["matrix"] = values.toarray().T
        file["col_attrs/CellID"] = np.array(adata.obs_names, dtype="S")
        file["row_attrs/Gene"] = np.array(adata.var_names, dtype="S")
    with h5py.File(folder / "m.h5ad") as source, h5py.File(folder / "m.h5mu", "w") as file:
        for part in source:
            source.copy(part, file.require_group("mod/rna"))
    return folder


FORMS = [".h5ad", ".h5mu", ".h5", ".loom", ".mtx", ".mtx.gz", ".parquet", ".csv.gz", ".zarr.zip"]


def refused(path):
    """What is refused when the file is read and passed over, or None."""
    try:
        for _ in read(str(path)).chunks(300 * 50):
            pass
    except VaebioError as error:
        return error
    return None


@pytest.mark.parametrize("form", FORMS)
def test_the_sound_files_are_read(written, form):
    assert read(str(written / f"m{form}")).shape == (400, 300)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.97])
@pytest.mark.parametrize("form", FORMS)
def test_a_cut_file_is_refused(tmp_path, written, form, share):
    content = (written / f"m{form}").read_bytes()
    path = tmp_path / f"cut{form}"
    path.write_bytes(content[: int(len(content) * share)])
    error = refused(path)
    assert error is not None
    assert str(path) in error.found
    assert str(error).count("\n") == 2


def test_a_missing_or_cut_part_of_a_zarr_folder_is_refused(tmp_path, written):
    parts = ("obs/.zattrs", "X/.zattrs", "X/data/.zarray", "X/indices/0", "var/_index/0")
    for part in (*parts, ".zmetadata"):
        folder = tmp_path / f"{part.replace('/', '_')}.zarr"
        shutil.copytree(written / "m.zarr", folder)
        content = (folder / part).read_bytes()
        if part != ".zmetadata":  # which repeats what the others say
            (folder / ".zmetadata").unlink()
        (folder / part).write_bytes(content[: len(content) // 2])
        error = refused(folder)
        assert error is not None, part
        assert str(folder) in error.found


@pytest.mark.parametrize("form", [f for f in FORMS if f != ".zarr.zip"])
@pytest.mark.parametrize(
    ("content", "truth"),
    [
        (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "web page"),
        (gzip.compress(b"<html>", mtime=0), "gzip-compressed|web page"),
        (b"PK\x03\x04" + bytes(200), "zip"),
        (b"\x00" * 300, ""),
    ],
    ids=["html", "gz", "zip", "zeros"],
)
def test_another_form_under_a_name_is_refused(tmp_path, form, content, truth):
    path = tmp_path / f"m{form}"
    path.write_bytes(content)
    error = refused(path)
    assert error is not None
    assert str(path) in error.found
    if not form.endswith(".gz"):
        assert any(word in error.found for word in truth.split("|"))


@pytest.mark.parametrize(
    ("form", "name", "message"),
    [
        (".h5ad", "m.h5", "(?s)m.h5 is an h5ad.*rename it to .h5ad"),
        (".h5", "m.h5ad", "(?s)m.h5ad is no data set of anndata: it holds matrix.*.h5 for"),
        (".loom", "m.h5", "m.h5 is no matrix of 10x: it holds col_attrs, matrix, row_attrs"),
        (".mtx.gz", "m.mtx", "m.mtx cannot be read as Matrix Market: it is gzip-compressed"),
        (".mtx", "m.mtx.gz", "m.mtx.gz cannot be read as Matrix Market: Not a gzipped file"),
        (".parquet", "m.h5ad", "m.h5ad cannot be read as h5ad: it is a parquet file"),
        (".h5ad", "m.parquet", "m.parquet cannot be read as parquet: it is an HDF5 file"),
        (".csv.gz", "m.csv", "m.csv is gzip-compressed"),
        (".h5ad", "m.csv", "m.csv is an HDF5 file"),
        (".mtx", "m.csv", "m.csv"),
    ],
)
def test_a_file_under_the_name_of_another_form_is_refused(tmp_path, written, form, name, message):
    shutil.copy(written / f"m{form}", tmp_path / name)
    with pytest.raises(VaebioError, match=message):
        read(str(tmp_path / name))


def spoil(path, key, change):
    with h5py.File(path, "a") as file:
        values = file[key][:]
        del file[key]
        file[key] = change(values)


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("X/indices", lambda v: v + 300, "beyond the last feature"),
        ("X/indices", lambda v: -v - 1, "beyond the last feature"),
        ("X/indptr", lambda v: v[::-1], "rows do not begin and end"),
        ("X/indptr", lambda v: v[:-1], "do not fit together"),
        ("X/data", lambda v: v[:-1], "do not fit together|begin and end"),
        ("obs/_index", lambda v: v[:-1], "values are \\(400, 300\\)"),
        ("var/_index", lambda v: v[:-1], "values are \\(400, 300\\)"),
    ],
)
def test_an_h5ad_whose_parts_do_not_fit_is_refused(tmp_path, written, key, change, message):
    path = tmp_path / "m.h5ad"
    shutil.copy(written / "m.h5ad", path)
    spoil(path, key, change)
    error = refused(path)
    assert error is not None
    with pytest.raises(VaebioError, match=message):
        raise error


def test_values_that_are_damaged_in_the_middle_are_refused_when_they_are_reached(tmp_path, rng):
    path = tmp_path / "m.h5ad"
    x = rng.normal(size=(400, 300))
    AnnData(x).write_h5ad(path)
    with h5py.File(path, "a") as file:
        del file["X"]
        file.create_dataset("X", data=x, chunks=(50, 300), compression="gzip")
        chunk = file["X"].id.get_chunk_info(6)
    with path.open("r+b") as stream:
        stream.seek(chunk.byte_offset + 100)
        stream.write(bytes(500))
    raw = read(str(path))
    assert raw.x[0:300].shape == (300, 300)
    with pytest.raises(VaebioError, match="m.h5ad cannot be read as h5ad"):
        raw.x[300:400]


def test_text_as_values_is_refused(tmp_path):
    with h5py.File(tmp_path / "m.loom", "w") as file:
        file["matrix"] = np.array([[b"a", b"b"]])
        file["col_attrs/CellID"], file["row_attrs/Gene"] = ["a", "b"], ["f"]
    with pytest.raises(VaebioError, match="values of the type .S1 in .*m.loom"):
        read(str(tmp_path / "m.loom"))


def test_a_lack_of_memory_is_no_damage(tmp_path):
    for error in (MemoryError(), VaebioError(found="a", expected="b", hint="c")):
        with pytest.raises(type(error)) as caught, reading(tmp_path, "h5ad"):
            raise error
        assert caught.value is error
    with (
        pytest.raises(VaebioError, match="cannot be read as h5ad: KeyError"),
        reading(tmp_path, "h5ad"),
    ):
        raise KeyError


def test_a_parquet_with_several_columns_of_names_is_refused(tmp_path):
    index = pd.MultiIndex.from_tuples([("a", "b"), ("c", "d")])
    pd.DataFrame({"f": [1, 2]}, index=index).to_parquet(tmp_path / "m.parquet")
    with pytest.raises(VaebioError, match="names of its rows stand in 2 columns"):
        read(str(tmp_path / "m.parquet"))
