"""Settings of the training with which the factors can be compared.

Where the member's own training has not come to an end, what a wider network gains is mostly speed:
it would be taken for a network that is too weak. So what the optimiser alone can still gain is
looked for first, and the factorial is trained as that says.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any

from vaebio.diagnosis.continued import LEARNING_RATES, on
from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.probe import OPTIMISER

FASTER = 3.0
LARGEST_LEARNING_RATE = 0.03
LONGER = 2

WARMUP_SHARE = 0.1
"""Of the epochs: the shortest warm-up of probes, because a network that is larger, or told to use
more units, collapses more easily."""


def with_warmup(training: dict[str, Any]) -> dict[str, Any]:
    """The same with a warm-up, where there is none worth the name."""
    shortest = math.ceil(WARMUP_SHARE * training["epochs"])
    if training["beta_schedule"] == "constant":
        return training | {"beta_schedule": "linear", "warmup": shortest}
    return training | {"warmup": max(training["warmup"], shortest)}


def settled(
    measuring: Measuring,
    own: Mapping[int, Measured],
    ways: Mapping[tuple[str, int], Measured],
    smallest: float,
) -> dict[str, Any]:
    """Settings of the training of the factorial: the member's own, unless others come further.

    What came further from the member's weights is tried from random ones before it is taken: the
    member in the factorial may not be worse than it is.

    Parameters
    ----------
    own, ways
        The member itself, and trained on in all ways, by seed.
    smallest
        A gain of validation error that matters to nobody.
    """
    training = next(iter(own.values())).trial.training
    gains = {
        way: _gain(own, {s: ways[way, s] for s in own if (way, s) in ways}) for way in OPTIMISER
    }
    best = max(OPTIMISER, key=gains.get)
    if gains[best] <= smallest:
        return with_warmup(training)
    times = LEARNING_RATES[best]
    if times > 1:
        times = _fastest(measuring, own, gains[best], smallest)
    further = with_warmup(training | _further(training, times))
    trials = {seed: replace(one.trial, training=further) for seed, one in own.items()}
    better = _gain(own, measuring.trained(trials)) > smallest
    return further if better else with_warmup(training)


def _further(training: dict[str, Any], times: float) -> dict[str, Any]:
    """Twice the epochs at so many times the learning rate."""
    rate = times * training["learning_rate"]
    return {"learning_rate": rate, "epochs": LONGER * training["epochs"]}


def _fastest(
    measuring: Measuring, own: Mapping[int, Measured], gain: float, smallest: float
) -> float:
    """Times the learning rate, from three on in steps of three as long as more is gained."""
    times = FASTER
    rate = next(iter(own.values())).trial.training["learning_rate"]
    while FASTER * times * rate <= LARGEST_LEARNING_RATE:
        found = measuring.trained({seed: on(one, FASTER * times) for seed, one in own.items()})
        more = _gain(own, found)
        if more <= gain + smallest:
            break
        times, gain = FASTER * times, more
    return times


def _gain(own: Mapping[int, Measured], other: Mapping[int, Measured]) -> float:
    """By how much the validation error fell, mean over seeds; infinite where there was none."""
    pairs = [(own[seed].validation, other[seed].validation) for seed in other]
    falls = [before - after for before, after in pairs if math.isfinite(after)]
    return fmean(falls) if falls else 0.0
