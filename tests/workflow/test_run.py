"""From a matrix to the report by a real Snakemake."""

import shutil

import anndata
import pandas as pd
import pytest
import yaml

from vaebio.terms import COLUMNS, MEASURES

VAES, CODES = (
    {
        likelihood: [f"{likelihood}{name}-s{s}" for name in names for s in (0, 1)]
        for likelihood in ("", "nb-")
    }
    for names in ([f"k{k}-b{b}" for k in (2, 4) for b in ("0.5", "5")], ["ae-k2", "ae-k4"])
)
MEMBERS = [name for kind in ("", "nb-") for name in VAES[kind] + CODES[kind]]
SECTIONS = ["answer", "grid", "frontier", "curves", "members", "data", "methods"]


@pytest.fixture
def results(finished):
    return finished.folder / "results" / "pbmc"


def test_every_table_has_the_columns_of_its_interface(results):
    for name, columns in COLUMNS.items():
        table = pd.read_csv(results / name, sep="\t", keep_default_na=False)
        assert tuple(table.columns) == columns
        assert len(table)


def test_all_members_are_trained_measured_and_kept(results):
    assert list(pd.read_csv(results / "members.tsv", sep="\t")["member"]) == MEMBERS
    folders = (results / "models").glob("[!.]*")
    assert sorted(p.name for p in folders) == sorted(MEMBERS)
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t", keep_default_na=False)
    assert set(metrics["member"]) == {
        *MEMBERS,
        *("null", "pca-k2", "pca-k4", "nmf-k2", "nmf-k4", "noise_floor"),
    }
    assert set(metrics["measure"]) == set(MEASURES)
    assert set(metrics["split"]) == {"train", "validation", "test", "all"}
    absent = metrics[metrics["value"] == ""]
    assert (absent["reason"] != "").all()
    # What a linear VAE would do is known for the gaussian likelihood alone.
    foretold = absent["measure"].str.startswith("expected_")
    assert set(absent.loc[foretold, "member"]) == {*VAES["nb-"], *CODES["nb-"], *CODES[""]}
    # A deterministic code has no rate.
    assert set(absent.loc[~foretold, "member"]) == {*CODES["nb-"], *CODES[""]}
    assert set(absent.loc[~foretold, "measure"]) == {"rate_nats", "elbo_nats"}
    history = pd.read_csv(results / "history.tsv", sep="\t")
    assert history.groupby(["member", "split"]).size().eq(6).all()


def test_parts_sum(results):
    """Rate is that of the units; the ELBO is minus distortion and rate."""
    units = pd.read_csv(results / "units.tsv", sep="\t")
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t", keep_default_na=False)
    # A deterministic code has none of these parts.
    metrics = metrics[~metrics["member"].isin(CODES[""] + CODES["nb-"])]
    test = metrics[metrics["split"] == "test"].set_index(["member", "measure"])["value"]
    test = test.astype(float)
    for member in VAES[""] + VAES["nb-"]:
        own = units[units["member"] == member]
        assert own["rate_nats"].sum() == pytest.approx(test[member, "rate_nats"], rel=1e-5)
        assert own["active"].sum() == test[member, "active_units"]
        total = test[member, "distortion_nats"] + test[member, "rate_nats"]
        assert test[member, "elbo_nats"] == pytest.approx(-total, rel=1e-6)


def test_embeddings_hold_every_member_and_the_annotation(results):
    found = anndata.read_h5ad(results / "embeddings.h5ad")
    assert {f"X_vaebio_{m}" for m in MEMBERS} | {"X_pca"} == set(found.obsm)
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


EVALUATED = {"evaluate": 1, "report": 1, "compare": 1, "all": 1, "settings_that_ran": 1}
TRAINED = EVALUATED | {"train": 1, "collect": 1}


@pytest.mark.parametrize(
    ("change", "jobs"),
    [
        ({"report": {"features": "genes"}}, EVALUATED | {"evaluate": 0}),
        ({"evaluate": {"neighbours": 7}}, EVALUATED | {"settings": 1}),
        ({"train": {"epochs": 7}}, TRAINED | {"settings": 1}),
        ({"grid": {"betas": [0.5, 5, 6]}}, TRAINED | {"settings": 1}),
        ({"prepare": {"clip": 5.0}}, TRAINED | {"settings": 1, "prepare": 1}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_change_runs_again_what_it_touches_and_nothing_else(finished, change, jobs):
    assert finished.planned(**change) == {k: n for k, n in jobs.items() if n}


def test_snakemakes_own_report_is_made(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished.folder, copy)
    run = type(finished)(copy).snakemake("--report", "report.zip")
    assert run.returncode == 0, run.stderr
    assert (copy / "report.zip").stat().st_size > 1e6
