"""Measures of integration reach members and baselines, and jax is loaded for batches alone."""

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from itertools import chain

import anndata
import numpy as np
import pytest

from vaebio.cli import evaluate
from vaebio.cli.inputs import read_prepared
from vaebio.cli.main import main
from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.downstream import Known
from vaebio.evaluation.embeddings import with_downstream
from vaebio.evaluation.integration import integration_rows, with_integration
from vaebio.evaluation.members import measure_members
from vaebio.evaluation.observations import Observations
from vaebio.metrics import divided
from vaebio.metrics.divided import REACH
from vaebio.metrics.integration import AGGREGATES, INTEGRATION
from vaebio.metrics.mixing import share_before
from vaebio.metrics.panel import Row
from vaebio.model.vae import Architecture, initialise, unpad
from vaebio.settings import Evaluate
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.store import Stored

N, FEATURES = 100, 6
NAMES = [*INTEGRATION, *AGGREGATES]
SETTINGS = Evaluate(resolutions=(1.0,))


def observations(batches=None):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, FEATURES)).astype(np.float32)
    labels = np.repeat(["a", "b"], N // 2)
    x[labels == "a"] += 2
    if batches is not None:
        x[batches == "one", 0] += 3
    order = np.arange(N)
    names = ("train", "validation", "test")
    rows = {split: order % 4 == i if i else order % 4 > 2 for i, split in enumerate(names)}
    rows["train"] = ~(rows["validation"] | rows["test"])
    inputs = Inputs(x, np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32), None)
    return Observations(x, rows, labels, inputs, batches=batches)


@pytest.fixture
def batches():
    return np.tile(["one", "two"], N // 2)


def stored():
    architecture = Architecture(FEATURES, (5,), (5,))
    member = Member(1.0, 2, 0)
    return Stored(
        "k2-b1-s0", member, architecture, unpad(initialise(architecture, [2], [0]), 0), "{}"
    )


def test_members_and_baselines_have_rows_of_all_observations_together(batches):
    data = observations(batches)
    members = measure_members(data, [stored()], SETTINGS)
    found = list(with_integration(data, chain(members, measure_baselines(data, [2, 5], SETTINGS))))
    assert [one.name for one in found][:4] == ["k2-b1-s0", "null", "pca-k2", "pca-k5"]
    for one in found:
        if one.embedding is None:
            own = [row for row in one.metrics if row.measure in NAMES]
            assert all(row.value is None and row.reason for row in own)
            continue
        own = [row for row in one.metrics if row.measure in NAMES]
        assert [(row.split, row.measure) for row in own] == [("all", name) for name in NAMES]
        assert own == integration_rows(data, one.embedding, one.metrics)
        values = {row.measure: row.value for row in own}
        # Without measures of clusters there is nothing that is made of all of them.
        assert all(v is not None for k, v in values.items() if k not in AGGREGATES)


def test_a_baseline_that_there_is_no_room_for_says_so(batches):
    found = measure_baselines(observations(batches), [FEATURES], SETTINGS)
    [absent] = [one for one in found if one.name == f"pca-k{FEATURES}"]
    reasons = {row.measure: row.reason for row in absent.metrics}
    assert {reasons[name] for name in NAMES} == {"train has room for 5 components"}


def test_the_comparison_is_with_the_scaled_values_and_what_was_filled_in_has_no_say(batches):
    data = observations(batches)
    numbers = (batches == "two").astype(int)
    assert data.share_of_batches == share_before(data.x, numbers)
    observed = np.ones((N, FEATURES), dtype=bool)
    observed[batches == "one", 0] = False
    shifted = Observations(data.x, data.rows, data.labels, data.inputs, observed, batches)
    assert shifted.share_of_batches < 0.3 * data.share_of_batches


def test_without_a_batch_column_every_measure_is_absent_and_says_why():
    for row in integration_rows(observations(), np.ones((N, 2)), []):
        assert row == Row("all", row.measure, reason="the sheet names no batch column")


def test_jax_is_loaded_for_batches_alone():
    code = """
import sys
import numpy as np
from vaebio.cli import evaluate
from vaebio.evaluation import baselines, members
from vaebio.metrics.integration import integration_rows
x = np.random.default_rng(0).normal(size=(100, 2))
def loaded(batches):
    integration_rows(x, batches, None, "all", before=1.0, clusters=[])
    return bool({"jax", "scib_metrics"} & set(sys.modules))
print(loaded(None), loaded(np.arange(100)), loaded(np.arange(100) % 2))
"""
    run = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", code],
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["False", "False", "True"], run.stderr
    assert run.stderr == "", "nothing that jax has to say reaches a log"


@pytest.mark.parametrize("batch", ["", "site"])
def test_the_column_of_the_sheet_is_read_and_the_version_kept(batch, tmp_path, capsys):
    rng = np.random.default_rng(1)
    raw = anndata.AnnData(rng.normal(size=(40, 5)).astype(np.float32))
    raw.obs["site"] = np.tile([3, 1], 20)
    raw.write_h5ad(tmp_path / "raw.h5ad")
    words = ["prepare", str(tmp_path / "raw.h5ad"), "--kind", "continuous", "--batch", batch]
    out = ["--prepared", str(tmp_path / "p.h5ad"), "--summary", str(tmp_path / "s.json")]
    assert main(words + out) == 0
    adata = read_prepared(tmp_path / "p.h5ad")
    data = evaluate.observations(adata)
    capsys.readouterr()
    versions = evaluate._versions(data)
    said = capsys.readouterr().err
    if batch:
        assert data.batches.tolist() == ["3", "1"] * 20
        assert f"scib-metrics {version('scib-metrics')}" in said
        assert versions == {"scib-metrics": version("scib-metrics")}
    else:
        assert data.batches is None and versions == {} and said == ""
    with_versions = evaluate._embeddings(adata, [], versions)
    with_versions.write_h5ad(tmp_path / "e.h5ad")
    read = anndata.read_h5ad(tmp_path / "e.h5ad")
    assert dict(read.uns["vaebio"]["versions"]) == versions


def test_neighbours_are_searched_once_for_clusters_and_integration(batches, monkeypatch):
    data, searched = observations(batches), []
    known = Known(data.rows, data.labels, REACH)
    measured = with_downstream(measure_members(data, [stored()], SETTINGS), known, SETTINGS)
    [one] = measured
    assert one.near.indices.shape == (N, min(REACH, N - 1))
    monkeypatch.setattr(divided, "nearest", lambda *given: searched.append(given))
    [with_them] = with_integration(data, [one])
    assert searched == [] and with_them.near is None
    monkeypatch.undo()
    [alone] = with_integration(data, [replace(one, near=None)])
    assert alone.metrics == with_them.metrics


def test_without_batches_no_neighbours_are_kept(batches):
    data = observations(None)
    found = with_downstream(
        measure_members(data, [stored()], SETTINGS), Known(data.rows, data.labels), SETTINGS
    )
    assert [one.near for one in found] == [None]
