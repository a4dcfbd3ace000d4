"""What the latents carry, as rows: all of it, or the reason why not."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from vaebio.evaluation.deterministic import REASON
from vaebio.evaluation.information import DIVERGED
from vaebio.evaluation.members import measure_members
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.rate_parts import PARTS, part_rows, sample
from vaebio.metrics.aggregate import parts
from vaebio.model.vae import Architecture, initialise, unpad
from vaebio.settings import Evaluate
from vaebio.terms import MEASURES, SPLITS
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.store import Stored

N, FEATURES = 120, 8
ROWS = {
    "train": np.arange(N) < 60,
    "validation": (np.arange(N) >= 60) & (np.arange(N) < 80),
    "test": np.arange(N) >= 80,
}
SETTINGS = Evaluate(resolutions=(1.0,), importance_samples=4)
ARCHITECTURE = Architecture(FEATURES, (5,), (5,))
OWN = {*PARTS, "active_units_rate", "mse_sample"}
BOUND = "iw_log_likelihood_nats"


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 2)) @ rng.normal(size=(2, FEATURES)) + rng.normal(size=(N, FEATURES))
    x = ((x - x.mean(0)) / x.std(0)).astype(np.float32)
    return Observations(x, ROWS, None, Inputs(x, np.zeros(FEATURES), np.ones(FEATURES), None))


def stored(latent=2, beta=1.0, seed=0, **changed):
    """A member that was never trained; `changed` adds to its parameters."""
    parameters = unpad(initialise(ARCHITECTURE, [latent], [seed]), 0)
    for name, value in changed.items():
        name = name.replace("__", ".")
        parameters[name] = parameters[name] + value
    member = Member(beta, latent, seed)
    return Stored(member.name, member, ARCHITECTURE, parameters, "{}")


def rows(data, *members, settings=SETTINGS):
    """(split, measure) -> row, of each member of a stack."""
    found = measure_members(data, members, settings)
    return [{(row.split, row.measure): row for row in one.metrics} for one in found]


def of_test(data, member, settings=SETTINGS):
    [found] = rows(data, member, settings=settings)
    return {m: row for (split, m), row in found.items() if split == "test"}


def test_every_split_has_every_measure_and_their_sums_close(data):
    [found] = rows(data, stored())
    assert {(s, m) for s in SPLITS for m in OWN} | {("test", BOUND)} <= set(found)
    assert {*OWN, BOUND} <= set(MEASURES)
    for split in SPLITS:
        value = {m: found[split, m].value for m in (*PARTS, "rate_nats")}
        information, marginal, shared, by_unit = (value[m] for m in PARTS)
        assert information + marginal == pytest.approx(value["rate_nats"], rel=1e-5)
        assert shared + by_unit == pytest.approx(marginal, rel=1e-9)
        assert 0 < information < math.log(ROWS[split].sum())
        row = found[split, PARTS[0]]
        assert row.low < row.value < row.high


def test_the_log_likelihood_lies_above_the_elbo(data):
    found = of_test(data, stored(), SETTINGS.model_copy(update={"importance_samples": 100}))
    assert found[BOUND].value > found["elbo_nats"].value


def test_a_member_at_beta_0_has_a_reason(data):
    [found] = rows(data, stored(beta=0.0))
    for split in SPLITS:
        assert {found[split, m].reason for m in OWN} == {REASON}
        assert found[split, "active_units"].value is not None
    assert found["test", BOUND].reason == REASON


@pytest.mark.parametrize("where", ["mean__bias", "log_var__bias"])
def test_a_member_that_diverged_has_a_reason_and_its_neighbour_has_not(data, where):
    lost, kept = rows(data, stored(**{where: math.nan}), stored(seed=1))
    for split in SPLITS:
        assert {lost[split, m].reason for m in (*OWN, "active_units")} == {DIVERGED}
        assert all(kept[split, m].value is not None for m in OWN)
    assert lost["test", BOUND].reason and kept["test", BOUND].value is not None


@pytest.mark.parametrize("log_var", [-200.0, -2000.0, 200.0])
def test_posteriors_that_no_number_can_hold_are_absent(data, log_var):
    found = of_test(data, stored(log_var__bias=log_var))
    for name in PARTS:
        assert found[name].value is None or math.isfinite(found[name].value)
        assert (found[name].value is None) == bool(found[name].reason)


def test_a_saturated_member_says_so(data):
    found = of_test(data, stored(mean__weight=5.0, log_var__bias=-8.0))
    for name in PARTS:
        assert found[name].value is None
        assert "40 observations can show" in found[name].reason
        assert "3.69 nats" in found[name].reason


def test_many_units_together_are_saturated_where_none_is_by_itself():
    rng = np.random.default_rng(0)
    mean = rng.normal(size=(60, 12))
    found = {
        row.measure: row for row in part_rows("test", mean, np.full_like(mean, -1.5), 1 * mean)
    }
    assert [bool(found[name].reason) for name in PARTS] == [True, True, True, False]


def test_a_collapsed_unit_is_inactive_by_both_and_an_offset_by_variance_alone(data):
    flat = {f"{head}__weight": 0.0 for head in ("mean", "log_var")}
    member = stored(**flat)
    for head in ("mean", "log_var"):
        member.parameters[f"{head}.weight"] = 0 * member.parameters[f"{head}.weight"]
        member.parameters[f"{head}.bias"] = 0 * member.parameters[f"{head}.bias"]
    found = of_test(data, member)
    assert (found["active_units"].value, found["active_units_rate"].value) == (0, 0)
    assert [found[m].value for m in PARTS] == [0, 0, 0, 0]
    member.parameters["mean.bias"] = torch.tensor([0.0, 0.5])
    found = of_test(data, member)
    assert (found["active_units"].value, found["active_units_rate"].value) == (0, 1)
    values = [found[m].value for m in PARTS]
    assert values == pytest.approx([0, 0.125, 0, 0.125], abs=1e-6)


def test_what_is_active_by_variance_is_active_by_rate(data):
    defaults = Evaluate()
    assert 2 * defaults.active_rate == defaults.active_threshold
    for seed in range(4):
        found = of_test(data, stored(latent=6, seed=seed, mean__weight=0.02))
        assert found["active_units"].value <= found["active_units_rate"].value


CHANGES = {
    "active_rate": (50.0, "active_units_rate"),
    "information_sample": (30, "mutual_information_nats"),
    "importance_samples": (40, BOUND),
}


@pytest.mark.parametrize("key", CHANGES)
def test_every_setting_has_an_effect(data, key):
    value, measure = CHANGES[key]
    before = of_test(data, stored())
    after = of_test(data, stored(), SETTINGS.model_copy(update={key: value}))
    assert {m for m in before if before[m] != after[m]} >= {measure}


def test_a_member_does_not_depend_on_its_neighbours(data):
    grid = stored(2), stored(5, seed=1), stored(3)
    for together, member in zip(rows(data, *grid), grid, strict=True):
        [alone] = rows(data, member)
        for key in ((s, m) for s in SPLITS for m in OWN):
            assert together[key].value == pytest.approx(alone[key].value, rel=1e-4, abs=1e-5)
        assert together["test", BOUND].value == pytest.approx(alone["test", BOUND].value, rel=1e-5)


def test_a_large_split_is_measured_on_a_sample_alike_for_all(data):
    chosen = sample(ROWS["train"], 25, 3)
    assert len(set(chosen)) == 25 and ROWS["train"][chosen].all() and (np.diff(chosen) > 0).all()
    np.testing.assert_array_equal(chosen, sample(ROWS["train"], 25, 3))
    assert (chosen != sample(ROWS["train"], 25, 4)).any()
    np.testing.assert_array_equal(sample(ROWS["test"], 40, 3), np.flatnonzero(ROWS["test"]))


def test_the_sample_of_a_split_stands_for_all_of_it():
    rng = np.random.default_rng(0)
    mean, log_var, noise = rng.normal(size=(3, 800, 2))
    log_var = log_var / 4 - 1
    whole = parts(mean, log_var, noise)
    chosen = sample(np.ones(800, bool), 300, 0)
    row, *_ = part_rows("train", mean[chosen], log_var[chosen], noise[chosen])
    assert row.low - 0.1 < whole.information.mean() < row.high + 0.1
    assert dataclasses.astuple(row)[2] < math.log(300)
