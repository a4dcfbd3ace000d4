"""All probes of a member together."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import isfinite

import pytest

from tests.diagnosis.conftest import values
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, OPTIMISER, SIMPLER, subsets, word
from vaebio.diagnosis.rows import Range
from vaebio.diagnosis.run import STEPS, Effort, higher_beta, run_probes
from vaebio.training import job as module
from vaebio.training.store import Stored

# What is gained by training on shall not change how the others are trained.
QUICK = Effort(gain=100.0, steps=3)
SPAN = Range(1.0, 0.2)
SHORT = {"epochs": 2, "warmup": 1}


def run(bench, trial, seeds=(0,), on_step=lambda step: None, **training):
    settings = trial.training | SHORT | training
    member = Stored("k2-b1-s0", trial.member, trial.architecture, {}, "{}", settings)
    return run_probes(bench, member, "k2-b1", seeds, SPAN, QUICK, on_step)


def of(found, name):
    return [p for p in found.probes if p.word == name]


@pytest.fixture
def never_trained(monkeypatch):
    def never(*_):
        raise AssertionError("trained again")

    return lambda: monkeypatch.setattr(module, "fit", never)


def test_every_probe_is_there_once_for_every_seed_and_trained_once(
    make_bench, trial, never_trained
):
    steps = []
    found = run(make_bench(), trial, (0, 1), steps.append)
    words = Counter(one.word for one in found.probes)
    relaxed = subsets()[-1]
    expected = [word(FACTORIAL, cell) for cell in subsets()]
    expected += [word(way, cell) for way in OPTIMISER for cell in ((), relaxed)]
    expected += [AS_IS, "refined_posterior", "beta_higher", SIMPLER]
    assert words == dict.fromkeys(expected, 2)
    assert tuple(steps) == STEPS
    assert {one.member for one in found.probes} == {"k2-b1"}
    assert all(isfinite(one.mse_test) for one in found.probes)
    assert len(found.feature_errors) == 9
    for one in found.probes:
        assert one.explained_test == pytest.approx((1.0 - one.mse_test) / 0.8)
    # With the same training the member of the grid is the combination with nothing relaxed.
    own, cells = of(found, AS_IS), of(found, word(FACTORIAL))
    assert [p.mse_test for p in own] == [p.mse_test for p in cells]
    never_trained()
    again = run(make_bench(), trial, (1, 0, 1))
    timeless = [[replace(p, seconds=0.0) for p in one.probes] for one in (found, again)]
    assert timeless[0] == timeless[1]


def test_the_simpler_model_has_no_hidden_layers_and_the_relaxed_rest(make_bench, trial):
    found = run(make_bench(), trial)
    [own], [relaxed] = of(found, SIMPLER), of(found, word(FACTORIAL, {"latent", "beta"}))
    assert (own.encoder, own.decoder) == ((), ())
    assert (own.latent, own.beta) == (relaxed.latent, relaxed.beta)
    linear = replace(trial, architecture=replace(trial.architecture, encoder=(), decoder=()))
    assert not of(run(make_bench(), linear), SIMPLER)


@pytest.mark.parametrize(
    ("beta", "noise", "higher"),
    [(1.0, 0.3, 10.0), (1e-3, 0.3, 0.3), (0.0, 0.3, 0.3), (0.0, 0.0, 0.1)],
)
def test_a_higher_beta_is_above_the_noise(trial, beta, noise, higher):
    given = replace(trial, member=replace(trial.member, beta=beta))
    assert higher_beta(given, noise).member == replace(trial.member, beta=higher)


def test_without_a_warm_up_the_combinations_have_one(make_bench, trial):
    found = run(make_bench(), trial, beta_schedule="constant")
    assert (found.training["beta_schedule"], found.training["warmup"]) == ("linear", 1)
    [own], [cell] = of(found, AS_IS), of(found, word(FACTORIAL))
    assert own.mse_test != cell.mse_test


def test_what_was_trained_again_tells_of_its_first_training(make_bench, trial):
    def cells(rise):
        settings = trial.training | SHORT
        member = Stored("k2-b1-s0", trial.member, trial.architecture, {}, "{}", settings)
        effort = replace(QUICK, rise=rise)
        found = run_probes(make_bench(), member, "k2-b1", (0,), SPAN, effort).probes
        return {p.word: p for p in found if p.probe == FACTORIAL}

    never, often = cells(100.0), cells(1e-6)
    assert not any(one.again for one in never.values())
    repaired = [one for one in often.values() if one.again]
    assert repaired and all(one.relaxed for one in repaired)
    for one in repaired:
        assert one.by_settings == pytest.approx(never[one.word].by_settings, rel=1e-5)
        assert one.mse_validation < one.first_validation


def test_a_diagnosis_that_was_killed_goes_on_where_it_was(make_bench, trial, monkeypatch):
    whole = run(make_bench(folder="whole"), trial)
    real, left = module.fit, [5]

    def dies(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(module, "fit", dies)
    with pytest.raises(KeyboardInterrupt):
        run(make_bench(), trial)
    monkeypatch.setattr(module, "fit", real)
    resumed = run(make_bench(), trial)
    assert [p.mse_test for p in resumed.probes] == [p.mse_test for p in whole.probes]


def test_a_member_that_diverges_is_told_and_ends_nothing(make_bench, trial):
    found = run(make_bench(), trial, learning_rate=1e20, clip=1e30)
    assert {(p.status, p.mse_test) for p in of(found, AS_IS)} == {("diverged", None)}
    assert len(found.probes) == 26


def test_outliers_get_their_probes_in_their_own_units(make_bench, trial):
    x = values()
    x[5, 3] = 5000.0
    found = run(make_bench(x), trial)
    for name in ("rescaled", "measured_rescaled"):
        [own] = of(found, name)
        # Of the train mean in these units, which is not that of the member's.
        assert own.explained_test != pytest.approx((1.0 - own.mse_test) / 0.8)


@pytest.mark.parametrize("floor", [None, 1.0])
def test_without_room_above_the_floor_nothing_is_explained(floor):
    assert Range(1.0, floor).explained(0.5) is None
    assert Range(1.0, 0.5).explained(0.75) == 0.5


def test_probes_run_where_there_is_no_scanpy_and_no_pydantic():
    absent = ("scanpy", "anndata", "pandas", "pydantic", "sklearn", "yaml")
    code = f"import sys; sys.modules.update(dict.fromkeys({absent!r})); import vaebio.diagnosis.run"
    subprocess.run([sys.executable, "-c", code], check=True)
