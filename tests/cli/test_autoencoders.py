"""Deterministic autoencoders from the settings to the tables, the page and a loaded model."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import vaebio
from vaebio.cli.main import main
from vaebio.report.heatmap import grid as heat_map
from vaebio.report.listing import listing
from vaebio.report.page import render
from vaebio.report.seeds import baseline, summary, values
from vaebio.report.views import baselines

SETTINGS = """
prepare: {features: 15}
model: {encoder: [8], decoder: [8]}
grid: {betas: [0.5, 2, 0], latents: [2, 3], seeds: [0, 1], likelihoods: [gaussian, nb]}
train: {epochs: 4, warmup: 1}
evaluate: {resolutions: [1.0], neighbours: 5}
"""
CODES = [f"{v}ae-k{k}-s{s}" for v in ("", "nb-") for k in (2, 3) for s in (0, 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small run by the command line, from raw counts to the measures."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    label = np.repeat(["a", "b"], 30)
    rates = np.where(label[:, None] == "a", rng.gamma(2, 2, 25), rng.gamma(2, 2, 25))
    raw = anndata.AnnData(sparse.csr_matrix(rng.poisson(rates).astype(np.float32)))
    raw.obs["label"] = label
    raw.write_h5ad(folder / "raw.h5ad")
    (folder / "settings.yaml").write_text(SETTINGS)

    def at(name):
        return str(folder / name)

    settings = ["--settings", at("settings.yaml")]
    out = ["--prepared", at("prepared.h5ad"), "--summary", at("prepared.json")]
    words = ["prepare", at("raw.h5ad"), "--name", "d", "--label", "label"]
    assert main([*words, *settings, *out]) == 0
    out = ["--store", at("store"), "--members", at("1.tsv")]
    assert main(["train", at("prepared.h5ad"), *settings, *out]) == 0
    out = ["--store", at("store"), "--members", at("members.tsv"), "--history", at("history.tsv")]
    assert main(["collect", at("1.tsv"), *out, "--models", at("models")]) == 0
    words = ["evaluate", at("prepared.h5ad"), "--models", at("models")]
    out = ["--metrics", at("metrics.tsv"), "--units", at("units.tsv")]
    out += ["--embeddings", at("embeddings.h5ad")]
    for name in ("classes", "features", "strata"):
        out += [f"--{name}", at(f"{name}.tsv")]
    assert main([*words, "--members", at("members.tsv"), *settings, *out]) == 0
    (folder / "timing").mkdir()
    return folder


def table(folder, name):
    return pd.read_csv(folder / name, sep="\t", keep_default_na=False)


def test_they_are_trained_once_though_beta_0_is_in_the_grid_too(folder):
    members = table(folder, "members.tsv").set_index("member")
    assert len(members) == 3 * 2 * 2 * 2
    assert list(members.index[members["beta"] == 0]) == CODES
    history = table(folder, "history.tsv")
    codes = history["member"].isin(CODES)
    assert set(history.loc[codes, "member"]) == set(CODES)
    assert (history.loc[codes, "rate_nats"] == "").all()
    assert (history.loc[~codes, "rate_nats"] != "").all()


def test_what_asks_for_a_density_is_absent_with_a_reason_and_the_rest_is_there(folder):
    metrics = table(folder, "metrics.tsv")
    absent = metrics[(metrics["value"] == "") & ~metrics["measure"].str.startswith("expected_")]
    own = absent[absent["member"].isin(CODES)]
    others = absent.loc[~absent["member"].isin(CODES), "measure"]
    alone = own[~own["measure"].isin(others)]
    assert set(alone["member"]) == set(CODES)
    assert set(alone["measure"]) == {
        *("rate_nats", "elbo_nats", "active_units_rate", "mse_sample", "mutual_information_nats"),
        *("marginal_kl_nats", "total_correlation_nats", "dimension_kl_nats"),
        "iw_log_likelihood_nats",
    }
    alone = alone[alone["measure"] != "mse_sample"]
    assert (alone["reason"] == "a deterministic code has no finite rate").all()
    own = metrics[metrics["member"].isin(CODES)]
    there = own[own["value"] != ""].set_index(["member", "split", "measure"])["value"].astype(float)
    for name in CODES:
        assert there[name, "test", "objective_nats"] == there[name, "test", "distortion_nats"]
        assert (name, "all", "kmeans_ari") in there and (name, "train", "active_units") in there


def test_units_stand_beside_what_is_foretold_of_their_rank(folder):
    units, metrics = table(folder, "units.tsv"), table(folder, "metrics.tsv")
    codes, counts = units["member"].isin(CODES), units["member"].str.startswith("nb-")
    assert (units.loc[codes, "rate_nats"] == "").all()
    assert (units.loc[codes | counts, "expected_rate_nats"] == "").all()
    total = metrics[metrics["measure"] == "expected_rate_nats"].set_index("member")["value"]
    for name, own in units[~codes & ~counts].groupby("member"):
        own = own.astype({"rate_nats": float, "expected_rate_nats": float})
        ranked = own.sort_values("rate_nats", ascending=False)["expected_rate_nats"]
        assert ranked.is_monotonic_decreasing
        assert ranked.sum() == pytest.approx(float(total[name]))


def test_a_loaded_autoencoder_embeds_as_it_was_measured(folder):
    model, raw = vaebio.load(folder), anndata.read_h5ad(folder / "raw.h5ad")
    embeddings = anndata.read_h5ad(folder / "embeddings.h5ad")
    for name in ("ae-k2-s1", "nb-ae-k3-s0"):
        kept = embeddings.obsm[f"X_vaebio_{name}"]
        np.testing.assert_allclose(model.embed(raw, name), kept, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def results(folder, read_folder):
    return read_folder(folder)


def test_on_the_page_they_are_no_members_but_levels_of_their_own_model(results, folder):
    assert (results.members["beta"] > 0).all() and len(results.members) == 16
    for part in (results.history, results.units):
        assert not part["member"].isin(CODES).any()
    metrics = table(folder, "metrics.tsv")
    metrics = metrics[(metrics["measure"] == "mse") & (metrics["split"] == "test")]
    errors = pd.to_numeric(metrics.set_index("member")["value"])
    for model, prefix in zip(results.variants, ("", "nb-"), strict=True):
        own = results.of(model)
        assert not values(own, "mse", "test")["member"].str.contains("ae-").any()
        level = baseline(own, "ae-k3", "mse", "test")
        assert level.value == pytest.approx(errors[[f"{prefix}ae-k3-s{s}" for s in (0, 1)]].mean())
        assert baseline(own, "nmf-k3", "mse", "test").value == pytest.approx(errors["nmf-k3"])


def test_the_table_and_the_heat_map_have_a_row_for_them(results):
    names = [(row.name, *row.architecture) for row in listing(results).baselines]
    assert ("AE, 3 units", "gaussian") in names and ("AE, 3 units", "nb") in names
    assert ("NMF, 3 factors", "") in names
    own = results.of("gaussian")
    levels = baselines(own, "mse", "test")
    assert list(dict.fromkeys(levels["name"])) == ["PCA", "NMF", "AE", "null"]
    figure = heat_map(summary(values(own, "mse", "test")), levels, "mse", {}, [])
    assert list(figure.layout.yaxis.ticktext) == ["0.5", "2", "PCA", "NMF", "AE", "null"]


def test_the_page_is_made_and_says_what_they_are(folder, results):
    text = render(results)
    assert "a deterministic autoencoder (beta 0, nothing sampled)" in text
    assert "deterministic autoencoder of the same architecture" in text
    assert "16 members: 2 models × 2 betas × 2 latent sizes × 2 seeds" in text
    assert "2 betas (0.5, 2)" in text
