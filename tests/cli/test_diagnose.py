"""`vaebio diagnose` on a small grid with a planted cause: from the tables to the tables."""

import json
import shutil
import signal

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml

from vaebio.cli.main import main
from vaebio.terms.diagnosis import DIAGNOSIS_COLUMNS
from vaebio.training import job
from vaebio.training.checkpoint import MEMBERS, TRAINED
from vaebio.training.store import DESCRIPTION

# Four factors of noise-free share 0.65 in 24 features: one latent unit is too few.
SETTINGS = {
    "model": {"encoder": [16], "decoder": [16]},
    "grid": {"betas": [0.5], "latents": [1, 4], "seeds": [0, 1]},
    "train": {"epochs": 40, "warmup": 4, "minibatch": 64, "learning_rate": 0.01, "device": "cpu"},
    "evaluate": {"resolutions": [1.0], "neighbours": 5},
    "diagnose": {"follow_up": 2, "probes": {"steps": 30}},
}
READ = ("models", "members", "history", "metrics", "store")
TABLES = ("symptoms", "probes", "probe-measures", "verdicts", "budget", "follow-up", "diagnoses")
WORDS = ("metrics", "units", "classes", "features", "strata")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A grid that was trained and measured."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(3)
    signal = rng.normal(size=(240, 4)) @ rng.normal(size=(4, 24))
    noise = rng.normal(size=signal.shape) * signal.std(axis=0) * 0.5
    raw = anndata.AnnData((signal + noise).astype(np.float32))
    raw.obs["label"] = np.where(signal[:, 0] > 0, "a", "b")
    raw.write_h5ad(folder / "raw.h5ad")
    (folder / "settings.yaml").write_text(yaml.safe_dump(SETTINGS))

    def at(*names):
        return [str(folder / name) for name in names]

    [prepared, settings, members] = at("prepared.h5ad", "settings.yaml", "members.tsv")
    out = ["--prepared", prepared, "--summary", *at("prepared.json"), "--settings", settings]
    raw = ["prepare", *at("raw.h5ad"), "--kind", "continuous", "--name", "d", "--label", "label"]
    assert main([*raw, *out]) == 0
    train(folder, prepared, settings)
    shutil.copytree(folder / "store", folder / "untouched")
    out = [w for name in WORDS for w in (f"--{name}", *at(f"{name}.tsv"))]
    out += ["--embeddings", *at("embeddings.h5ad"), "--settings", settings]
    words = ["evaluate", prepared, "--models", *at("models"), "--members", members]
    assert main([*words, *out]) == 0
    return folder


def train(folder, prepared, settings):
    """Models, members.tsv and history.tsv in a folder."""
    store, one = str(folder / "store"), str(folder / "1.tsv")
    words = ["--settings", str(settings), "--store", store, "--members", one]
    assert main(["train", str(prepared), *words]) == 0
    words = ["--members", folder / "members.tsv", "--history", folder / "history.tsv"]
    words += ["--models", folder / "models"]
    assert main(["collect", one, "--store", store, *map(str, words)]) == 0


def words(folder, out, *more, **changed):
    """Arguments of the verb, its tables into another folder."""
    found = {n: folder / (n if n in ("models", "store") else f"{n}.tsv") for n in READ}
    found |= {"settings": folder / "settings.yaml", "prescription": out / "prescription.yaml"}
    found |= {name: out / f"{name.replace('-', '_')}.tsv" for name in TABLES}
    found |= changed
    given = [str(w) for name, path in found.items() for w in (f"--{name}", path)]
    return ["diagnose", str(folder / "prepared.h5ad"), *given, *more]


def tables(out):
    names = {name.replace("-", "_") for name in TABLES}
    # The part `null` is a word.
    how = {"sep": "\t", "keep_default_na": False, "na_values": [""]}
    return {name: pd.read_csv(out / f"{name}.tsv", **how) for name in names}


@pytest.fixture(scope="module")
def diagnosed(folder, tmp_path_factory):
    """The tables of k1-b0.5, which the planted cause is in."""
    out = tmp_path_factory.mktemp("diagnosed")
    assert main(words(folder, out, "--member", "k1-b0.5-s1")) == 0
    return out


@pytest.fixture
def changed(folder, tmp_path):
    """Writer of settings with a change of the section `diagnose`."""

    def write(**sections):
        content = SETTINGS | {"diagnose": SETTINGS["diagnose"] | sections}
        (tmp_path / "settings.yaml").write_text(yaml.safe_dump(content))
        return tmp_path / "settings.yaml"

    return write


def test_every_table_has_the_columns_of_its_interface(diagnosed):
    found = tables(diagnosed)
    assert {f"{name}.tsv" for name in found} == DIAGNOSIS_COLUMNS.keys()
    for name, table in found.items():
        assert tuple(table.columns) == DIAGNOSIS_COLUMNS[f"{name}.tsv"]
        assert len(table) or name == "symptoms"


def test_the_planted_cause_is_named_and_no_other(diagnosed):
    verdicts = tables(diagnosed)["verdicts"]
    supported = verdicts[verdicts["supported"]]
    assert list(supported["cause"]) == ["latent_too_small"]
    assert list(supported["member"]) == ["k1-b0.5"]
    assert supported["gain"].item() > 0.3


def test_the_parts_sum_and_the_budget_closes(diagnosed):
    found = tables(diagnosed)
    probes = found["probes"].groupby("probe")["mse_test"].mean()
    steps = found["budget"].set_index("part")["mse"]
    parts = steps[["encoder", "decoder", "latent", "beta"]].sum()
    whole = "factorial:encoder+decoder+latent+beta"
    assert parts == pytest.approx(probes["factorial:"] - probes[whole])
    assert steps["null"] == pytest.approx(steps.drop("null").sum())


def test_the_member_is_measured_as_it_is_in_the_table_of_measures(folder, diagnosed):
    metrics = pd.read_csv(folder / "metrics.tsv", sep="\t")
    own = metrics[(metrics["measure"] == "mse") & (metrics["split"] == "test")]
    values = own.set_index("member")["value"]
    probes = tables(diagnosed)["probes"].set_index(["probe", "seed"])["mse_test"]
    for seed in (0, 1):
        assert probes["as_is", seed] == pytest.approx(values[f"k1-b0.5-s{seed}"], rel=1e-5)


def test_the_prescription_applied_to_the_settings_reaches_what_was_predicted(
    folder, diagnosed, tmp_path
):
    [(name, found)] = yaml.safe_load((diagnosed / "prescription.yaml").read_text()).items()
    assert name == "k1-b0.5"
    after = tables(diagnosed)["follow_up"].iloc[0]
    assert after["achieved_mse"] == pytest.approx(found["predicted_mse"], rel=0.15)
    patch = found["settings"]
    assert (patch["model"]["likelihood"], patch["grid"]["likelihoods"]) == ("gaussian", [])
    merged = {key: value | patch.get(key, {}) for key, value in SETTINGS.items()}
    # The seeds of the follow-up: those after all that the grid has.
    merged["grid"] |= {"seeds": [2, 3], "autoencoders": False}
    (tmp_path / "settings.yaml").write_text(yaml.safe_dump(merged))
    train(tmp_path, folder / "prepared.h5ad", tmp_path / "settings.yaml")
    members = pd.read_csv(tmp_path / "members.tsv", sep="\t")
    assert len(members) == 2
    # The same members as in the follow-up, trained by the verb of the grid: the same keys.
    assert all((folder / "store" / key).is_dir() for key in members["key"])


def test_a_second_run_trains_nothing_and_writes_the_same(folder, diagnosed, tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(job, "fit", never)
    assert main(words(folder, tmp_path, "--member", "k1-b0.5")) == 0
    assert_same(tables(diagnosed), tables(tmp_path))


def assert_same(before, after):
    for name, table in before.items():
        for one in (table, after[name]):
            # What it took is measured anew.
            one.drop(columns="seconds", errors="ignore", inplace=True)
        pd.testing.assert_frame_equal(table, after[name], check_exact=True)


def test_the_order_of_rows_and_members_changes_no_verdict(folder, diagnosed, tmp_path, monkeypatch):
    """Nor how members were divided into stacks: the tables do not tell, and the store has none."""
    monkeypatch.setattr(job, "fit", None)
    shuffled = {}
    for name in ("members", "history", "metrics"):
        table = pd.read_csv(folder / f"{name}.tsv", sep="\t", dtype=str, keep_default_na=False)
        shuffled[name] = tmp_path / f"{name}.tsv"
        table.sample(frac=1, random_state=1).to_csv(shuffled[name], sep="\t", index=False)
    out = tmp_path / "out"
    assert main(words(folder, out, "--member", "k1-b0.5-s1", **shuffled)) == 0
    for name in ("verdicts.tsv", "budget.tsv", "prescription.yaml", "follow_up.tsv"):
        assert (out / name).read_bytes() == (diagnosed / name).read_bytes()


def test_a_diagnosis_that_was_killed_goes_on_and_ends_with_the_same_tables(
    folder, diagnosed, forked, tmp_path
):
    store, out = tmp_path / "store", tmp_path / "out"
    shutil.copytree(folder / "untouched", store)
    before = finished(store)
    given = words(folder, out, "--member", "k1-b0.5-s1", store=store)
    process = forked(given, tmp_path / "log", stored=8)
    process.join()
    assert process.exitcode == -signal.SIGKILL, (tmp_path / "log").read_text()
    assert not out.exists(), "no table is written before all of them are known"
    new = finished(store) - before
    [together] = store.glob(f"checkpoints/*/{TRAINED}/{MEMBERS}")
    together = set(json.loads(together.read_text()))
    assert together & new and together - new, "killed between two members of a stack"
    kept = {path: path.stat().st_mtime_ns for name in new for path in (store / name).iterdir()}
    assert main(given) == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "stored again"
    assert_same(tables(diagnosed), tables(out))
    for name in ("budget.tsv", "prescription.yaml"):
        assert (out / name).read_bytes() == (diagnosed / name).read_bytes()


def finished(store):
    return {path.name for path in store.iterdir() if (path / DESCRIPTION).exists()}


def test_what_it_says_is_in_the_log(folder, diagnosed, tmp_path, capsys):
    assert main(words(folder, tmp_path, "--member", "k1-b0.5")) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "k1-b0.5 is diagnosed with seeds 0, 1. Its histories show:" in said
    assert "diagnosing k1-b0.5: step 8 of 8" in said
    assert "of the removable error comes from the latent size (1)" in said
    assert "Set the latent size to 4" in said
    assert "Trained with 2 fresh seeds it reaches" in said
    assert said.endswith(f"Tables are in {tmp_path}.")


def test_a_folder_of_results_is_enough(folder, diagnosed, tmp_path, capsys, monkeypatch):
    """All paths are known of it, and nothing in it is written over."""
    monkeypatch.setattr(job, "fit", None)
    before = {p: p.read_bytes() for p in folder.glob("*.tsv")}
    given = ["diagnose", str(folder), "--member", "k1-b0.5"]
    assert main(given) == 0
    assert main([*given, "--out", str(tmp_path), "--symptoms", str(tmp_path / "own.tsv")]) == 0
    for name in ("verdicts.tsv", "prescription.yaml", "budget.tsv", "follow_up.tsv"):
        for place in (folder / "diagnosed", tmp_path):
            assert (place / name).read_bytes() == (diagnosed / name).read_bytes()
    assert (tmp_path / "own.tsv").exists() and not (tmp_path / "symptoms.tsv").exists()
    assert before == {p: p.read_bytes() for p in folder.glob("*.tsv")}
    assert main(["diagnose", str(folder.parent)]) == 2
    assert str(folder) in capsys.readouterr().err.splitlines()[-1], "the folders in it are named"


def test_symptoms_are_of_all_members_and_members_0_trains_nothing(
    folder, changed, tmp_path, monkeypatch
):
    monkeypatch.setattr(job, "fit", None)
    settings = changed(members=0, symptoms={"rate": 50.0, "explained": 0.999})
    assert main(words(folder, tmp_path, settings=settings)) == 0
    found = tables(tmp_path)
    collapsed = found["symptoms"].query("symptom == 'collapse'")
    assert set(collapsed["member"]) == {f"k{k}-b0.5-s{s}" for k in (1, 4) for s in (0, 1)}
    assert not set(found["symptoms"]["symptom"]) & {"diverged"}, "codes have no rate"
    assert not len(found["verdicts"])


@pytest.mark.parametrize(
    ("more", "change", "found", "hint"),
    [
        (["--member", "k1-b0.5-s9"], {}, "no member `k1-b0.5-s9`", "did you mean `k1-b0.5-s"),
        ([], {"metrics": "members.tsv"}, "no column `split`", ""),
        ([], {"models": "nowhere"}, "no model of k1-b0.5-s0", ""),
        ([], {"metrics": "no_floor.tsv"}, "no MSE of the noise floor", "vaebio evaluate"),
        ([], {"metrics": "other.tsv"}, "the MSE of the train mean on test is 7", ""),
        ([], {"history": "short.tsv"}, "in only one of", ""),
        ([], {"members": "twice.tsv"}, "k1-b0.5-s0 twice", ""),
        (["--member", "k1-b0,5"], {}, "no member `k1-b0,5`", "did you mean `k1-b0.5`"),
        ([], {"members": "nowhere.tsv"}, "no file", ""),
        ([], {"history": "nowhere.tsv"}, "no file", ""),
        ([], {"settings": "nowhere.yaml"}, "no settings file", ""),
        ([], {"members": "renamed.tsv"}, "in only one of", "one folder of results"),
        ([], {"members": "lost.tsv"}, "k1-b0.5 diverged with all of its 2 seeds", "learning_rate"),
        ([], {"store": "members.tsv"}, "given as --store, is a file", ""),
        ([], {"verdicts": "."}, "given as --verdicts, is a folder", ""),
        ([], {"budget": "members.tsv/x/y.tsv"}, "is below", ""),
        ([], {"symptoms": "history.tsv"}, "as --symptoms and as --history", "--out"),
    ],
)
def test_a_mistake_is_refused_in_three_lines_before_any_training(
    folder, tmp_path, capsys, monkeypatch, more, change, found, hint
):
    monkeypatch.setattr(job, "fit", None)
    metrics = pd.read_csv(folder / "metrics.tsv", sep="\t", keep_default_na=False)
    floorless = metrics[metrics["member"] != "noise_floor"]
    floorless.to_csv(folder / "no_floor.tsv", sep="\t", index=False)
    null = (metrics["member"] == "null") & (metrics["measure"] == "mse")
    metrics.loc[null, "value"] = 7.0
    metrics.to_csv(folder / "other.tsv", sep="\t", index=False)
    history = pd.read_csv(folder / "history.tsv", sep="\t", keep_default_na=False)
    history[history["member"] != "k1-b0.5-s0"].to_csv(folder / "short.tsv", sep="\t", index=False)
    members = pd.read_csv(folder / "members.tsv", sep="\t")
    odd = {"twice": pd.concat([members, members[:1]])}
    odd["lost"] = members.assign(status="diverged")
    odd["renamed"] = members.assign(member=members["member"].str.replace("k4", "k5"))
    for name, table in odd.items():
        table.to_csv(folder / f"{name}.tsv", sep="\t", index=False)
    change = {name: folder / file for name, file in change.items()}
    assert main(words(folder, tmp_path, *(more or ["--member", "k1-b0.5"]), **change)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]
    assert hint in lines[2]
    assert not list(tmp_path.glob("*.tsv"))


def test_without_a_table_it_says_which(folder, capsys):
    assert main(["diagnose", str(folder / "prepared.h5ad"), "--models", "m"]) == 2
    assert "no --members" in capsys.readouterr().err


def test_the_history_of_another_program(tmp_path, capsys):
    lines = ["epoch,mse,kl,beta", *(f"{i},{0.8 + 0.2 * 0.5**i},{6 - i / 10},1" for i in range(50))]
    (tmp_path / "history.csv").write_text("\n".join(lines))
    given = ["--features", "2000", "--kl-weight", "1", "--null-mse", "1"]
    assert main(["diagnose", "--history", str(tmp_path / "history.csv"), *given]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "kl_falls_mse_flat: the KL fell" in said
    assert "is beta 1000 in nats" in said
    assert "needs the data and the model" in said


def test_the_latents_of_another_program(tmp_path, capsys):
    """One of eight units is in use, and the program writes the mean over them."""
    random = np.random.default_rng(0)
    mean, log_var = np.zeros((90, 8)), random.normal(0, 0.01, (90, 8))
    mean[:, 0], log_var[:, 0] = random.normal(0, 0.95, 90), np.log(0.1)
    kl = (mean**2 + np.exp(log_var) - 1 - log_var).sum(1).mean() / 2 / 8
    np.savez(tmp_path / "latents.npz", mu=mean, logvar=log_var)
    lines = ["epoch,mse,kl", *(f"{i},0.8,{kl * (1 + 2 / (1 + i))}" for i in range(50))]
    (tmp_path / "history.csv").write_text("\n".join(lines))
    given = ["diagnose", "--history", str(tmp_path / "history.csv"), "--latents"]
    assert main([*given, str(tmp_path / "latents.npz"), "--features", "100"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "collapse: 1 of the 8 units that could be are active" in said
    assert "as if the history held its mean over the 8 units" in said
    assert "weight x features / (2 x 8)" in said
    assert "needs the data and the model" in said


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--latents", "l.csv"], "--latents without --history"),
        (["--features", "9", "prepared.h5ad"], "--features with RESULTS"),
        (["--history", "h.csv", "--latents", "l.csv"], "no file l.csv, given as --latents"),
        (["--history", "nowhere.csv"], "no file nowhere.csv, given as --history"),
        (["--history", "."], "a folder ., given as --history"),
        (["--history", "h.csv", "--features", "0"], "--features 0"),
        (["--history", "h.csv", "--kl-weight", "-1"], "--kl-weight -1"),
        (["--history", "h.csv", "--null-mse", "nan"], "--null-mse nan"),
        (["--history", "h.csv", "--features", "many"], "invalid int value"),
        (["--history", "two.csv", "--latents", "h.csv"], "2 models in two.csv (a, b)"),
    ],
)
def test_what_does_not_belong_to_a_history_is_refused(tmp_path, monkeypatch, capsys, words, found):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h.csv").write_text("epoch,mse,kl\n1,2,3\n")
    (tmp_path / "two.csv").write_text("epoch,mse,kl,member\n1,2,3,a\n1,2,3,b\n")
    assert main(["diagnose", *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]


def test_settings_of_the_probes_reach_them(folder, changed, tmp_path, monkeypatch):
    class Seen(Exception):
        pass

    def run_probes(bench, member, name, seeds, span, effort, on_step):
        raise Seen(name, list(seeds), vars(effort))

    monkeypatch.setattr("vaebio.diagnosis.diagnosed.run_probes", run_probes)
    given = {"gain": 0.3, "rise": 0.4, "steps": 7}
    with pytest.raises(Seen) as seen:
        settings = changed(seeds=[5, 1], probes=given)
        main(words(folder, tmp_path, "--member", "k4-b0.5", settings=settings))
    assert seen.value.args == ("k4-b0.5", [5, 1], given)


def test_one_seed_supports_nothing_and_without_a_follow_up_there_is_none(
    folder, diagnosed, changed, tmp_path, capsys
):
    settings = changed(seeds=[0], follow_up=0)
    assert main(words(folder, tmp_path, "--member", "k1-b0.5", settings=settings)) == 0
    found = tables(tmp_path)
    assert set(found["probes"]["seed"]) == {0}
    after = found["follow_up"].iloc[0]
    assert after["reason"] == "no fresh seed was asked for"
    assert np.isnan(after["achieved_mse"]) and after["predicted_mse"] > 0
    assert list(found["verdicts"].query("supported")["cause"]) == ["unknown"]
    assert "one seed shows no spread" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["absent", ".", "absent/prepared.h5ad"])
def test_a_place_without_results_is_named(folder, tmp_path, capsys, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    shutil.copy(folder / "prepared.h5ad", tmp_path / "mine")
    assert main(["diagnose", place, "--member", "k1-b0.5"]) == 2
    found, expected, hint = capsys.readouterr().err.splitlines()
    assert place in found and "folder of results" in expected
    there = "snakemake" if "/" in place else "give one of mine."
    assert there in hint
