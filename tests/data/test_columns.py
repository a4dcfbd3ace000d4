import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from vaebio.data.columns import annotation_columns, check_columns
from vaebio.data.read import read
from vaebio.data.sources import BUILTINS
from vaebio.errors import VaebioError
from vaebio.settings import Dataset


@pytest.fixture
def h5ad(tmp_path):
    obs = pd.DataFrame(
        {"cell_type": pd.Categorical(["a", "b"] * 5), "depth": np.arange(10)},
        index=pd.Index([f"o{i}" for i in range(10)], name="barcode"),
    )
    path = tmp_path / "matrix.h5ad"
    AnnData(np.eye(10, dtype=np.float32), obs=obs).write_h5ad(path)
    return str(path)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "annotation.csv"
    path.write_text('"donor","site"\n"o0","d1","s1"\n')
    return str(path)


def test_columns_are_those_of_the_full_read(h5ad, tmp_path):
    assert sorted(annotation_columns(h5ad, "")) == sorted(read(h5ad).obs.columns)
    builtin = read("builtin:pbmc68k")
    assert annotation_columns("builtin:pbmc68k", "") == list(builtin.obs.columns)


def test_columns_of_the_annotation_are_added(h5ad, table):
    assert set(annotation_columns(h5ad, table)) == {"cell_type", "depth", "donor", "site"}


def test_a_matrix_of_text_has_no_columns_of_its_own(tmp_path, table):
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("name,f0,f1\no0,1,2\n")
    assert annotation_columns(str(matrix), "") == []
    assert annotation_columns(str(matrix), table) == ["donor", "site"]


def test_the_other_orientation_reads_the_other_frame(h5ad):
    assert annotation_columns(h5ad, "", "features_by_observations") == []


def test_a_misspelt_label_or_batch_is_refused_with_the_nearest(h5ad, table):
    check_columns(Dataset(name="d", matrix=h5ad, annotation=table, label="cell_type", batch="site"))
    with pytest.raises(VaebioError, match="(?s)`celltype`, the label.*did you mean `cell_type`"):
        check_columns(Dataset(name="d", matrix=h5ad, label="celltype"))
    with pytest.raises(VaebioError, match="(?s)`sites`, the batch.*did you mean `site`"):
        check_columns(Dataset(name="d", matrix=h5ad, annotation=table, batch="sites"))


def test_a_label_without_any_columns_asks_for_an_annotation(tmp_path):
    matrix = tmp_path / "matrix.tsv"
    matrix.write_text("name\tf0\tf1\no0\t1\t2\n")
    with pytest.raises(VaebioError, match="give the table that holds it as annotation"):
        check_columns(Dataset(name="d", matrix=str(matrix), label="cell_type"))


def test_a_frame_in_an_old_form_is_left_to_the_full_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "old.h5ad"
    with h5py.File(path, "w") as file:
        file["obs"] = np.zeros(3, dtype=[("index", "i4"), ("x", "f4")])
    assert annotation_columns(str(path), "") is None
    check_columns(Dataset(name="d", matrix=str(path), label="anything"))


def test_a_damaged_h5ad_is_refused(tmp_path):
    path = tmp_path / "cut.h5ad"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(VaebioError, match="cannot be read as h5ad"):
        annotation_columns(str(path), "")


def test_nothing_heavy_is_imported(h5ad, table):
    code = (
        "import sys; from vaebio.data.columns import annotation_columns;"
        f"annotation_columns({h5ad!r}, {table!r}); annotation_columns('builtin:pbmc68k', '');"
        "print([m for m in ('pandas', 'anndata', 'scanpy', 'scipy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_builtin_can_be_read():
    for name in BUILTINS:
        assert read(f"builtin:{name}").shape[0] > 0
