"""Probes that came out worse than with less relaxed are trained again."""

import math
from itertools import permutations

import pytest

from vaebio.diagnosis.bench import Trained
from vaebio.diagnosis.measured import Measured
from vaebio.diagnosis.monotone import gentler, repaired, rises, spread
from vaebio.diagnosis.probe import subsets

NONE, BETA = frozenset(), frozenset({"beta"})
BOTH = frozenset({"beta", "latent"})


def cell(trial, validation, test=0.5, status="finished", folder="there"):
    return Measured(trial, Trained("key", folder, status), {"validation": validation, "test": test})


class Again:
    """Stands for training: what comes of it is known."""

    def __init__(self, **measures):
        self.measures, self.asked = measures, []

    def trained(self, trials):
        self.asked += list(trials)
        return {at: cell(one, **self.measures) for at, one in trials.items()}


def fall(trial, errors):
    return {(c, s): cell(trial, errors[c][s]) for c in errors for s in range(len(errors[c]))}


def test_a_collapsed_probe_is_trained_again_from_the_less_relaxed(trial):
    cells = fall(trial, {NONE: [1.0, 1.0], BETA: [0.51, 0.5], BOTH: [0.5, 1.0]})
    measuring = Again(validation=0.45)
    found = repaired(measuring, cells, 0.02)
    assert measuring.asked == [(BOTH, 1)]
    assert found[BOTH, 1].validation == 0.45
    assert found[BOTH, 1].trial.start is cells[BETA, 1].trained
    assert {c: m for c, m in found.items() if c != (BOTH, 1)} == {
        c: m for c, m in cells.items() if c != (BOTH, 1)
    }


def test_validation_and_not_test_says_which_training_counts(trial):
    cells = fall(trial, {NONE: [0.5], BETA: [0.9]})
    better_on_test = repaired(Again(validation=1.0, test=0.1), cells, 0.02)
    assert better_on_test[BETA, 0] is cells[BETA, 0]
    worse_on_test = repaired(Again(validation=0.8, test=0.9), cells, 0.02)
    assert worse_on_test[BETA, 0].mse["test"] == 0.9


def test_a_repaired_probe_is_what_the_next_is_held_against(trial):
    three = BOTH | {"encoder"}
    cells = fall(trial, {NONE: [0.6], BETA: [0.9], BOTH: [0.9], three: [0.85]})
    measuring = Again(validation=0.5)
    repaired(measuring, cells, 0.02)
    assert measuring.asked == [(BETA, 0), (BOTH, 0), (three, 0)]


def test_the_order_of_cells_changes_nothing(trial):
    errors = {NONE: [1.0, 1.0], BETA: [0.5, 1.2], BOTH: [0.9, 0.4]}
    cells = fall(trial, errors)
    answers = [
        repaired(Again(validation=0.47), dict(order), 0.02)
        for order in permutations(list(cells.items()))
    ]
    assert all(one == answers[0] for one in answers)


def test_a_diverged_probe_rises_above_everything_and_the_repair_of_it_is_slower(trial):
    cells = {
        (NONE, 0): cell(trial, 0.6),
        (BETA, 0): cell(trial, 0.3, status="diverged"),
    }
    measuring = Again(validation=0.5)
    found = repaired(measuring, cells, 0.02)
    assert found[BETA, 0].validation == 0.5
    slow = found[BETA, 0].trial.training
    assert slow["learning_rate"] < trial.training["learning_rate"]
    assert slow["epochs"] > trial.training["epochs"]


def test_nothing_rises_in_a_table_that_falls():
    errors = {(c, s): 1.0 - 0.1 * len(c) for c in subsets() for s in (0, 1)}
    assert rises(errors, 0.0) == {}


@pytest.mark.parametrize("rise", [0.019, 0.021])
def test_a_rise_counts_from_the_tolerance_on(rise):
    assert bool(rises({(NONE, 0): 0.5, (BETA, 0): 0.5 + rise}, 0.02)) == (rise > 0.02)


def test_one_collapse_does_not_widen_the_spread():
    errors = {(c, s): 0.5 + 0.001 * s for c in subsets() for s in range(3)}
    usual = spread(errors)
    assert usual == pytest.approx(0.001)
    assert spread(errors | {(BETA, 0): 1.0, (BOTH, 1): math.inf}) == pytest.approx(usual)
    assert spread({(NONE, 0): 0.5}) == 0.0


def test_a_start_that_was_never_trained_is_none(trial):
    assert gentler(trial, Trained("key", None, "diverged")).start is None
