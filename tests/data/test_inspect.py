"""Every warning and every guess on a matrix in which it was planted, and on real data."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from vaebio.data import tables
from vaebio.data.inspect import inspect
from vaebio.errors import VaebioError

CELLS = [f"AAACCTGAGATAGGAG-{i}" for i in range(120)]
GENES = [f"ENSG{i:011}" for i in range(60)]


@pytest.fixture
def counts(raw_counts):
    """120 observations x 60 features named like cells and genes; nothing odd about them."""
    values = raw_counts.X.toarray()
    values[np.arange(120), np.arange(120) % 60] += 140
    obs = pd.DataFrame({"cell_type": ["a", "b", "c"] * 40, "batch": ["x", "y"] * 60}, CELLS)
    return AnnData(sparse.csr_matrix(values), obs=obs, var=pd.DataFrame(index=GENES))


@pytest.fixture
def seen(tmp_path):
    def look(adata, **options):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.h5ad"  # the one before is still open
        adata.write_h5ad(path)
        return inspect(str(path), **options)

    return look


def with_values(adata, change):
    values = np.array(adata.X.toarray(), dtype=float)
    return AnnData(change(values), obs=adata.obs, var=adata.var)


def test_nothing_odd_gives_no_warning(counts, seen):
    found = seen(counts)
    assert found.warnings == ()
    assert (found.kind, found.orientation) == ("counts", "observations_by_features")
    assert (found.observations.counted, found.features.counted) == ("cells", "genes")
    assert [c.column for c in found.candidates] == ["cell_type", "batch"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda x: x, "counts"),
        (lambda x: np.minimum(x, 1), "binary"),
        (lambda x: (x + 1) / (x + 3), "fraction"),
        (lambda x: np.exp2(8.1 + np.arange(x.size).reshape(x.shape) % 20), "intensity"),
        (lambda x: np.where(x == 0, np.nan, np.exp2(8 + x % 12 + 0.1)), "intensity"),
        (np.log1p, "continuous"),
        (lambda x: x - 1, "continuous"),
        (lambda x: x / 100, "continuous"),
        (lambda x: x * 1000.5, "continuous"),
    ],
)
def test_kinds_by_the_values(counts, seen, change, kind):
    found = seen(with_values(counts, change))
    assert found.kind == kind
    assert found.kind_reason


def per_ten_thousand(x):
    return x / x.sum(axis=1, keepdims=True) * 1e4


def standardised(x):
    return (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)


def one(place, value):
    def change(x):
        x[place] = value
        return x

    return change


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (lambda x: np.log1p(per_ten_thousand(x)), "log(1 + normalised counts)"),
        (lambda x: np.log2(1 + per_ten_thousand(x)), "log2(1 + normalised counts)"),
        (lambda x: np.log10(1 + per_ten_thousand(x)), "log10(1 + normalised counts)"),
        (lambda x: np.sqrt(x + 0.1) + 3, "look like logarithms already"),
        (lambda x: per_ten_thousand(x), "the same total (10,000): the values were normalised, "),
        (lambda x: per_ten_thousand(x), "take their logarithm first"),
        (standardised, "mean 0 and standard deviation 1"),
        (lambda x: x * 20, "The smallest value above 0 is 20"),
        (one((5, 7), np.inf), "1 values are infinite"),
        (one((5, 7), 10**9), "over three orders of magnitude"),
        (lambda x: np.minimum(x, 2), "of 120 observations have a total below 100"),
        (one(5, 0), f"zero or missing in 1 of 120 observations (`{CELLS[5]}`)"),
        (one((slice(None), 7), 0), f"zero or missing in 1 of 60 features (`{GENES[7]}`)"),
        (one((slice(None), 7), 3), f"the same in 1 of 60 features (`{GENES[7]}`)"),
        (one(5, 3), f"the same in 1 of 120 observations (`{CELLS[5]}`)"),
    ],
)
def test_odd_values_are_warned_about(counts, seen, change, warning):
    assert warning in " ".join(seen(with_values(counts, change)).warnings)


def test_counts_of_one_total_are_warned_about(counts, seen):
    def levelled(x):
        x[:, 0] += x.sum(axis=1).max() + 1 - x.sum(axis=1)
        return x

    assert "normalised and then rounded" in " ".join(seen(with_values(counts, levelled)).warnings)


def test_logarithms_of_other_things_are_not_taken_for_counts(counts, seen, rng):
    logs = np.log2(rng.lognormal(3, 1, (120, 60)) + 1)
    text = " ".join(seen(AnnData(logs, obs=counts.obs, var=counts.var)).warnings)
    assert "look like logarithms already" in text
    assert "normalised counts" not in text


@pytest.mark.parametrize(
    ("columns", "warning"),
    [
        ({"cell_type": ["a"] * 119 + ["b"]}, "1 of 2 classes of `cell_type` have one observation"),
        ({"cell_type": ["a"] * 120}, "`cell_type` is the same everywhere (`a`)"),
        ({"batch": ["x", "y", "z"] * 40}, "`batch` and `cell_type` are the same division"),
        ({"batch": list("pqrstu") * 20}, "Every class of `batch` holds one class of `cell_type`"),
        (
            {"batch": ["x", "y", "y"] * 40},
            "Every class of `cell_type` lies in one class",
        ),
    ],
)
def test_odd_columns_are_warned_about(counts, seen, columns, warning):
    for name, values in columns.items():
        counts.obs[name] = values
    assert warning in " ".join(seen(counts).warnings)


def test_features_that_a_spreadsheet_made_dates_are_warned_about(counts, seen):
    counts.var_names = ["1-Mar", "Sep-02", *GENES[2:]]
    assert "2 features have dates for names (`1-Mar`, `Sep-02`)" in " ".join(seen(counts).warnings)


def test_repeated_features_are_warned_about_and_repeated_observations_refused(counts, tmp_path):
    table = pd.DataFrame(counts.X.toarray(), CELLS, [GENES[1], *GENES[1:]])
    table.to_csv(tmp_path / "data.csv")
    found = inspect(str(tmp_path / "data.csv"))
    assert "1 feature names stand more than once" in " ".join(found.warnings)
    table.set_axis([CELLS[1], *CELLS[1:]]).to_csv(tmp_path / "data.csv")
    with pytest.raises(VaebioError, match="observation name .* stands more than once"):
        inspect(str(tmp_path / "data.csv"))


def test_counts_beside_the_values_are_pointed_at_when_not_read(counts, seen):
    logs = counts.copy()
    logs.layers["umi"], logs.X = counts.X, counts.X.log1p()
    found = seen(logs, part={"layer": "X"})
    assert found.kind == "continuous"
    assert "layers[`umi`] may be: whole numbers" in " ".join(found.warnings)
    found = seen(logs)
    assert found.kind == "counts"
    assert found.warnings == ()
    assert seen(logs, part={"kind": "continuous"}).kind == "continuous"


def test_counts_with_holes_need_a_decision(counts, seen):
    found = seen(with_values(counts, one((5, 7), np.nan)))
    assert (found.found.missing, found.kind) == (1, "")
    assert f"observation `{CELLS[5]}`, feature `{GENES[7]}`" in found.kind_reason
    assert "put 0 where nothing was counted" in found.kind_reason


def as_table(counts, folder, turn):
    table = pd.DataFrame(counts.X.toarray(), CELLS, GENES)
    (table.T if turn else table).to_csv(folder / "data.csv")
    counts.obs.to_csv(folder / "annotation.csv")
    return str(folder / "data.csv"), str(folder / "annotation.csv")


@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("annotated", [False, True])
def test_a_table_is_read_once_the_way_its_names_tell(
    counts, tmp_path, monkeypatch, turn, annotated
):
    matrix, annotation = as_table(counts, tmp_path, turn)
    opened, open_table = [], tables.open_table
    monkeypatch.setattr(tables, "open_table", lambda path: opened.append(path) or open_table(path))
    found = inspect(matrix, annotation if annotated else "")
    assert found.orientation == found.lies.orientation
    assert found.orientation.startswith("features" if turn else "observations")
    assert found.raw.shape == (120, 60)
    assert len(found.candidates) == (2 if annotated else 0)
    assert [str(path) for path in opened] == [matrix]


def test_a_table_with_repeated_features_in_rows_is_read_the_other_way(counts, tmp_path):
    counts.var_names = [GENES[1], *GENES[1:]]
    table = pd.DataFrame(counts.X.toarray().T, counts.var_names, CELLS)
    table.to_csv(tmp_path / "data.csv")
    assert inspect(str(tmp_path / "data.csv")).orientation == "features_by_observations"


def test_names_that_tell_nothing_leave_the_usual_orientation(counts, seen):
    counts.obs_names = [str(i) for i in range(120)]
    counts.var_names = [f"x{i}" for i in range(60)]
    found = seen(counts)
    assert (found.lies.orientation, found.orientation) == (None, "observations_by_features")


def test_a_given_orientation_holds_and_a_contradiction_is_told(counts, tmp_path):
    matrix, _ = as_table(counts, tmp_path, turn=True)
    found = inspect(matrix, orientation="observations_by_features")
    assert found.raw.shape == (60, 120)
    assert "may lie the other way, features_by_observations" in " ".join(found.warnings)


def test_a_sample_leads_to_the_same_kind(counts, seen):
    whole, part = seen(counts), seen(counts, most=1200)
    assert (part.found.sampled, whole.found.sampled) == (True, False)
    assert part.kind == whole.kind
    assert len(part.found.rows) < 30


REAL = {
    "breast_tcga_mrna.h5ad": ("continuous", None, []),
    "breast_tcga_protein.h5ad": ("continuous", None, []),
    "methylation_christensen.h5ad": ("fraction", None, []),
    "nci60.h5ad": ("continuous", None, ["5 of 14 classes of `cell_type` have one observation"]),
    "neurons_10k_unlabelled.h5ad": (
        "counts",
        "cell barcodes",
        [
            "Totals lie between 1 and 1,690",
            "2,744 of 10,000 observations have a total below 100",
            "zero or missing in 1 of 10,000 observations",
            "zero or missing in 285 of 1,000 features",
        ],
    ),
    "pbmc68k_reduced_counts.h5ad": ("counts", "cell barcodes", []),
    "pbmc_facs_600.h5ad": (
        "counts",
        "cell barcodes",
        ["`library` and `cell_type` are the same division"],
    ),
    "proteomics_alzheimer_csf.h5ad": (
        "intensity",
        None,
        ["zero or missing in 1 of 1,542 features", "the same in 5 of 1,542 features"],
    ),
    "sc_mixology_1500hvg.h5ad": ("counts", "wells", []),
    "symphony_pbmc_small.h5ad": ("continuous", "cell barcodes", ["log(1 + normalised counts)"]),
    "tissue_gene_expression.h5ad": ("continuous", None, ["look like logarithms already"]),
}


@pytest.mark.parametrize("name", REAL)
def test_real_data_are_seen_as_what_they_are(shared_data, name):
    kind, sort, warnings = REAL[name]
    found = inspect(str(shared_data / name))
    assert found.kind == kind
    assert (found.observations and found.observations.word) == sort
    assert found.orientation == found.lies.orientation == "observations_by_features"
    assert len(found.warnings) == len(warnings)
    for warning, expected in zip(found.warnings, warnings, strict=True):
        assert expected in warning
    labels = [c.column for c in found.candidates if c.role == "label"]
    assert ("cell_type" in labels) == (name != "neurons_10k_unlabelled.h5ad")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("pbmc_facs_600_10x.h5", (600, 10510)),
        ("pbmc_facs_600_10x_mtx", (600, 10510)),
        ("scanpy_10x_v3/filtered_feature_bc_matrix.h5", (1107, 507)),
    ],
)
def test_real_10x_files_say_which_are_their_observations(shared_data, name, shape):
    found = inspect(str(shared_data / name))
    assert (found.kind, found.raw.shape) == ("counts", shape)
    assert "says which are its observations" in found.lies.reason
    assert (found.observations.counted, found.features.counted) == ("cells", "genes")


def test_a_real_table_with_its_features_in_rows(shared_data):
    folder = shared_data / "sc_mixology_csv"
    annotation = str(folder / "sc_dropseq.metadata.csv.gz")
    found = inspect(str(folder / "sc_dropseq.count.csv.gz"), annotation)
    assert (found.kind, found.orientation) == ("counts", "features_by_observations")
    assert len(found.raw.obs) == 225
    assert found.features.word == "Ensembl identifiers"
    assert "cell_line" in [c.column for c in found.candidates]
