"""10x files, made by hand and real ones, against scanpy's reader and each other."""

import gzip
import shutil
import warnings

import h5py
import numpy as np
import pytest
import scanpy
from scipy import sparse
from scipy.io import mmwrite

from vaebio.data.formats.stored import SparseRows
from vaebio.data.read import read
from vaebio.data.sources import files_of
from vaebio.errors import VaebioError

GENES, PROTEINS = "Gene Expression", "Antibody Capture"


def whole(raw):
    x = raw.x[0 : raw.shape[0]]
    return x.toarray() if sparse.issparse(x) else x


@pytest.fixture
def counts(rng):
    """(observation, feature) of 9 x 6."""
    return sparse.csr_matrix(rng.poisson(1.0, size=(9, 6)))


def write_folder(folder, counts, *, version=3, packed=False, prefix="", types=(GENES,) * 6):
    """The three files of Cell Ranger, the matrix with features in rows."""
    folder.mkdir()
    mmwrite(folder / f"{prefix}matrix.mtx", counts.T.tocoo(), field="integer")
    lines = [f"ENSG{i}\tgene{i}" + f"\t{types[i]}" * (version == 3) for i in range(6)]
    name = "features" if version == 3 else "genes"
    (folder / f"{prefix}{name}.tsv").write_text("\n".join(lines) + "\n")
    barcodes = "".join(f"AC{i}-1\n" for i in range(9))
    (folder / f"{prefix}barcodes.tsv").write_text(barcodes)
    for path in list(folder.iterdir()) if packed else []:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    return str(folder)


def write_h5(path, counts, types=(GENES,) * 6, genomes=("hg",) * 6):
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        write_parts(group, counts)
        for key, values in (("id", ids()), ("name", names()), ("feature_type", types)):
            group[f"features/{key}"] = np.array(values, dtype="S")
        group["features/genome"] = np.array(genomes, dtype="S")
    return str(path)


def write_old_h5(path, genomes):
    with h5py.File(path, "w") as file:
        for genome, counts in genomes.items():
            group = file.create_group(genome)
            write_parts(group, counts)
            group["genes"] = np.array(ids(), dtype="S")
            group["gene_names"] = np.array(names(), dtype="S")
    return str(path)


def write_parts(group, counts):
    group["shape"] = counts.shape[::-1]
    group["barcodes"] = np.array([f"AC{i}-1" for i in range(9)], dtype="S")
    for part in ("data", "indices", "indptr"):
        group[part] = getattr(counts, part)


def ids():
    return [f"ENSG{i}" for i in range(6)]


def names():
    return [f"gene{i}" for i in range(6)]


@pytest.mark.parametrize("prefix", ["", "GSM1_donor."])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("version", [2, 3])
def test_a_folder_and_its_matrix_are_read(tmp_path, counts, version, packed, prefix):
    folder = write_folder(tmp_path / "f", counts, version=version, packed=packed, prefix=prefix)
    matrix = next(p for p in (tmp_path / "f").iterdir() if "matrix" in p.name)
    for source in (folder, str(matrix)):
        raw = read(source)
        assert np.array_equal(whole(raw), counts.toarray())
        assert list(raw.var.index) == names()
        assert list(raw.var["feature_id"]) == ids()
        assert list(raw.obs.index) == [f"AC{i}-1" for i in range(9)]
        assert sorted(files_of(source)) == sorted(map(str, (tmp_path / "f").iterdir()))


def test_an_h5_of_version_3_is_read_and_stays_on_disk(tmp_path, counts):
    raw = read(write_h5(tmp_path / "m.h5", counts))
    assert isinstance(raw.x, SparseRows)
    assert np.array_equal(whole(raw), counts.toarray())
    assert np.array_equal(raw.x[2:5].toarray(), counts[2:5].toarray())
    assert list(raw.var.index) == names()
    assert list(raw.var["feature_id"]) == ids()


TYPES = (GENES, GENES, PROTEINS, GENES, PROTEINS, PROTEINS)


@pytest.mark.parametrize("form", ["h5", "folder"])
def test_features_of_one_type_are_taken_and_said(tmp_path, counts, form):
    if form == "h5":
        path = write_h5(tmp_path / "m.h5", counts, TYPES)
    else:
        path = write_folder(tmp_path / "f", counts, types=TYPES)
    genes, proteins = read(path), read(path, modality=PROTEINS)
    assert list(genes.var.index) == ["gene0", "gene1", "gene3"]
    assert np.array_equal(whole(genes), counts.toarray()[:, [0, 1, 3]])
    assert np.array_equal(genes.x[1:3].toarray(), counts.toarray()[1:3][:, [0, 1, 3]])
    assert "Took the 3 features of the type `Gene Expression` and left 3" in genes.steps[1]
    assert np.array_equal(whole(proteins), counts.toarray()[:, [2, 4, 5]])
    with pytest.raises(VaebioError, match="(?s)no modality `Antibody`.*mean `Antibody Capture`"):
        read(path, modality="Antibody")


def test_types_without_gene_expression_must_be_chosen(tmp_path, counts):
    path = write_h5(tmp_path / "m.h5", counts, ("Peaks",) * 3 + (PROTEINS,) * 3)
    with pytest.raises(VaebioError, match="(?s)no modality named.*Peaks, Antibody Capture"):
        read(path)
    peaks = read(write_h5(tmp_path / "peaks.h5", counts, ("Peaks",) * 6))
    assert peaks.shape == (9, 6)


def test_genomes_of_version_2_are_apart(tmp_path, counts):
    both = {"hg19": counts, "mm10": counts * 2}
    path = write_old_h5(tmp_path / "m.h5", both)
    with pytest.raises(VaebioError, match="(?s)no genome named, and several.*one of hg19, mm10"):
        read(path)
    mouse = read(path, genome="mm10")
    assert np.array_equal(whole(mouse), counts.toarray() * 2)
    assert list(mouse.var.index) == names()
    assert np.array_equal(
        whole(read(write_old_h5(tmp_path / "one.h5", {"hg19": counts}))), counts.toarray()
    )


def test_genomes_of_version_3_share_the_cells(tmp_path, counts):
    path = write_h5(tmp_path / "m.h5", counts, genomes=("hg",) * 4 + ("mm",) * 2)
    raw = read(path)
    assert raw.shape == (9, 6)
    assert "features of all genomes (hg, mm)" in raw.steps[1]
    assert np.array_equal(whole(read(path, genome="mm")), counts.toarray()[:, 4:])
    with pytest.raises(VaebioError, match="(?s)no genome `mn`.*did you mean `mm`"):
        read(path, genome="mn")


def test_the_other_orientation_is_refused(tmp_path, counts):
    for path in (write_h5(tmp_path / "m.h5", counts), write_folder(tmp_path / "f", counts)):
        with pytest.raises(VaebioError, match="(?s)says itself.*leave `orientation` out"):
            read(path, orientation="features_by_observations")


def test_several_matrices_in_a_folder_are_refused(tmp_path, counts):
    folder = write_folder(tmp_path / "f", counts, prefix="GSM1_")
    other = write_folder(tmp_path / "g", counts * 3, prefix="GSM2_")
    for path in (tmp_path / "g").iterdir():
        shutil.copy(path, folder)
    with pytest.raises(VaebioError, match="(?s)holds 2 matrices: GSM1_matrix.mtx.*for instance"):
        read(folder)
    assert np.array_equal(whole(read(f"{folder}/GSM2_matrix.mtx")), counts.toarray() * 3)
    assert np.array_equal(whole(read(other)), counts.toarray() * 3)


@pytest.mark.parametrize("absent", ["features.tsv", "barcodes.tsv"])
def test_a_folder_without_names_is_refused(tmp_path, counts, absent):
    folder = write_folder(tmp_path / "f", counts)
    (tmp_path / "f" / absent).unlink()
    with pytest.raises(VaebioError, match="matrix.mtx, but not both of the files with the names"):
        read(folder)


def test_names_that_do_not_fit_are_refused(tmp_path, counts):
    folder = write_folder(tmp_path / "f", counts)
    lines = (tmp_path / "f" / "barcodes.tsv").read_text().splitlines()
    (tmp_path / "f" / "barcodes.tsv").write_text("\n".join(lines[:5]))
    with pytest.raises(VaebioError, match="has 6 rows and 9 columns.*6 features.*5 observations"):
        read(folder)


def test_a_feature_without_its_type_is_refused(tmp_path, counts):
    folder = write_folder(tmp_path / "m", counts, types=(GENES,) * 3 + (PROTEINS,) * 3)
    features = tmp_path / "m/features.tsv"
    features.write_text(features.read_text().replace(f"gene4\t{PROTEINS}", "gene4"))
    with pytest.raises(VaebioError, match="line 5 of .*features.tsv has fewer than 3 fields"):
        read(folder)


def test_a_folder_above_names_the_one_inside(tmp_path, counts):
    inside = write_folder(tmp_path / "filtered", counts)
    with pytest.raises(VaebioError, match=f"holds no matrix.mtx(?s:.)*instance {inside}"):
        read(str(tmp_path))


def test_real_files_of_one_data_set_read_equal(shared_data):
    h5ad = read(str(shared_data / "pbmc_facs_600.h5ad"))
    others = [
        read(str(shared_data / name)) for name in ("pbmc_facs_600_10x.h5", "pbmc_facs_600_10x_mtx")
    ]
    for other in others:
        assert np.array_equal(whole(other), whole(h5ad))
        assert list(other.obs.index) == list(h5ad.obs.index)
        assert list(other.var["feature_id"]) == list(h5ad.var["gene_ids"])
        assert list(other.var.index) == list(others[0].var.index)
    table = str(shared_data / "pbmc_facs_600_labels.csv")
    labelled = read(str(shared_data / "pbmc_facs_600_10x.h5"), table)
    assert list(labelled.obs["cell_type"]) == list(h5ad.obs["cell_type"])


@pytest.mark.parametrize(
    "name",
    [
        "scanpy_10x_v1_mtx/hg19_chr21",
        "scanpy_10x_v3/filtered_feature_bc_matrix",
        "scanpy_10x_v3/filtered_feature_bc_matrix.h5",
    ],
)
def test_real_files_of_cell_ranger_read_as_scanpy_does(shared_data, name):
    path = shared_data / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = scanpy.read_10x_h5 if path.suffix == ".h5" else scanpy.read_10x_mtx
        reference = reader(path)
    raw = read(str(path))
    assert np.array_equal(whole(raw), reference.X.toarray())
    assert list(raw.obs.index) == list(reference.obs_names)
    assert list(raw.var["feature_id"]) == list(reference.var["gene_ids"])
