"""From a matrix to the report by a real Snakemake."""

import shutil

import anndata
import pandas as pd
import pytest
import yaml

from vaebio.terms import COLUMNS, MEASURES
from vaebio.terms.diagnosis import DIAGNOSIS_COLUMNS
from vaebio.terms.integration import INTEGRATION

VAES, CODES = (
    {
        likelihood: [f"{likelihood}{name}-s{s}" for name in names for s in (0, 1)]
        for likelihood in ("", "nb-")
    }
    for names in ([f"k{k}-b{b}" for k in (2, 4) for b in ("0.5", "5")], ["ae-k2", "ae-k4"])
)
MEMBERS = [name for kind in ("", "nb-") for name in VAES[kind] + CODES[kind]]
SECTIONS = [
    "answer",
    "grid",
    "frontier",
    "why",
    "chosen",
    "audit",
    "curves",
    "latent",
    "downstream",
    "features",
    "members",
    "data",
    "methods",
]


@pytest.fixture
def results(finished):
    return finished.folder / "results" / "pbmc"


def test_every_table_has_the_columns_of_its_interface(results):
    for name, columns in COLUMNS.items():
        table = pd.read_csv(results / name, sep="\t", keep_default_na=False)
        assert tuple(table.columns) == columns
        # No member is diagnosed in this run.
        assert len(table) or name in DIAGNOSIS_COLUMNS


def test_all_members_are_trained_measured_and_kept(results):
    assert list(pd.read_csv(results / "members.tsv", sep="\t")["member"]) == MEMBERS
    folders = (results / "models").glob("[!.]*")
    assert sorted(p.name for p in folders) == sorted(MEMBERS)
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t", keep_default_na=False)
    controls = {"control-labels", "control-random"}
    assert set(metrics["member"]) == {
        *MEMBERS,
        *controls,
        *("null", "pca-k2", "pca-k4", "nmf-k2", "nmf-k4", "noise_floor"),
    }
    assert set(metrics["measure"]) == set(MEASURES)
    assert set(metrics["split"]) == {"train", "validation", "test", "all"}
    features, strata = (told_apart(results, name) for name in ("features.tsv", "strata.tsv"))
    judged = {*MEMBERS, "null", "pca-k2", "pca-k4", "nmf-k2", "nmf-k4"}
    assert set(features["member"]) == judged
    assert set(strata["member"]) == judged | controls | {"noise_floor"}
    assert set(strata["split"]) == {"train", "validation", "test"}
    # The sheet names no batch.
    mixing = metrics["measure"].isin(m.name for m in INTEGRATION)
    assert set(metrics[mixing]["reason"]) == {"the sheet names no batch column"}
    absent = metrics[(metrics["value"] == "") & ~mixing]
    errors = absent["member"].isin(controls)
    assert set(absent[errors]["measure"]) == {"mse", "r2", "explained"}
    absent = absent[~errors]
    assert (absent["reason"] != "").all()
    # What a linear VAE would do is known for the gaussian likelihood alone.
    foretold = absent["measure"].str.startswith("expected_")
    assert set(absent.loc[foretold, "member"]) == {*VAES["nb-"], *CODES["nb-"], *CODES[""]}
    # A deterministic code has no rate.
    assert set(absent.loc[~foretold, "member"]) == {*CODES["nb-"], *CODES[""]}
    assert "active_units" not in set(absent["measure"])
    assert {"rate_nats", "elbo_nats"} <= set(absent.loc[~foretold, "measure"])
    history = pd.read_csv(results / "history.tsv", sep="\t")
    assert history.groupby(["member", "split"]).size().eq(6).all()


def told_apart(results, name):
    """A table of errors; the baseline `null` is a name, an empty field is none."""
    return pd.read_csv(results / name, sep="\t", keep_default_na=False, na_values=[""])


def test_every_label_is_told_by_both_classifiers_from_every_embedding(results):
    classes = pd.read_csv(results / "classes.tsv", sep="\t", keep_default_na=False)
    embeddings = {*MEMBERS, "control-labels", "control-random"}
    embeddings |= {f"{word}-k{k}" for word in ("pca", "nmf") for k in (2, 4)}
    assert set(classes["member"]) == embeddings
    assert set(classes.groupby(["member", "classifier"]).size()) == {classes["class"].nunique()}
    labels = classes[classes["member"] == "control-labels"]
    assert (labels["recall"].astype(float) == 1).all()


def test_parts_sum(results):
    """Rate is that of the units, mse that of features and strata; the ELBO has two parts."""
    units = pd.read_csv(results / "units.tsv", sep="\t")
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t", keep_default_na=False)
    test = metrics[metrics["split"] == "test"].set_index(["member", "measure"])["value"]
    test = test[test != ""].astype(float)
    for member in VAES[""] + VAES["nb-"]:
        own = units[units["member"] == member]
        assert own["rate_nats"].sum() == pytest.approx(test[member, "rate_nats"], rel=1e-5)
        assert own["active"].sum() == test[member, "active_units"]
        total = test[member, "distortion_nats"] + test[member, "rate_nats"]
        assert test[member, "elbo_nats"] == pytest.approx(-total, rel=1e-6)
    for name in ("features.tsv", "strata.tsv"):
        parts = told_apart(results, name)
        if "split" in parts:
            parts = parts[parts["split"] == "test"]
        sums = (parts["weight"] * parts["mse"]).groupby(parts["member"]).sum()
        for member in [*MEMBERS, "null", "pca-k4"]:
            assert sums[member] == pytest.approx(test[member, "mse"], rel=1e-5)


def test_embeddings_hold_every_member_and_the_annotation(results):
    found = anndata.read_h5ad(results / "embeddings.h5ad")
    assert {f"X_vaebio_{m}" for m in MEMBERS} | {"X_pca", "mse"} == set(found.obsm)
    assert {"bulk_labels", "split"} <= set(found.obs)
    assert found.obsm["X_vaebio_k4-b5-s1"].shape == (700, 4)


def test_the_settings_that_ran_are_kept(results):
    kept = yaml.safe_load((results / "settings.yaml").read_text())
    assert kept["grid"]["latents"] == [2, 4]
    assert kept["train"]["learning_rate"] > 0, "defaults are written out"


def test_the_report_opens_offline_without_an_error(browser, results):
    browser.get((results / "report.html").as_uri())
    assert [e["message"] for e in browser.get_log("browser")] == []
    found = browser.execute_script(
        "return [...document.querySelectorAll('main section[id]')].map((s) => s.id)"
    )
    assert found == SECTIONS
    text = browser.execute_script("return document.querySelector('#methods').textContent")
    assert "train_1" in text, "time per step"


def test_the_report_compares_the_likelihoods(browser, results):
    browser.get((results / "report.html").as_uri())
    answer = browser.execute_script("return document.querySelector('#answer').textContent")
    assert "gaussian" in answer and "nb" in answer
    members = pd.read_csv(results / "members.tsv", sep="\t")
    assert sorted(set(members["likelihood"])) == ["gaussian", "nb"], "auto is resolved"


def test_the_log_says_what_auto_took_and_how_beta_rises(finished):
    text = (finished.folder / "logs" / "pbmc" / "train_1.log").read_text()
    assert "Likelihood nb, because the data are counts." in text
    assert "beta reaches its value at epoch 2 of 6 (linear)" in text


def test_the_comparison_leads_to_the_report(browser, finished):
    browser.get((finished.folder / "results" / "report.html").as_uri())
    assert [e["message"] for e in browser.get_log("browser")] == []
    links = browser.execute_script(
        "return [...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))"
    )
    assert "pbmc/report.html" in links


def test_nothing_is_left_to_do(finished):
    assert finished.planned() == {}


def test_the_diagnosis_is_a_target_of_its_own(finished):
    words = ("--dry-run", "--quiet", "rules", "--", "diagnosed")
    found = finished.snakemake(*words, diagnose={"members": 1})
    assert found.returncode == 0, found.stderr
    lines = (found.stdout + found.stderr).splitlines()
    rules = {words[0] for words in map(str.split, lines) if len(words) == 2 and words[1] == "1"}
    assert rules == {"settings", "diagnose", "diagnosed"}


def test_a_run_says_why_and_leaves_alone_what_was_trained_and_measured(browser, finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished.folder, copy)
    place, members = type(finished)(copy), copy / "results" / "pbmc" / "members.tsv"
    before = members.stat().st_mtime_ns
    few = {"members": 1, "seeds": [0, 1], "follow_up": 1, "probes": {"steps": 20}}
    run = place.snakemake("--cores", "1", diagnose=few)
    assert run.returncode == 0, run.stderr
    assert members.stat().st_mtime_ns == before
    results = members.parent
    found = told_apart(results, "diagnoses.tsv")
    recommended = told_apart(results, "choices.tsv").set_index("choice")["combination"]
    assert list(found["member"]) == [recommended["recommended"]]
    log = (copy / "logs" / "pbmc" / "diagnose.log").read_text()
    assert " ".join(found["sentence"][0].split()) in " ".join(log.split())
    browser.get((results / "report.html").as_uri())
    assert [e["message"] for e in browser.get_log("browser")] == []
    text = browser.execute_script("return document.querySelector('#why').textContent")
    verdicts = told_apart(results, "verdicts.tsv")
    for one in verdicts[verdicts["supported"]].itertuples():
        assert one.meaning in text and one.found.replace("`", "") in text
    drawn = "return [...document.querySelectorAll('#why .canvas')].every((c) => c.data.length)"
    assert browser.execute_script(drawn)
    browser.get((copy / "results" / "report.html").as_uri())
    row = browser.execute_script("return document.querySelector('tbody.group').textContent")
    assert f"{found['member'][0]}" in row


REPORTED = {"report": 1, "compare": 1, "all": 1, "settings_that_ran": 1}
DIAGNOSED = REPORTED | {"diagnose": 1}
EVALUATED = DIAGNOSED | {"evaluate": 1, "choose": 1}
TRAINED = EVALUATED | {"train": 1, "collect": 1}


@pytest.mark.parametrize(
    ("change", "jobs"),
    [
        ({"report": {"features": "genes"}}, REPORTED),
        ({"diagnose": {"follow_up": 1}}, DIAGNOSED | {"settings": 1}),
        ({"evaluate": {"choose": {"draws": 7}}}, DIAGNOSED | {"settings": 1, "choose": 1}),
        ({"evaluate": {"neighbours": 7}}, EVALUATED | {"settings": 2}),
        ({"train": {"epochs": 7}}, TRAINED | {"settings": 2}),
        ({"grid": {"betas": [0.5, 5, 6]}}, TRAINED | {"settings": 1}),
        ({"prepare": {"clip": 5.0}}, TRAINED | {"settings": 1, "prepare": 1}),
    ],
    ids=lambda value: str(next(iter(value.values()))),
)
def test_a_change_runs_again_what_it_touches_and_nothing_else(finished, change, jobs):
    assert finished.planned(**change) == {k: n for k, n in jobs.items() if n}


def test_snakemakes_own_report_is_made(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished.folder, copy)
    run = type(finished)(copy).snakemake("--report", "report.zip")
    assert run.returncode == 0, run.stderr
    assert (copy / "report.zip").stat().st_size > 1e6
