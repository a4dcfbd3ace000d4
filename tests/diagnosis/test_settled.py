"""How the combinations are trained: as the member was, unless the optimiser alone comes further."""

import math
from dataclasses import replace

import pytest

from vaebio.diagnosis.bench import Trained
from vaebio.diagnosis.continued import LEARNING_RATES, on
from vaebio.diagnosis.measured import Measured
from vaebio.diagnosis.probe import OPTIMISER
from vaebio.diagnosis.rows import Range
from vaebio.diagnosis.settled import LARGEST_LEARNING_RATE, settled, with_warmup

STATUS = "finished"


class Anew:
    """Stands for training: the error is a function of the trial."""

    def __init__(self, error):
        self.error, self.asked = error, []

    def trained(self, trials):
        self.asked += trials.values()
        return {at: measured(one, self.error(one)) for at, one in trials.items()}


def measured(trial, validation):
    return Measured(trial, Trained("key", "there", STATUS), {"validation": validation})


def ways(own, **errors):
    return {(way, s): measured(one.trial, errors[way]) for way in errors for s, one in own.items()}


@pytest.fixture
def own(trial):
    return {seed: measured(trial, 0.9) for seed in (0, 1)}


NEARLY = dict.fromkeys(OPTIMISER, 0.89)
SPAN = Range(1.0, 0.4)


def test_as_the_member_was_where_training_on_gains_nothing(own, trial):
    measuring = Anew(lambda one: 0.1)
    assert settled(measuring, own, ways(own, **NEARLY), 0.02, SPAN) == trial.training
    assert measuring.asked == []


def test_faster_as_long_as_that_gains_and_for_longer(own, trial):
    best = 9 * trial.training["learning_rate"]
    measuring = Anew(lambda one: 0.3 + abs(math.log(one.training["learning_rate"] / best)) / 10)
    found = settled(measuring, own, ways(own, **(NEARLY | {"learning_rate_high": 0.5})), 0.02, SPAN)
    assert found["learning_rate"] == pytest.approx(best)
    assert found["epochs"] == 2 * trial.training["epochs"]
    assert max(one.training["learning_rate"] for one in measuring.asked) <= LARGEST_LEARNING_RATE


@pytest.mark.parametrize(
    ("way", "times"), [("learning_rate_low", 0.1), ("learning_rate_high", 3), ("longer", 1)]
)
def test_the_way_that_came_furthest_is_taken(own, trial, way, times):
    measuring = Anew(lambda one: 0.5)
    found = settled(measuring, own, ways(own, **(NEARLY | {way: 0.5})), 0.02, SPAN)
    assert found["learning_rate"] == pytest.approx(times * trial.training["learning_rate"])


def test_what_gains_from_the_members_weights_alone_is_not_taken(own, trial):
    """The member in the combinations may not be worse than it is."""
    measuring = Anew(lambda one: 0.95)
    found = settled(measuring, own, ways(own, **(NEARLY | {"longer": 0.5})), 0.02, SPAN)
    assert found == trial.training


def test_a_diverged_member_is_trained_more_slowly(trial):
    lost = {0: Measured(trial, Trained("key", "there", "diverged"), {"validation": 0.4})}
    errors = {"learning_rate_low": 0.5, "learning_rate_high": math.inf, "longer": math.inf}
    found = settled(Anew(lambda one: 0.5), lost, ways(lost, **errors), 0.02, SPAN)
    assert found["learning_rate"] == pytest.approx(0.1 * trial.training["learning_rate"])


@pytest.mark.parametrize(
    ("before", "slowly", "times"),
    [(1.01, 0.5, 0.1), (1.01, 0.8, 1), (0.9, 0.5, 1)],
    ids=["saved by a lower rate", "has another fault too", "has learned something"],
)
def test_what_learned_nothing_is_trained_anew_more_slowly(trial, before, slowly, times):
    """Weights that steps were too large for cannot be trained on, at whatever rate."""
    lost = {seed: measured(trial, before) for seed in (0, 1)}
    still = ways(lost, **dict.fromkeys(OPTIMISER, before))
    found = settled(Anew(lambda one: slowly), lost, still, 0.02, SPAN)
    assert found["learning_rate"] == pytest.approx(times * trial.training["learning_rate"])
    assert found["epochs"] == (1 if times == 1 else 2) * trial.training["epochs"]


def test_noise_is_not_trained_anew_for_coming_out_worse(trial):
    lost = {seed: measured(trial, 1.2) for seed in (0, 1)}
    still = ways(lost, **dict.fromkeys(OPTIMISER, 1.2))
    assert settled(Anew(lambda one: 1.3), lost, still, 0.0, Range(1.0, 1.3)) == trial.training


def test_a_warm_up_is_never_shortened(trial):
    given = trial.training | {"epochs": 100, "warmup": 30}
    assert with_warmup(given) == given
    assert with_warmup(given | {"warmup": 2})["warmup"] == 10
    constant = with_warmup(given | {"beta_schedule": "constant"})
    assert (constant["beta_schedule"], constant["warmup"]) == ("linear", 10)


def test_training_goes_on_from_the_weights_without_a_warm_up(own, trial):
    for times in LEARNING_RATES.values():
        onward = on(own[0], times)
        assert onward.start is own[0].trained
        assert onward.training["beta_schedule"] == "constant"
        assert onward.training["learning_rate"] == times * trial.training["learning_rate"]
        assert replace(onward, start=None, training=trial.training) == trial
