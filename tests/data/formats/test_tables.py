"""mtx alone, loom and parquet, against scipy, anndata and pandas."""

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.io import mmwrite

from vaebio.data.read import read
from vaebio.errors import VaebioError


def whole(raw):
    x = raw.x[0 : raw.shape[0]]
    return x.toarray() if sparse.issparse(x) else x


def dense(adata):
    return adata.X.toarray() if sparse.issparse(adata.X) else adata.X


@pytest.fixture(params=["raw_counts", "raw_continuous"])
def adata(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("turned", [False, True], ids=["straight", "turned"])
def test_a_matrix_alone_is_numbered_and_turned_as_told(tmp_path, adata, turned):
    path = tmp_path / "m.mtx"
    mmwrite(path, adata.X.T if turned else adata.X, precision=17)
    raw = read(
        str(path), orientation=["observations_by_features", "features_by_observations"][turned]
    )
    assert np.array_equal(whole(raw), dense(adata))
    assert list(raw.obs.index[:2]) == ["1", "2"]
    assert "numbered from 1" in raw.warnings[0]


def test_a_matrix_with_observations_in_rows_is_told_by_its_names(tmp_path, raw_counts):
    mmwrite(tmp_path / "DGE.mtx", raw_counts.X)
    (tmp_path / "DGE_cells.csv").write_text(
        "bc_wells,sample\n" + "".join(f"{n},s\n" for n in raw_counts.obs_names)
    )
    genes = "".join(f"E{n},{n},hg38\n" for n in raw_counts.var_names)
    (tmp_path / "DGE_genes.csv").write_text("gene_id,gene_name,genome\n" + genes)
    raw = read(str(tmp_path / "DGE.mtx"))
    assert np.array_equal(whole(raw), dense(raw_counts))
    assert list(raw.obs.index) == list(raw_counts.obs_names)
    assert list(raw.var.index) == list(raw_counts.var_names)
    assert "Took `bc_wells`, the first of the names of observations" in raw.steps[1]
    assert "Took `gene_name`, the first of the names of features" in raw.steps[2]


@pytest.mark.parametrize(
    ("matrix", "prefix"),
    [("GSM1_counts.mtx", "GSM1_"), ("cells_x_genes.mtx", "cells_x_genes."), ("counts.mtx", "")],
)
def test_names_under_the_prefixes_of_other_programs_are_found(tmp_path, raw_counts, matrix, prefix):
    mmwrite(tmp_path / matrix, raw_counts.X)
    (tmp_path / f"{prefix}barcodes.txt").write_text("\n".join(raw_counts.obs_names))
    (tmp_path / f"{prefix}genes.txt").write_text("\n".join(raw_counts.var_names))
    raw = read(str(tmp_path / matrix))
    assert np.array_equal(whole(raw), dense(raw_counts))
    assert list(raw.obs.index) == list(raw_counts.obs_names)
    assert list(raw.var.index) == list(raw_counts.var_names)


def write_loom(path, adata, names=("CellID", "Gene"), layers=()):
    """By hand, as loompy lays it out: features in rows, attributes beside them."""
    with h5py.File(path, "w") as file:
        file.create_dataset("matrix", data=dense(adata).T, chunks=(16, 16), compression="gzip")
        layer_group = file.create_group("layers")
        for name, values in layers:
            layer_group[name] = values.T
        columns, rows = file.create_group("col_attrs"), file.create_group("row_attrs")
        columns[names[0]] = np.array(adata.obs_names, dtype="S")
        columns["label"] = list(adata.obs["label"])
        columns["X_pca"] = np.zeros((adata.n_obs, 2))
        rows[names[1]] = list(adata.var_names)
        rows["weight"] = np.arange(adata.n_vars)
        file.create_group("row_graphs"), file.create_group("col_graphs")
    return str(path)


@pytest.mark.parametrize("names", [("CellID", "Gene"), ("obs_names", "var_names")])
def test_a_loom_is_read(tmp_path, adata, names):
    raw = read(write_loom(tmp_path / "m.loom", adata, names))
    assert np.array_equal(whole(raw), dense(adata))
    assert sparse.issparse(raw.x) == sparse.issparse(adata.X)
    assert list(raw.obs.index) == list(adata.obs_names)
    assert list(raw.var.index) == list(adata.var_names)
    assert list(raw.obs.columns) == ["label"]
    assert list(raw.obs["label"]) == list(adata.obs["label"])
    assert list(raw.var["weight"]) == list(range(adata.n_vars))


def test_numbers_that_name_the_observations_of_a_loom_are_text(tmp_path, raw_counts):
    raw_counts.obs_names = [f"{n}" for n in range(100, 220)]
    path = write_loom(tmp_path / "m.loom", raw_counts)
    with h5py.File(path, "a") as file:
        del file["col_attrs/CellID"]
        file["col_attrs/CellID"] = np.arange(100, 220)
    raw_counts.obs[["label"]].rename(columns={"label": "site"}).to_csv(tmp_path / "a.csv")
    raw = read(path, str(tmp_path / "a.csv"))
    assert list(raw.obs.index) == list(raw_counts.obs_names)
    assert list(raw.obs["site"]) == list(raw_counts.obs["label"])


def test_layers_of_a_loom_and_one_without_names(tmp_path, raw_counts):
    layers = [("spliced", dense(raw_counts) * 2)]
    path = write_loom(tmp_path / "m.loom", raw_counts, ("name", "name"), layers)
    raw = read(path, layer="spliced")
    assert np.array_equal(whole(raw), dense(raw_counts) * 2)
    assert list(raw.obs.index[:2]) == ["1", "2"]
    assert len(raw.warnings) == 2


@pytest.mark.parametrize("turned", [False, True], ids=["straight", "turned"])
@pytest.mark.parametrize("names", ["index", "named_index", "column"])
def test_a_parquet_is_read(tmp_path, adata, names, turned):
    frame = pd.DataFrame(dense(adata), index=adata.obs_names, columns=adata.var_names)
    frame = frame.T if turned else frame
    path = tmp_path / "m.parquet"
    if names == "column":
        frame.rename_axis("barcode").reset_index().to_parquet(path, index=False)
    else:
        frame.rename_axis("barcode" if names == "named_index" else None).to_parquet(path)
    raw = read(
        str(path), orientation=["observations_by_features", "features_by_observations"][turned]
    )
    assert np.array_equal(whole(raw), dense(adata))
    assert list(raw.obs.index) == list(adata.obs_names)
    assert list(raw.var.index) == list(adata.var_names)


def test_a_parquet_of_several_types_with_gaps_and_row_groups(tmp_path):
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "name": ["a", "b", "c"],
            "single": np.array([0.5, np.nan, 2], dtype="f4"),
            "logical": [True, False, True],
        }
    )
    frame.to_parquet(tmp_path / "m.parquet", row_group_size=2)
    raw = read(str(tmp_path / "m.parquet"))
    expected = [[1, 0.5, 1], [np.nan, np.nan, 0], [3, 2, 1]]
    np.testing.assert_array_equal(whole(raw), expected)
    assert list(raw.obs.index) == ["a", "b", "c"]
    assert list(raw.var.index) == ["whole", "single", "logical"]


def test_a_parquet_without_names_is_numbered_and_one_with_text_refused(tmp_path):
    pd.DataFrame({"f": [1.0, 2.0], "g": [3.0, 4.0]}).to_parquet(tmp_path / "m.parquet")
    raw = read(str(tmp_path / "m.parquet"))
    assert list(raw.obs.index) == ["1", "2"]
    assert "numbered from 1" in raw.warnings[0]
    pd.DataFrame({"n": ["a", "b"], "f": [1, 2], "site": ["x", "y"]}).to_parquet(
        tmp_path / "t.parquet"
    )
    with pytest.raises(VaebioError, match="(?s)the column `site` of .*t.parquet holds.*annotation"):
        read(str(tmp_path / "t.parquet"))


def test_a_part_of_a_numbered_parquet_keeps_its_numbers(tmp_path):
    table = pd.DataFrame({"f": np.arange(50.0), "g": 1.0})
    table[10:30:2].to_parquet(tmp_path / "m.parquet")
    table[["f"]].rename(columns={"f": "row"}).to_csv(tmp_path / "a.csv")
    raw = read(str(tmp_path / "m.parquet"), str(tmp_path / "a.csv"))
    assert list(raw.obs.index) == [f"{n}" for n in range(10, 30, 2)]
    assert list(raw.obs["row"]) == list(whole(raw)[:, 0])


NUMBERS = {
    "counted": np.arange(20),
    "ascending": np.arange(20) * 7 + 1000,
    "shuffled": np.random.default_rng(0).permutation(20) + 5,
}


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("name", ["id", "Unnamed: 0", "index", "", "cell_id", "Gene ID"])
@pytest.mark.parametrize("named", [False, True], ids=["no names", "names"])
def test_numbers_of_rows_are_no_feature_of_a_parquet(tmp_path, name, numbers, named):
    table = pd.DataFrame({name: NUMBERS[numbers], "f": np.arange(20) % 3, "g": 1.5})
    if named:
        table["names"] = [f"o{i}" for i in range(20)]
    table.to_parquet(tmp_path / "m.parquet", index=False, row_group_size=6)
    with pytest.raises(VaebioError, match=f"(?s)the column `{name}` of .*m.parquet.*take it out"):
        read(str(tmp_path / "m.parquet"))


def test_a_column_with_such_a_name_that_measures_something_stays(tmp_path):
    """Numbers that repeat, or are not whole."""
    table = pd.DataFrame({"id": np.arange(20) % 7, "index": np.arange(20) + 0.5, "f": 1.0})
    table.to_parquet(tmp_path / "m.parquet", index=False)
    raw = read(str(tmp_path / "m.parquet"))
    assert list(raw.var.index) == ["id", "index", "f"]
    assert not any("counts the rows" in text for text in raw.warnings)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_column_of_another_name_that_counts_the_rows_is_warned_of(tmp_path, first):
    table = pd.DataFrame({"f": np.arange(20) % 3, "order": np.arange(20) + first})
    table.to_parquet(tmp_path / "m.parquet", index=False, row_group_size=6)
    raw = read(str(tmp_path / "m.parquet"))
    assert list(raw.var.index) == ["f", "order"]
    warned = [text for text in raw.warnings if "`order` of" in text and "counts the rows" in text]
    assert len(warned) == (first < 2)


@pytest.mark.parametrize("name", ["table.parquet", "table.h5ad"])
def test_an_annotation_in_another_form_is_joined(tmp_path, raw_counts, name):
    raw_counts.obs["site"] = pd.Categorical(["x", "y"] * 60)
    shuffled = raw_counts[::-1].copy()
    if name.endswith("h5ad"):
        shuffled.write_h5ad(tmp_path / name)
    else:
        shuffled.obs.to_parquet(tmp_path / name)
    del raw_counts.obs["site"]
    raw_counts.write_h5ad(tmp_path / "m.h5ad")
    raw = read(str(tmp_path / "m.h5ad"), str(tmp_path / name))
    assert list(raw.obs["site"]) == ["x", "y"] * 60
    assert list(raw.obs["label"]) == list(raw_counts.obs["label"])
