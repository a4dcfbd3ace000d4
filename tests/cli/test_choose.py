"""`vaebio choose`: from the tables of a data set to four more."""

from functools import cache

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml

from vaebio.cli.main import main
from vaebio.settings import Choose
from vaebio.terms import COLUMNS

TABLES = ("choices", "differences", "correlations", "stability")
OBSERVATIONS = 120


def latents(folder, labels):
    """Writes embeddings.h5ad as `vaebio evaluate` does: errors of the table, latents of groups."""
    rng = np.random.default_rng(0)
    members = pd.read_csv(folder / "members.tsv", sep="\t")
    metrics = pd.read_csv(folder / "metrics.tsv", sep="\t")
    own = metrics[(metrics["measure"] == "mse") & (metrics["split"] == "validation")]
    means = own.set_index("member")["value"]
    group = np.arange(OBSERVATIONS) % 4
    obs = pd.DataFrame(
        {"split": np.repeat(["train", "validation", "test"], OBSERVATIONS // 3)},
        index=[f"o{i}" for i in range(OBSERVATIONS)],
    )
    if labels:
        obs["bulk_labels"] = [f"label {g}" for g in group]
    hard, obsm, errors = rng.normal(0, 0.1, OBSERVATIONS), {}, {}
    for row in members.itertuples():
        axes = rng.normal(size=(4, row.latent))
        noise = rng.normal(size=(OBSERVATIONS, row.latent))
        obsm[f"X_vaebio_{row.member}"] = (2 * axes[group] + noise).astype(np.float32)
        errors[row.member] = means[row.member] + hard + rng.normal(0, 0.02, OBSERVATIONS)
    obsm["mse"] = pd.DataFrame(errors, index=obs.index)
    anndata.AnnData(obs=obs, obsm=obsm).write_h5ad(folder / "embeddings.h5ad")


@pytest.fixture(scope="module")
def made(results_folder, tmp_path_factory):
    """Maker of a folder, with labels or without, and its tables with default settings."""

    @cache
    def make(labels):
        place = results_folder(
            tmp_path_factory.mktemp("choose") / "pbmc",
            betas=(0.1, 1.0, 10.0),
            latents=(2, 8),
            diverged=("k8-b10-s1",),
            labels=labels,
        )
        latents(place, labels)
        return place, tables(place, tmp_path_factory.mktemp("default"))

    return make


def arguments(folder, out, settings=None):
    files = {
        "members": "members.tsv",
        "metrics": "metrics.tsv",
        "embeddings": "embeddings.h5ad",
        "prepared-summary": "prepared.json",
    }
    words = [w for k, v in files.items() for w in (f"--{k}", str(folder / v))]
    words += ["--settings", str(settings or folder / "settings.yaml")]
    return ["choose", *words, *(w for t in TABLES for w in (f"--{t}", str(out / f"{t}.tsv")))]


def tables(folder, out, **evaluate):
    """The four tables with some settings of `evaluate`."""
    out.mkdir(exist_ok=True)
    (out / "settings.yaml").write_text(yaml.safe_dump({"evaluate": evaluate}))
    assert main(arguments(folder, out, out / "settings.yaml")) == 0
    return {t: pd.read_csv(out / f"{t}.tsv", sep="\t", keep_default_na=False) for t in TABLES}


@pytest.mark.parametrize("labels", [True, False])
def test_the_tables_have_their_columns_and_name_members_that_exist(made, labels):
    folder, found = made(labels)
    for name, table in found.items():
        assert tuple(table.columns) == COLUMNS[f"{name}.tsv"] and len(table)
        assert ((table["value"] != "") | (table["reason"] != "")).all()
    members = pd.read_csv(folder / "members.tsv", sep="\t")["member"]
    chosen = found["choices"]["member"]
    assert set(chosen) <= {*members, ""} and "k8-b10-s1" not in set(chosen)
    combinations = {m.rpartition("-s")[0] for m in members}
    assert set(found["stability"]["combination"]) == combinations
    assert set(found["differences"]["combination"]) <= combinations
    left_out = found["stability"].set_index("combination").loc["k8-b10", "reason"]
    assert left_out.str.startswith("of 3 seeds 1 diverged left out").all()


@pytest.mark.parametrize(
    ("key", "value", "labels", "wanted"),
    [
        ("clustering", "leiden_nmi", True, {"choices"}),
        ("standard_errors", 500.0, True, {"choices"}),
        ("reference_beta", 0.1, True, {"differences"}),
        ("draws", 50, True, {"correlations"}),
        ("resolution", 3.0, True, set()),
        ("resolution", 3.0, False, {"stability", "choices"}),
        ("observations", 50, True, {"stability"}),
    ],
)
def test_every_setting_has_its_effect(made, tmp_path, key, value, labels, wanted):
    folder, before = made(labels)
    after = tables(folder, tmp_path, choose={key: value})
    assert {name for name in TABLES if not before[name].equals(after[name])} == wanted


def test_every_setting_is_tried_above():
    tried = {mark[0] for mark in test_every_setting_has_its_effect.pytestmark[0].args[1]}
    assert tried == set(Choose.model_fields)


def test_the_recommended_beta_is_the_reference_where_the_grid_has_no_other(made, tmp_path):
    found = tables(made(True)[0], tmp_path, choose={"reference_beta": None, "standard_errors": 0})
    best = found["choices"].set_index("choice").loc["recommended", "combination"]
    beta = float(best.rpartition("-b")[2])
    pairs = found["differences"][["beta_against", "beta"]].drop_duplicates().to_numpy().tolist()
    assert sorted(pairs) == ([[0.1, 1], [1, 10]] if beta == 1 else [[0.1, 1], [0.1, 10], [1, 10]])


def spoiled(folder, place, change):
    """A copy of the folder with one file changed."""
    place.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (place / path.name).write_bytes(path.read_bytes())
    change(place)
    return place


def without_row(place):
    lines = (place / "metrics.tsv").read_text().splitlines(keepends=True)
    (place / "metrics.tsv").write_text("".join(w for w in lines if not w.startswith("k8-b1-s0")))


def twice(name):
    def change(place):
        lines = (place / name).read_text().splitlines(keepends=True)
        (place / name).write_text("".join([*lines, lines[3]]))

    return change


def embeddings(edit):
    def change(place):
        found = anndata.read_h5ad(place / "embeddings.h5ad")
        edit(found)
        found.write_h5ad(place / "embeddings.h5ad")

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (without_row, "no measure of k8-b1-s0"),
        (twice("members.tsv"), "k2-b0.1-s2 twice"),
        (twice("metrics.tsv"), "twice"),
        (embeddings(lambda a: a.obsm.pop("X_vaebio_k2-b1-s0")), "X_vaebio_k2-b1-s0"),
        (embeddings(lambda a: a.obsm.pop("mse")), "obsm['mse']"),
        (embeddings(lambda a: a.obs.pop("split")), "obs['split']"),
        (lambda p: (p / "embeddings.h5ad").write_text("a"), "cannot be read"),
        (lambda p: (p / "embeddings.h5ad").unlink(), "embeddings.h5ad"),
        (lambda p: (p / "metrics.tsv").write_text("a\tb\n1\t2\n"), "no column `member`"),
    ],
    ids=["measures", "member twice", "row twice", "latents", "errors", "split"]
    + ["no h5ad", "no file", "other table"],
)
def test_what_does_not_fit_is_three_lines_and_leaves_nothing(made, tmp_path, capsys, change, found):
    place, out = spoiled(made(True)[0], tmp_path / "copy", change), tmp_path / "out"
    out.mkdir()
    assert main(arguments(place, out)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[0] for line in lines[-3:]] == ["Found", "Expected", "Hint"]
    assert found in lines[-3]
    assert not list(out.iterdir())
