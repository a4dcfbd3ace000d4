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
from vaebio.diagnosis.rows import Range

FASTER = 3.0
LARGEST_LEARNING_RATE = 0.03
LONGER = 2

SLOWER = 0.1
LITTLE, MOST = 0.1, 0.5
"""Shares of what there is to explain. At a rate that is too high a member learns next to nothing,
and at a tenth of it most of what there is: one that gains less has another fault, for whose probes
a slow training can be too short."""

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
    span: Range,
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
    span
        What there is to explain.
    """
    training = next(iter(own.values())).trial.training
    gains = {
        way: _gain(own, {s: ways[way, s] for s in own if (way, s) in ways}) for way in OPTIMISER
    }
    best = max(OPTIMISER, key=gains.get)
    if gains[best] <= smallest:
        return _slower(measuring, own, span) or with_warmup(training)
    times = LEARNING_RATES[best]
    if times > 1:
        times = _fastest(measuring, own, gains[best], smallest)
    further = with_warmup(training | _further(training, times))
    return further if _anew(measuring, own, further) > smallest else with_warmup(training)


def _slower(
    measuring: Measuring, own: Mapping[int, Measured], span: Range
) -> dict[str, Any] | None:
    """Settings at a tenth of the learning rate, where a member that learned nothing learns then.

    Training on does not show that: steps that were too large leave weights from which no others
    lead away. So it is trained from random ones.
    """
    errors = [one.validation for one in own.values()]
    if min(errors) < span.null - LITTLE * span.width:
        return None
    training = next(iter(own.values())).trial.training
    slower = with_warmup(training | _further(training, SLOWER))
    least = MOST * max(span.width, 0.0)
    return slower if _anew(measuring, own, slower) > least else None


def _anew(measuring: Measuring, own: Mapping[int, Measured], training: dict[str, Any]) -> float:
    """By how much the members come lower when they are trained by other settings."""
    trials = {seed: replace(one.trial, training=training) for seed, one in own.items()}
    return _gain(own, measuring.trained(trials))


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
