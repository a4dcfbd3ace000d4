import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData, read_h5ad, settings

from vaebio.data.columns import annotation_columns, check_columns
from vaebio.data.read import read
from vaebio.data.sources import BUILTINS, files_of
from vaebio.errors import VaebioError
from vaebio.settings import Dataset, Split

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def adata(h5ad):
    return read_h5ad(h5ad)


def write_zarr(adata, folder, version):
    with warnings.catch_warnings(), settings.override(zarr_write_format=version):
        warnings.simplefilter("ignore")
        adata.write_zarr(folder)
    return str(folder)


@pytest.mark.parametrize("version", [2, 3])
def test_columns_of_a_zarr_are_those_of_the_full_read(adata, tmp_path, version):
    path = write_zarr(adata, tmp_path / "m.zarr", version)
    packed = shutil.make_archive(path, "zip", path)
    for source in (path, packed):
        assert annotation_columns(source, "") == list(read(source).obs.columns)
        assert annotation_columns(source, "", "features_by_observations") == []


def test_columns_of_a_loom_are_those_of_the_full_read(tmp_path):
    with h5py.File(tmp_path / "m.loom", "w") as file:
        file["matrix"] = np.eye(2)
        file["col_attrs/CellID"], file["row_attrs/Gene"] = ["a", "b"], ["f", "g"]
        file["col_attrs/label"], file["col_attrs/X_pca"] = ["x", "y"], np.eye(2)
    path = str(tmp_path / "m.loom")
    assert annotation_columns(path, "") == list(read(path).obs.columns) == ["label"]


def test_columns_of_an_h5mu_are_those_of_its_modality(adata, tmp_path):
    mudata = pytest.importorskip("mudata")
    path = str(tmp_path / "m.h5mu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both = mudata.MuData({"rna": adata, "other": AnnData(np.eye(10), obs=adata.obs[[]])})
        both.obs["donor"] = "d"
        both.write(path)
    for modality in ("rna", "other"):
        full = read(path, modality=modality).obs.columns
        assert sorted(annotation_columns(path, "", modality=modality)) == sorted(full)
    assert "donor" in full
    with pytest.raises(VaebioError, match="(?s)no modality named.*other, rna|rna, other"):
        check_columns(Dataset(name="d", matrix=path))
    check_columns(Dataset(name="d", matrix=path, label="cell_type"), modality="rna")


def test_columns_of_a_parquet_or_h5ad_as_annotation(adata, h5ad, tmp_path):
    matrix, table = str(tmp_path / "m.parquet"), str(tmp_path / "t.parquet")
    adata.to_df().to_parquet(matrix)
    adata.obs.to_parquet(table)
    assert annotation_columns(matrix, "") == []
    assert annotation_columns(matrix, table) == ["cell_type", "depth"]
    assert sorted(annotation_columns(matrix, h5ad)) == ["cell_type", "depth"]


def test_a_folder_that_is_no_data_set_is_refused_before_any_job(tmp_path):
    with pytest.raises(VaebioError, match="holds no matrix.mtx"):
        check_columns(Dataset(name="d", matrix=str(tmp_path)))


def test_the_files_of_a_zarr_change_when_it_is_written_again(adata, tmp_path):
    path = write_zarr(adata, tmp_path / "m.zarr", 2)
    listed = files_of(path)
    assert all(Path(name).is_file() for name in listed)
    before = {name: Path(name).stat().st_mtime_ns for name in listed}
    shutil.rmtree(path)
    write_zarr(adata, tmp_path / "m.zarr", 2)
    assert all(Path(name).stat().st_mtime_ns > before[name] for name in listed)


def test_a_misspelt_label_or_batch_is_refused_with_the_nearest(h5ad, table):
    check_columns(Dataset(name="d", matrix=h5ad, annotation=table, label="cell_type", batch="site"))
    with pytest.raises(VaebioError, match="(?s)`celltype`, the label.*did you mean `cell_type`"):
        check_columns(Dataset(name="d", matrix=h5ad, label="celltype"))
    with pytest.raises(VaebioError, match="(?s)`sites`, the batch.*did you mean `site`"):
        check_columns(Dataset(name="d", matrix=h5ad, annotation=table, batch="sites"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": "group", "group": "sites"}, "(?s)`sites`, the group, in .*did you mean `site`"),
        ({"by": "column", "column": "qqq"}, "(?s)`qqq`, the split, in .*`prepare.split.column`"),
        ({"by": "group", "group": "site"}, None),
    ],
)
def test_a_column_of_the_split_that_is_not_there_is_refused(h5ad, table, settings, message):
    dataset, split = Dataset(name="d", matrix=h5ad, annotation=table), Split(**settings)
    if message is None:
        check_columns(dataset, split=split)
        return
    with pytest.raises(VaebioError, match=message):
        check_columns(dataset, split=split)


def test_a_label_without_any_columns_asks_for_an_annotation(tmp_path):
    matrix = tmp_path / "matrix.tsv"
    matrix.write_text("name\tf0\tf1\no0\t1\t2\n")
    with pytest.raises(VaebioError, match="give the table that holds it as annotation"):
        check_columns(Dataset(name="d", matrix=str(matrix), label="cell_type"))


def test_a_frame_in_an_old_form_is_left_to_the_full_read(tmp_path):
    path = tmp_path / "old.h5ad"
    with h5py.File(path, "w") as file:
        file["obs"] = np.zeros(3, dtype=[("index", "i4"), ("x", "f4")])
    assert annotation_columns(str(path), "") is None
    check_columns(Dataset(name="d", matrix=str(path), label="anything"))


@pytest.mark.filterwarnings("ignore:Forward slashes")
def test_a_name_with_a_slash_in_an_h5ad_is_one_name(tmp_path, adata):
    adata.obs["cell/type"] = adata.obs["a/b"] = "x"
    adata.write_h5ad(tmp_path / "m.h5ad")
    columns = annotation_columns(str(tmp_path / "m.h5ad"), "")
    assert columns == list(adata.obs)
    assert "cell/type" in columns


def test_a_damaged_h5ad_is_refused(tmp_path):
    path = tmp_path / "cut.h5ad"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(VaebioError, match="cannot be read as h5ad"):
        annotation_columns(str(path), "")


def test_nothing_heavy_is_imported(h5ad, table, adata, tmp_path):
    zarr, parquet = write_zarr(adata, tmp_path / "m.zarr", 2), str(tmp_path / "t.parquet")
    adata.obs.to_parquet(parquet)
    code = (
        "import sys; from vaebio.data.columns import annotation_columns;"
        f"annotation_columns({h5ad!r}, {table!r}); annotation_columns('builtin:pbmc68k', '');"
        f"annotation_columns({zarr!r}, {parquet!r});"
        "heavy = ('pandas', 'anndata', 'scanpy', 'scipy', 'torch', 'zarr');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_builtin_can_be_read():
    for name in BUILTINS:
        assert read(f"builtin:{name}").shape[0] > 0


def test_names_of_a_zarr_are_utf_8_whatever_the_system_writes(tmp_path):
    """A machine whose own encoding is ASCII, as in a bare container."""
    frame = tmp_path / "m.zarr" / "obs"
    frame.mkdir(parents=True)
    (frame.parent / ".zgroup").write_text('{"zarr_format": 2}')
    described = '{"column-order": ["größe"], "_index": "n", "encoding-type": "dataframe"}'
    (frame / ".zattrs").write_text(described, encoding="utf-8")
    code = (
        "from vaebio.data.columns import annotation_columns;"
        f"assert annotation_columns({str(frame.parent)!r}, '') == ['gr\\xf6\\xdfe']"
    )
    plain = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-X", "utf8=0", "-c", code]
    run = subprocess.run(command, env=plain, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
