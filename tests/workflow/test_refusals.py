"""What the user can repair is refused before training: three lines, exit code 2, nothing left."""

import anndata
import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def matrix(tmp_path):
    """A small data set of counts as a file."""
    rng = np.random.default_rng(0)
    adata = anndata.AnnData(rng.poisson(3.0, (40, 12)).astype(np.float32))
    adata.obs["cell_type"] = np.repeat(["a", "b"], 20)
    adata.obs_names = [f"cell{i}" for i in range(40)]
    adata.var_names = [f"gene{i}" for i in range(12)]

    def write(change=lambda a: a, name="matrix.h5ad"):
        change(adata).write_h5ad(tmp_path / name)
        return {"name": "mine", "matrix": name, "label": "cell_type"}

    return write


def refused(run):
    """The last three lines of a refused run."""
    assert run.returncode == 2, run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    lines = run.stderr.strip().splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("Found: "))
    three = lines[last : last + 3]
    assert [line.split(":")[0] for line in three] == ["Found", "Expected", "Hint"]
    return "\n".join(three)


def test_a_missing_matrix(workplace, matrix):
    matrix(name="matrix.h5ad")
    workplace.sheet({"name": "mine", "matrix": "matirx.h5ad"})
    assert "did you mean `matrix.h5ad`" in refused(workplace.snakemake("--cores", "1"))


def test_a_label_column_that_does_not_exist(workplace, matrix):
    workplace.sheet(matrix() | {"label": "celltype"})
    message = refused(workplace.snakemake("--cores", "1"))
    assert "`celltype`" in message
    assert "did you mean `cell_type`" in message


def test_an_unknown_key(workplace, matrix):
    workplace.sheet(matrix())
    message = refused(workplace.snakemake("--cores", "1", train={"epoch": 3}))
    assert "`train.epoch`" in message
    assert "did you mean `epochs`" in message


def with_nan(adata):
    adata = adata.copy()
    adata.X[3, 7] = np.nan
    return adata


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (with_nan, ["cell3", "gene7", "matrix.h5ad"]),
        (lambda a: a[:0].copy(), ["0 observations"]),
        (lambda a: a[:, :0].copy(), ["0 features"]),
    ],
    ids=["NaN", "no observation", "no feature"],
)
def test_a_matrix_that_cannot_be_used(workplace, matrix, change, found):
    workplace.sheet(matrix(change))
    run = workplace.snakemake("--cores", "1")
    message = refused(run)
    for part in found:
        assert part in message
    left = [p.name for p in (workplace.folder / "results" / "mine").rglob("*") if p.is_file()]
    assert [name for name in left if not name.endswith(".yaml")] == []


def test_one_bad_data_set_is_refused_before_the_good_one_is_trained(workplace, matrix):
    bad = matrix(with_nan, "bad.h5ad") | {"name": "bad"}
    workplace.sheet({"name": "good", "matrix": "builtin:pbmc68k", "label": "bulk_labels"}, bad)
    refused(workplace.snakemake("--cores", "1"))
    assert not (workplace.folder / "results" / "good" / "stacks").exists()


def test_csv_in_both_orientations_is_prepared_alike_and_runs_to_the_report(workplace):
    rng = np.random.default_rng(0)
    names = [f"cell{i}" for i in range(60)], [f"gene{i}" for i in range(20)]
    counts = pd.DataFrame(rng.poisson(3.0, (60, 20)), *names)
    counts.to_csv(workplace.folder / "wide.csv.gz")
    counts.T.to_csv(workplace.folder / "tall.tsv", sep="\t")
    labels = pd.DataFrame({"kind of cell": np.repeat(["a", "b"], 30)}, index=names[0])
    labels.sample(frac=1, random_state=0).to_csv(workplace.folder / "labels.csv")
    common = {"annotation": "labels.csv", "label": "kind of cell"}
    workplace.sheet(
        {"name": "wide", "matrix": "wide.csv.gz", **common},
        {"name": "tall", "matrix": "tall.tsv", **common, "orientation": "features_by_observations"},
    )
    # One member is enough, and one report: how a matrix lies matters up to its preparation.
    one = {"betas": [0.5], "latents": [2], "seeds": [0], "likelihoods": [], "autoencoders": False}
    targets = ("results/tall/report.html", "results/wide/prepared.h5ad")
    run = workplace.snakemake("--cores", "1", "--", *targets, grid=one)
    assert run.returncode == 0, run.stderr
    wide, tall = (
        anndata.read_h5ad(workplace.folder / "results" / name / "prepared.h5ad")
        for name in ("wide", "tall")
    )
    assert wide.shape == (60, 20)
    assert np.array_equal(wide.X.toarray(), tall.X.toarray())
    assert np.array_equal(*(one.layers["counts"].toarray() for one in (wide, tall)))
    pd.testing.assert_frame_equal(wide.obs, tall.obs)
    pd.testing.assert_frame_equal(wide.var, tall.var)
