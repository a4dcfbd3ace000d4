"""A model used without the workflow gives the numbers of the run."""

import shutil

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import r2_score

import vaebio
from vaebio.cli.main import main
from vaebio.data.constants import Preparation
from vaebio.errors import VaebioError
from vaebio.saved import _batch_numbers

SETTINGS = """
prepare: {features: 15}
model: {encoder: [8], decoder: [8], batch: true}
grid: {betas: [0.5, 2], latents: [2, 3], seeds: [0], likelihoods: [gaussian, auto, zinb],
  autoencoders: false}
train: {epochs: 4, warmup: 1}
evaluate: {resolutions: [1.0], neighbours: 5}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run of counts by the command line; the raw data and the folder of results."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    label = np.repeat(["a", "b"], 30)
    rates = np.where(label[:, None] == "a", rng.gamma(2, 2, 25), rng.gamma(2, 2, 25))
    raw = anndata.AnnData(sparse.csr_matrix(rng.poisson(rates).astype(np.float32)))
    raw.obs["label"] = label
    raw.obs["site"] = np.tile(["x", "y", "z"], 20)
    raw.write_h5ad(folder / "raw.h5ad")
    (folder / "settings.yaml").write_text(SETTINGS)
    at = {name: str(folder / name) for name in FILES}
    settings = ["--settings", at["settings.yaml"]]
    places = ["--store", at["store"], "--members"]
    out = ["--metrics", at["metrics.tsv"], "--units", at["units.tsv"]]
    out += ["--classes", at["classes.tsv"]]
    out += ["--features", at["features.tsv"], "--strata", at["strata.tsv"]]
    for words in (
        ["prepare", at["raw.h5ad"], "--label", "label", "--batch", "site", *settings]
        + ["--prepared", at["prepared.h5ad"], "--summary", at["prepared.json"]],
        ["train", at["prepared.h5ad"], *settings, *places, at["1.tsv"]],
        ["collect", at["1.tsv"], *places, at["members.tsv"]]
        + ["--history", at["history.tsv"], "--models", at["models"]],
        ["evaluate", at["prepared.h5ad"], *settings, "--models", at["models"]]
        + ["--members", at["members.tsv"], *out, "--embeddings", at["embeddings.h5ad"]],
    ):
        assert main(words) == 0
    return raw, folder


FILES = (
    *("raw.h5ad", "settings.yaml", "prepared.h5ad", "prepared.json", "store", "1.tsv"),
    *("members.tsv", "history.tsv", "models", "metrics.tsv", "units.tsv", "classes.tsv"),
    *("features.tsv", "strata.tsv", "embeddings.h5ad"),
)


def test_embedding_raw_observations_gives_the_latents_of_the_run(run):
    raw, folder = run
    embeddings = anndata.read_h5ad(folder / "embeddings.h5ad")
    model = vaebio.load(folder)
    names = ["k2-b0.5-s0", "k2-b2-s0", "k3-b0.5-s0", "k3-b2-s0"]
    assert model.members == [v + n for v in ("", "nb-", "zinb-") for n in names]
    for member in model.members:
        expected = embeddings.obsm[f"X_vaebio_{member}"]
        np.testing.assert_allclose(model.embed(raw, member), expected, rtol=1e-5, atol=1e-6)


def test_features_in_another_order_change_nothing(run):
    raw, folder = run
    model = vaebio.load(folder / "models" / "k3-b2-s0")
    shuffled = raw[:, ::-1].copy()
    np.testing.assert_array_equal(model.embed(shuffled), model.embed(raw))


@pytest.mark.parametrize("member", ["k3-b0.5-s0", "nb-k3-b0.5-s0", "zinb-k2-b2-s0"])
def test_the_reconstruction_has_the_error_of_the_run(run, member):
    raw, folder = run
    prepared = anndata.read_h5ad(folder / "prepared.h5ad")
    model = vaebio.load(folder)
    assert model.features(member) == tuple(prepared.var_names)
    mean, scale = (prepared.var[c].to_numpy() for c in ("mean", "scale"))
    # The model sees values cut at ten standard deviations; so does its error.
    z = np.clip((prepared.X.toarray() - mean) / scale, -10, 10)
    z_hat = (model.reconstruct(raw, member) - mean) / scale
    if member.startswith(("nb", "zinb")):
        z_hat = np.clip(z_hat, -10, 10)
    test = (prepared.obs["split"] == "test").to_numpy()
    mse = np.square(z_hat - z)[test].mean()
    table = pd.read_csv(folder / "metrics.tsv", sep="\t").set_index(["member", "split", "measure"])
    assert table.loc[(member, "test", "mse"), "value"] == pytest.approx(mse, rel=1e-4)


def test_a_missing_feature_and_a_misspelt_member_are_refused(run):
    raw, folder = run
    model = vaebio.load(folder)
    with pytest.raises(VaebioError):
        model.embed(raw[:, :10].copy(), "k3-b2-s0")
    with pytest.raises(VaebioError, match="k3-b2-s0"):
        model.embed(raw, "k3-b2-s1")
    with pytest.raises(VaebioError, match="12 members and no choice"):
        model.embed(raw)
    with pytest.raises(VaebioError, match="no model"):
        vaebio.load(folder / "store" / "nothing")


def test_a_batch_the_model_does_not_know_is_refused(run):
    raw, folder = run
    model = vaebio.load(folder / "models" / "k2-b2-s0")
    strange = raw.copy()
    strange.obs["site"] = "w"
    with pytest.raises(VaebioError, match="batches the model was trained with: x, y, z"):
        model.embed(strange)
    del strange.obs["site"]
    with pytest.raises(VaebioError, match="no column `site`"):
        model.embed(strange)


def test_the_batch_reaches_encoder_and_decoder(run):
    raw, folder = run
    model = vaebio.load(folder / "models" / "k2-b0.5-s0")
    moved = raw.copy()
    moved.obs["site"] = np.roll(raw.obs["site"], 1)
    assert not np.isclose(model.embed(moved), model.embed(raw)).any()
    assert np.isclose(model.reconstruct(moved), model.reconstruct(raw)).mean() < 0.05


def test_r2_is_that_of_scikit_learn(run):
    raw, folder = run
    prepared = anndata.read_h5ad(folder / "prepared.h5ad")
    mean, scale = (prepared.var[c].to_numpy() for c in ("mean", "scale"))
    z = np.clip((prepared.X.toarray() - mean) / scale, -10, 10)
    z_hat = (vaebio.load(folder).reconstruct(raw, "k3-b0.5-s0") - mean) / scale
    table = pd.read_csv(folder / "metrics.tsv", sep="\t").set_index(["member", "split", "measure"])
    for split in ("train", "validation", "test"):
        rows = (prepared.obs["split"] == split).to_numpy()
        expected = r2_score(z[rows], z_hat[rows], multioutput="variance_weighted")
        found = table.loc[("k3-b0.5-s0", split, "r2"), "value"]
        assert found == pytest.approx(expected, rel=1e-4)


def test_training_again_takes_every_member_from_the_store(run, capsys):
    _, folder = run
    weights = folder / "models" / "k2-b2-s0" / "weights.safetensors"
    before = weights.stat().st_mtime_ns
    words = ["train", str(folder / "prepared.h5ad"), "--settings", str(folder / "settings.yaml")]
    words += ["--store", str(folder / "store"), "--members", str(folder / "again.tsv")]
    assert main(words) == 0
    assert "12 of them in the store" in capsys.readouterr().err
    assert weights.stat().st_mtime_ns == before
    assert (folder / "again.tsv").read_text() == (folder / "1.tsv").read_text()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("latents: [2, 3]", "latents: [2, 3, 6]", "18 members, 12 of them in the store"),
        ("betas: [0.5, 2]", "betas: [0.5, 2, 4]", "18 members, 12 of them in the store"),
        ("seeds: [0]", "seeds: [0, 1]", "24 members, 12 of them in the store"),
        ("[gaussian, auto, zinb]", "[zinb, poisson, nb]", "12 members, 8 of them in the store"),
        ("grid: {", "grid: {encoders: [[8], [6]], ", "24 members, 12 of them in the store"),
    ],
    ids=["latent", "beta", "seed", "likelihood", "encoder"],
)
def test_a_larger_grid_trains_only_what_is_new(run, capsys, tmp_path, old, new, told):
    """Also when members have other names in it, because another architecture comes first."""
    _, folder = run
    assert old in SETTINGS
    (tmp_path / "more.yaml").write_text(SETTINGS.replace(old, new))
    shutil.copytree(folder / "store", tmp_path / "store")
    words = ["train", str(folder / "prepared.h5ad"), "--settings", str(tmp_path / "more.yaml")]
    words += ["--store", str(tmp_path / "store"), "--members", str(tmp_path / "m.tsv")]
    assert main(words) == 0
    assert told in capsys.readouterr().err
    members = pd.read_csv(tmp_path / "m.tsv", sep="\t")
    assert members["member"].is_unique
    out = [str(tmp_path / name) for name in ("members.tsv", "history.tsv", "models")]
    words = ["collect", str(tmp_path / "m.tsv"), "--store", str(tmp_path / "store")]
    words += ["--members", out[0], "--history", out[1], "--models", out[2]]
    assert main(words) == 0
    history = pd.read_csv(out[1], sep="\t")
    assert set(history["member"]) == set(members["member"]), "names are those of this grid"
    assert sorted(vaebio.load(out[2]).members) == sorted(members["member"])


def test_a_batch_whose_column_was_called_otherwise_is_found_by_its_own_name():
    """An h5ad cannot hold a slash in a name; new observations have the name of the input."""
    nothing = np.zeros(1, np.float32)
    constants = Preparation(
        "continuous", ("a",), (), None, nothing, nothing, None, "donor|day", ("x", "y")
    )
    adata = anndata.AnnData(np.zeros((3, 1), np.float32))
    adata.obs["donor/day"] = ["y", "x", "y"]
    assert _batch_numbers(adata, constants).tolist() == [1, 0, 1]
