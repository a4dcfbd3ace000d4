import warnings

import h5py
import mudata
import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from vaebio.data import contents as module
from vaebio.data.contents import contents
from vaebio.errors import VaebioError


@pytest.fixture
def several(raw_counts):
    """Logarithms in X, counts in a layer, shares in another, and raw."""
    adata = raw_counts.copy()
    adata.layers["counts"] = sparse.csc_matrix(raw_counts.X)
    adata.layers["shares"] = raw_counts.X.toarray() / 100 - 0.005
    adata.raw = raw_counts
    adata.X = sparse.csr_matrix(raw_counts.X).log1p().astype(np.float32)
    adata.obsm["X_pca"] = np.zeros((120, 3))
    return adata


def written(adata, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the zarr library about itself
        adata.write_zarr(path) if path.suffix == ".zarr" else adata.write_h5ad(path)
    return str(path)


@pytest.mark.parametrize("suffix", ["h5ad", "zarr"])
def test_arrays_of_a_file_are_listed_with_what_they_hold(several, tmp_path, suffix, raw_counts):
    found = contents(written(several, tmp_path / f"data.{suffix}"))
    assert found.form == suffix
    assert found.aside == ("obsm[`X_pca`]",)
    assert found.size_bytes > 1000
    of = {array.place: array for array in found.arrays}
    assert [*of] == ["X", "layers[`counts`]", "layers[`shares`]", "raw"]
    assert {a.shape for a in found.arrays} == {(120, 60)}
    assert [a.storage for a in found.arrays] == ["CSR", "CSC", "dense", "CSR"]
    assert [a.whole for a in found.arrays] == [False, True, False, True]
    assert of["X"].dtype == "float32"
    highest = raw_counts.X.max()
    assert of["raw"].high == of["layers[`counts`]"].high == highest
    assert of["layers[`shares`]"].low == -0.005
    assert not any(a.sampled for a in found.arrays)


def test_the_mark_of_an_old_sparse_matrix_may_be_bytes(raw_counts, tmp_path):
    path = written(raw_counts, tmp_path / "data.h5ad")
    with h5py.File(path, "a") as file:
        marks = file["X"].attrs
        marks["h5sparse_format"], marks["h5sparse_shape"] = np.bytes_("csr"), marks["shape"]
        for name in ("encoding-type", "encoding-version", "shape"):
            del marks[name]
    assert [(a.storage, a.shape) for a in contents(path).arrays] == [("CSR", (120, 60))]


def test_modalities_of_an_h5mu_are_told_apart(raw_counts, raw_continuous, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mudata.MuData({"rna": raw_counts, "prot": raw_continuous}).write(tmp_path / "two.h5mu")
    found = contents(str(tmp_path / "two.h5mu"))
    assert {a.place: a.whole for a in found.arrays} == {"rna: X": True, "prot: X": False}


def test_a_large_array_is_sampled_from_end_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 100)
    values = np.zeros((300, 2))
    values[0], values[-1] = 7, 9
    found = contents(written(AnnData(values), tmp_path / "data.h5ad")).arrays[0]
    assert (found.sampled, found.low, found.high) == (True, 0, 9)


def test_a_file_without_values_has_no_arrays(tmp_path, raw_counts):
    adata = AnnData(obs=raw_counts.obs)
    assert contents(written(adata, tmp_path / "data.h5ad")).arrays == ()


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz", "DATA.TSV"])
def test_other_forms_have_a_size_alone(tmp_path, name):
    (tmp_path / name).write_text("12345")
    found = contents(str(tmp_path / name))
    assert (found.size_bytes, found.arrays) == (5, ())
    assert found.form == "text table"


def test_a_loom_is_told_the_way_it_is_read(raw_counts, tmp_path):
    with h5py.File(tmp_path / "data.loom", "w") as file:
        file["matrix"] = np.log1p(raw_counts.X.toarray().T)
        file["layers/spliced"] = raw_counts.X.toarray().T
    found = contents(str(tmp_path / "data.loom"))
    assert [(a.place, a.shape, a.whole) for a in found.arrays] == [
        ("X", (120, 60), False),
        ("layers[`spliced`]", (120, 60), True),
    ]


def test_a_10x_folder_is_as_large_as_its_files(tmp_path):
    for name in ("matrix.mtx.gz", "barcodes.tsv.gz", "features.tsv.gz"):
        (tmp_path / name).write_bytes(b"12")
    found = contents(str(tmp_path))
    assert (found.form, found.size_bytes) == ("10x folder", 6)


def test_a_builtin_has_no_size():
    assert contents("builtin:pbmc68k").size_bytes is None


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "data.h5ad").write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 100)
    with pytest.raises(VaebioError, match="cannot be read as h5ad"):
        contents(str(tmp_path / "data.h5ad"))
