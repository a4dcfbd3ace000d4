"""Whether a model without hidden layers predicts better than every network that was tried.

It is none of the closed set of causes: nothing is too weak, beta and latents are as they should be,
and yet the error is not as low as it could be. Where the networks are behind on test alone, they
have more weights than the observations determine; where they are on train too, it is their training
that does not come as far. It supports no cause, but it can be prescribed.
"""

from typing import TYPE_CHECKING

import numpy as np

from vaebio.diagnosis.attribution import CELLS
from vaebio.diagnosis.evidence import Evidence, paired
from vaebio.diagnosis.interval import Interval
from vaebio.diagnosis.probe import FACTORIAL, SIMPLER, Probe, word
from vaebio.diagnosis.words import percent, told

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits

MOSTLY = 0.5
"""Share of what the networks are behind on test that must be there on train, to be of training."""


def advantage(evidence: Evidence, confidence: float) -> Interval | None:
    """By how much the test error is lower than that of the best combination of factors.

    The best is chosen on validation. None without the probe, or without a seed in common.
    """
    best = _best(evidence)
    if best is None:
        return None
    return paired(evidence.errors[best], evidence.errors.get(SIMPLER, {}), confidence)


def simpler_counts(evidence: Evidence, limits: "Limits") -> bool:
    """Whether it is lower by an amount that counts, on validation and, beyond noise, on test."""
    found = advantage(evidence, limits.confidence)
    least = limits.gain * evidence.room
    if found is None or evidence.nothing_to_explain:
        return False
    ahead = _validation(evidence, _best(evidence)) - _validation(evidence, SIMPLER)
    return found.value >= least and found.above_zero and ahead >= least


def said(evidence: Evidence, limits: "Limits") -> str:
    """That it is lower, in a sentence; empty where it is not by an amount that counts."""
    if not simpler_counts(evidence, limits):
        return ""
    found = advantage(evidence, limits.confidence)
    mse = float(np.mean(list(evidence.errors[SIMPLER].values())))
    return (
        f"Without hidden layers it reaches {mse:.3g}, {told(found)} below the best with them "
        f"({percent(found.value / evidence.room)} of {evidence.room_words})"
        f"{_why(evidence, found.value)}."
    )


def _why(evidence: Evidence, gain: float) -> str:
    """What the errors on train say about the networks; nothing where they were not measured."""
    own, other = (_train(evidence, name) for name in (SIMPLER, _best(evidence)))
    if own is None or other is None:
        return ""
    if other - own < MOSTLY * gain:
        return ": the network has more weights than the observations determine"
    return (
        f". Most of that is there on train too ({own:.3g} against {other:.3g}): the training of a "
        "network with them does not come as far"
    )


def _train(evidence: Evidence, name: str) -> float | None:
    """Mean error on train; None where one was not measured."""
    errors = [one.mse_train for one in evidence.of(name)]
    return None if None in errors else float(np.mean(errors))


def _best(evidence: Evidence) -> str | None:
    """Combination with the lowest error on validation, of those that diverged with no seed."""
    words = [word(FACTORIAL, cell) for cell in CELLS]
    errors = {w: _validation(evidence, w) for w in words if evidence.errors.get(w)}
    return min(sorted(errors), key=errors.get, default=None)


def _validation(evidence: Evidence, name: str) -> float:
    """Mean error on validation, or on test where one was not measured there; infinite if lost."""
    own = evidence.of(name)
    if any(one.mse_test is None for one in own):
        return float("inf")
    return float(np.mean([_held_out(one) for one in own]))


def _held_out(one: Probe) -> float:
    return one.mse_test if one.mse_validation is None else one.mse_validation
