"""The whole diagnosis of a member to which something does not apply."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from vaebio.diagnosis.diagnosed import ALL_STEPS, Seeds, diagnose
from vaebio.diagnosis.references import references
from vaebio.diagnosis.run import STEPS, Found
from vaebio.diagnosis.symptoms import SYMPTOMS, Symptom
from vaebio.errors import VaebioError
from vaebio.settings import Diagnose
from vaebio.terms import SPLITS
from vaebio.training.store import Stored

QUICK = Diagnose(probes={"gain": 0.99, "steps": 3})
SHORT = {"epochs": 2, "warmup": 1}


def metrics(floor=0.3, **errors):
    """Rows of metrics.tsv: null, noise floor and further errors by name."""
    found = {"null": 1.0, "noise_floor": floor} | {
        name.replace("_", "-"): value for name, value in errors.items()
    }
    rows = [
        (name, split, "mse", value, value, value, "a method")
        for name, value in found.items()
        for split in SPLITS
    ]
    rows.append(("k2-b1-s0", "test", "active_units", 2.0, 2.0, 2.0, ""))
    return pd.DataFrame(rows, columns=["member", "split", "measure", *"value low high".split(),
                                       "reason"])  # fmt: skip


def diagnosed(bench, trial, table=None, seen=(), seeds=(0,), **training):
    around = references(metrics() if table is None else table, "metrics.tsv")
    own = Stored("m", trial.member, trial.architecture, {}, "{}", trial.training | SHORT | training)
    steps = []
    found = diagnose(bench, own, "k2-b1", Seeds(seeds, [7]), around, seen, QUICK, steps.append)
    assert tuple(steps) == ALL_STEPS
    return found


EVERY = [Symptom("k2-b1-s0", name, 1, 2, f"evidence of {name}") for name in SYMPTOMS]


def test_with_every_symptom_and_no_intervention_no_cause_is_supported(
    make_bench, trial, monkeypatch
):
    """Histories and audits may look like anything: only what was trained supports a cause."""
    no_probes = Found([], {}, np.array([9.0, *[0.0] * 8]), trial.training)

    def none(bench, member, name, seeds, span, effort, on_step):
        for step in STEPS:
            on_step(step)
        return no_probes

    monkeypatch.setattr("vaebio.diagnosis.diagnosed.run_probes", none)
    for table in (metrics(), metrics(pca_k2=0.31), metrics(floor=0.99), metrics(floor=np.nan)):
        found = diagnosed(make_bench(), trial, table, EVERY)
        assert [one.cause for one in found.verdicts if one.supported] == ["unknown"]
        assert (found.prescription, found.follow_up.achieved_mse) == (None, None)


def test_symptoms_change_no_verdict_and_no_prescription(make_bench, trial):
    with_all, without = (diagnosed(make_bench(), trial, seen=seen) for seen in (EVERY, []))
    assert with_all.verdicts == without.verdicts
    assert with_all.prescription == without.prescription
    assert with_all.budget == without.budget


def test_the_order_of_seeds_changes_no_verdict(make_bench, trial):
    one, other = (diagnosed(make_bench(), trial, seeds=seeds) for seeds in ([0, 1, 2], [2, 0, 1]))
    assert one.verdicts == other.verdicts
    assert one.prescription == other.prescription
    assert one.budget == other.budget


def test_a_member_that_diverges_is_told_and_nothing_is_prescribed(make_bench, trial):
    found = diagnosed(make_bench(), trial, learning_rate=1e20, clip=1e30)
    assert "diverged with every seed" in found.told
    assert found.prescription is None
    after = found.follow_up
    assert (after.predicted_mse, after.achieved_mse, after.seeds, after.kept) == (
        *[None] * 2,
        0,
        None,
    )
    assert after.reason == "nothing was prescribed: no probe has an error"
    assert (found.summary.mse, found.summary.prescribed) == (None, "")
    assert [one.cause for one in found.verdicts if one.supported] == ["unknown"]
    steps = {one.part: one.mse for one in found.budget}
    assert (steps["null"], steps["explained"]) == (1.0, None)


def test_without_a_noise_floor_it_is_said_and_the_budget_closes(make_bench, trial):
    found = diagnosed(make_bench(), trial, metrics(floor=np.nan))
    assert "noise floor not known" in found.told
    steps = {one.part: one.mse for one in found.budget}
    assert steps["noise_floor"] is None
    assert steps.pop("null") == pytest.approx(sum(mse or 0.0 for mse in steps.values()))
    [row] = [one for one in found.verdicts if one.cause == "noise_floor"]
    assert "no noise floor: a method" in row.found


def test_a_deterministic_autoencoder_can_be_diagnosed(make_bench, trial):
    member = replace(trial.member, beta=0.0)
    found = diagnosed(make_bench(), replace(trial, member=member))
    assert (found.follow_up.seeds, found.follow_up.reason) == (1, "")
    assert found.summary.seeds == "0" and found.summary.prescribed == found.prescription.probe
    assert all(one.beta == 0 for one in found.probes if one.probe == "factorial")


def test_levels_are_those_of_the_table():
    found = references(metrics(pca_k2=0.6, nmf_k4=0.5, control_random=0.1), "metrics.tsv")
    assert (found.span.null, found.span.floor) == (1.0, 0.3)
    assert found.floor_bounds == (0.3, 0.3)
    assert found.rival == ("nmf-k4", 0.5)
    known = found.known("k2-b1-s0", 2)
    assert (known.null, known.floor, known.active_units) == (1.0, 0.3, 2.0)
    assert references(metrics(floor=np.nan), "").floor == {}
    assert references(metrics(), "").rival is None


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (metrics().query("member != 'null'"), "no MSE of the train mean"),
        (metrics().query("split != 'test'"), "no MSE of the train mean .* on test"),
        (metrics().assign(value=np.nan), "that is no number"),
    ],
)
def test_a_table_without_levels_is_refused(table, found):
    with pytest.raises(VaebioError, match=found):
        references(table, "metrics.tsv")
