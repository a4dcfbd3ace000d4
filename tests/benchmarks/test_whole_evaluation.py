"""The benchmark of a whole evaluation, at small size: all that is trained is measured."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_member_and_baseline_is_measured(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.chdir(ROOT)
    from benchmarks import whole_evaluation as benchmark

    sizes = ["--observations", "300", "--features", "60", "--betas", "1", "--latents", "2"]
    few = ["--seeds", "0", "--epochs", "2", "--threads", "1"]
    benchmark.main([*sizes, *few, "--json", str(tmp_path / "out.json")])
    result = json.loads((tmp_path / "out.json").read_text())
    assert json.loads(capsys.readouterr().out) == result
    # The member and its autoencoder; with PCA, NMF, null, noise floor and both controls.
    assert (result["members"], result["measured"]) == (2, 8)
    assert result["processor_seconds"] > 1
    assert result["values"] > 100


def test_populations_differ_and_depths_too(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import whole_evaluation as benchmark

    made = benchmark.simulated(500, 200)
    assert made.obs["label"].nunique() == benchmark.LABELS
    depth = made.X.sum(axis=1).A1
    assert depth.std() / depth.mean() == pytest.approx(0.42, abs=0.08)
