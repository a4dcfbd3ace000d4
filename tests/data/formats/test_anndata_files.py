"""h5ad, zarr and h5mu against anndata's and mudata's own writers and readers."""

import shutil
import tracemalloc
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scanpy
from anndata import AnnData
from scipy import sparse

from vaebio.data.formats.stored import DenseRows, SparseRows
from vaebio.data.read import read
from vaebio.errors import VaebioError


def dense(values):
    return values.toarray() if sparse.issparse(values) else np.asarray(values)


def whole(raw):
    return dense(raw.x[0 : raw.shape[0]])


def written(adata, path, **how):
    """Write with anndata, in the form the name asks for, and give the name as text."""
    if ".zarr" not in path.name:
        adata.write_h5ad(path, **how)
        return str(path)
    folder = path.with_name(path.name.removesuffix(".zip"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        adata.write_zarr(folder, **how)
        if path.suffix == ".zip":
            shutil.make_archive(str(folder), "zip", folder)
    return str(path)


@pytest.fixture
def annotated(raw_counts, rng):
    raw_counts.obs["depth"] = rng.normal(size=raw_counts.n_obs)
    raw_counts.obs["kept"] = rng.random(raw_counts.n_obs) > 0.5
    raw_counts.var["symbol"] = [f"s{i}" for i in range(raw_counts.n_vars)]
    raw_counts.layers["halves"] = raw_counts.X / 2
    raw_counts.raw = AnnData(
        np.arange(120 * 70).reshape(120, 70),
        obs=raw_counts.obs[[]],
        var=pd.DataFrame({"long": range(70)}, index=[f"r{i}" for i in range(70)]),
    )
    return raw_counts


LAYOUTS = {
    "dense": dense,
    "csr": sparse.csr_matrix,
    "csc": sparse.csc_matrix,
    "half": lambda x: dense(x).astype(np.float16),
    "bool": lambda x: sparse.csr_matrix(dense(x) > 0),
    "big_endian": lambda x: dense(x).astype(">f4"),
    "unsigned": lambda x: sparse.csr_matrix(dense(x).astype(np.uint16)),
}
ALL = [("m.h5ad", layout) for layout in LAYOUTS]
ALL += [("m.zarr", "dense"), ("m.zarr", "csr"), ("m.zarr", "csc"), ("m.zarr.zip", "csr")]


@pytest.mark.parametrize("turned", [False, True], ids=["straight", "turned"])
@pytest.mark.parametrize(("name", "layout"), ALL)
def test_what_anndata_writes_is_read(tmp_path, annotated, name, layout, turned):
    del annotated.raw
    annotated.X = LAYOUTS[layout](annotated.X)
    path = written(annotated.T.copy() if turned else annotated, tmp_path / name)
    way = "features_by_observations" if turned else "observations_by_features"
    raw = read(path, orientation=way)
    assert np.array_equal(whole(raw), dense(annotated.X))
    assert list(raw.obs.index) == list(annotated.obs_names)
    assert list(raw.var["symbol"]) == list(annotated.var["symbol"])
    for column in annotated.obs:
        assert list(raw.obs[column]) == list(annotated.obs[column])
    assert raw.x.dtype.isnative
    assert raw.x.dtype == raw.x[0:1].dtype


def test_zarr_of_version_3_is_read(tmp_path, annotated):
    with anndata.settings.override(zarr_write_format=3):
        path = written(annotated, tmp_path / "m.zarr")
    assert (tmp_path / "m.zarr" / "zarr.json").exists()
    raw = read(path)
    assert np.array_equal(whole(raw), dense(annotated.X))
    assert list(raw.obs["label"]) == list(annotated.obs["label"])


@pytest.mark.parametrize("name", ["m.h5ad", "m.zarr"])
@pytest.mark.parametrize("layout", ["dense", "csr"])
def test_rows_on_disk_equal_the_whole_whatever_the_part(tmp_path, annotated, name, layout):
    annotated.X = LAYOUTS[layout](annotated.X)
    raw = read(written(annotated, tmp_path / name), layer="X")
    assert isinstance(raw.x, DenseRows if layout == "dense" else SparseRows)
    x = dense(annotated.X)
    for start, stop in [(0, 1), (0, 120), (5, 5), (9, 3), (119, 500), (17, 63), (-4, None)]:
        assert np.array_equal(dense(raw.x[start:stop]), x[start:stop])
    for size in (1, 7, 60 * 7, 60 * 119, 60 * 121):
        parts = list(raw.chunks(size))
        assert np.array_equal(np.vstack([dense(values) for _, values in parts]), x)
        assert [rows.start for rows, _ in parts[1:]] == [rows.stop for rows, _ in parts[:-1]]
    with pytest.raises(ValueError, match="side by side"):
        raw.x[0:10:2]


@pytest.mark.parametrize("values", [np.empty((0, 4)), sparse.csr_matrix((0, 4))])
def test_a_matrix_of_nothing_is_read_as_such(tmp_path, values):
    AnnData(values).write_h5ad(tmp_path / "m.h5ad")
    assert read(str(tmp_path / "m.h5ad")).shape == (0, 4)
    turned = read(str(tmp_path / "m.h5ad"), orientation="features_by_observations")
    assert turned.shape == (4, 0)


def test_nothing_of_the_size_of_the_whole_is_made(tmp_path, rng):
    n, features = 40_000, 50
    whole_bytes = n * features * 8
    AnnData(rng.normal(size=(n, features))).write_h5ad(tmp_path / "m.h5ad")
    tracemalloc.start()
    raw = read(str(tmp_path / "m.h5ad"))
    total = sum(values.sum() for _, values in raw.chunks(features * 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(total)
    # Beside the parts there are 40,000 names, as objects and as text.
    assert peak < whole_bytes * 0.75


def test_layers_and_raw_can_be_taken(tmp_path, annotated):
    path = written(annotated, tmp_path / "m.h5ad")
    halves = read(path, layer="halves")
    assert np.array_equal(whole(halves), dense(annotated.layers["halves"]))
    assert halves.steps[1] == "Took the values of the layer `halves`, as wanted."
    raw = read(path, layer="raw")
    assert np.array_equal(whole(raw), annotated.raw.X)
    assert list(raw.var.index) == list(annotated.raw.var_names)
    assert list(raw.var["long"]) == list(range(70))
    assert list(raw.obs["label"]) == list(annotated.obs["label"])
    with pytest.raises(VaebioError, match="(?s)no layer `halfs` in .*X, halves, raw.*`halves`"):
        read(path, layer="halfs")


def test_a_layer_called_raw_is_no_raw(tmp_path, annotated):
    annotated.layers["raw"] = annotated.X * 3
    both = written(annotated, tmp_path / "both.h5ad")
    assert read(both, layer="raw").shape == (120, 70)
    assert np.array_equal(whole(read(both, layer="layers/raw")), dense(annotated.X) * 3)
    del annotated.raw
    one = read(written(annotated, tmp_path / "one.h5ad"), layer="raw")
    assert np.array_equal(whole(one), dense(annotated.X) * 3)
    assert list(one.var["symbol"]) == list(annotated.var["symbol"])


def write_as_before_07(path, adata, csr):
    """By hand, as anndata 0.6 did: records, categories in uns, sparse groups marked h5sparse."""
    with h5py.File(path, "w") as file:
        if csr:
            group = file.create_group("X")
            group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = b"csr", adata.shape
            for part in ("data", "indices", "indptr"):
                group[part] = getattr(adata.X, part)
        else:
            file["X"] = dense(adata.X)
        kinds = [("index", "S8"), ("label", "i1"), ("depth", "<f8"), ("site", "S4")]
        label = pd.Categorical(adata.obs["label"])
        records = zip(adata.obs_names, label.codes, adata.obs["depth"], ["pari"] * 120, strict=True)
        file["obs"] = np.array([tuple(r) for r in records], dtype=kinds)
        file["uns/label_categories"] = np.array(label.categories, dtype="S4")
        file["var"] = np.array(
            [(n, 1.5) for n in adata.var_names], dtype=[("index", "S8"), ("w", "f4")]
        )


@pytest.mark.parametrize("csr", [True, False], ids=["csr", "dense"])
def test_a_file_from_before_anndata_07_is_read(tmp_path, annotated, csr):
    path = tmp_path / "old.h5ad"
    write_as_before_07(path, annotated, csr)
    raw = read(str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = anndata.read_h5ad(path)
    assert np.array_equal(whole(raw), dense(reference.X))
    assert list(raw.obs.index) == list(annotated.obs_names)
    assert list(raw.obs["label"]) == list(annotated.obs["label"]) == list(reference.obs["label"])
    assert list(raw.obs["site"]) == ["pari"] * 120
    assert np.array_equal(raw.obs["depth"], annotated.obs["depth"])
    assert list(raw.var.index) == list(reference.var_names)


def test_the_old_file_that_ships_with_scanpy_is_read_as_anndata_does():
    path = Path(scanpy.__file__).parent / "datasets" / "10x_pbmc68k_reduced.h5ad"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = anndata.read_h5ad(path)
    for layer, truth in (("X", reference), ("raw", reference.raw)):
        raw = read(str(path), layer=layer)
        assert np.array_equal(whole(raw), dense(truth.X))
        assert list(raw.var.index) == list(truth.var_names)
        assert list(raw.obs.index) == list(reference.obs_names)
        pd.testing.assert_frame_equal(raw.obs, reference.obs, check_names=False)


def test_categories_beside_the_columns_are_read(tmp_path):
    """As anndata 0.7 wrote them."""
    path = tmp_path / "m.h5ad"
    AnnData(np.eye(3)).write_h5ad(path)
    with h5py.File(path, "a") as file:
        del file["obs"]
        obs = file.create_group("obs")
        obs.attrs.update(
            {"_index": "index", "encoding-type": "dataframe", "encoding-version": "0.1.0"}
        )
        obs.attrs["column-order"] = ["label"]
        obs["index"] = ["a", "b", "c"]
        obs["label"] = np.array([1, 0, 1], dtype="i1")
        obs["__categories/label"] = ["x", "y"]
        obs["label"].attrs["categories"] = obs["__categories/label"].ref
    assert read(str(path)).obs["label"].tolist() == ["y", "x", "y"]


def test_missing_chunks_of_a_zarr_are_no_zeros(tmp_path, annotated):
    del annotated.raw
    path = Path(written(annotated, tmp_path / "m.zarr"))
    for part in ("data", "indices", "indptr"):
        broken = tmp_path / f"{part}.zarr"
        shutil.copytree(path, broken)
        chunk = next(p for p in (broken / "X" / part).rglob("*") if p.name in ("0",))
        chunk.unlink()
        with pytest.raises(VaebioError, match=f"{part}.zarr cannot be read as zarr"):
            read(str(broken))


def test_missing_chunks_of_a_dense_zarr_are_said(tmp_path, annotated):
    del annotated.raw
    annotated.X = dense(annotated.X)
    path = Path(written(annotated, tmp_path / "m.zarr", chunks=(40, 60)))
    assert read(str(path)).warnings == []
    (path / "X" / "1.0").unlink()
    raw = read(str(path))
    assert "1 of 3 chunks of the values are not there and count as zeros" in raw.warnings[0]


@pytest.fixture
def h5mu(tmp_path, annotated):
    mudata = pytest.importorskip("mudata")
    protein = AnnData(np.arange(240.0).reshape(120, 2), obs=annotated.obs[[]])
    path = tmp_path / "m.h5mu"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both = mudata.MuData({"rna": annotated, "protein": protein})
        both.obs["donor"] = [f"d{i % 3}" for i in range(120)]
        both.obs["rna:label"] = "repeated"
        both.write(path)
    return str(path)


def test_one_modality_of_an_h5mu_is_read_with_what_is_common(h5mu, annotated):
    raw = read(h5mu, modality="rna")
    assert np.array_equal(whole(raw), dense(annotated.X))
    assert list(raw.obs["donor"][:4]) == ["d0", "d1", "d2", "d0"]
    assert list(raw.obs["label"]) == list(annotated.obs["label"])
    assert "rna:label" not in raw.obs
    assert "Took the modality `rna` of" in raw.steps[1]
    assert read(h5mu, modality="protein").shape == (120, 2)
    assert read(h5mu, modality="rna", layer="raw").shape == (120, 70)


def test_a_modality_must_be_named_when_there_are_several(h5mu):
    with pytest.raises(
        VaebioError,
        match="(?s)no modality named, and several.*protein, rna",
    ):
        read(h5mu)
    with pytest.raises(VaebioError, match="(?s)no modality `rma`.*did you mean `rna`"):
        read(h5mu, modality="rma")
