"""Where the squared error goes: from the error of the train mean down to the noise floor.

Every step has a meaning of its own and the steps add up, so that what no probe explains is seen
as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vaebio.diagnosis.attribution import ALL, parts
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.interval import Interval, over_seeds
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, OPTIMISER, read_word, word
from vaebio.diagnosis.reliable import unusable

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits

PARTS = {
    "null": "error of the train mean: the sum of all that follows",
    "explained": "what the member explains",
    "encoder": "Shapley part of a larger encoder",
    "decoder": "Shapley part of a larger decoder",
    "latent": "Shapley part of more latent units",
    "beta": "Shapley part of a lower beta",
    "optimiser": "what training differently removes: of the member, trained anew as the probes "
    "are; and of the member with all factors relaxed, trained on in the best way, where that is "
    "beyond noise",
    "generalisation": "of what is left above the floor, how much higher the error on test is than "
    "on train",
    "unexplained": "what no probe removed and that is not noise by its estimate",
    "noise_floor": "what no model can predict",
}
"""Parts in their order. What could not be determined has no error, and is then in unexplained."""


@dataclass(frozen=True)
class Step:
    """One part of the error of a member; a row of budget.tsv."""

    member: str
    part: str
    mse: float | None
    low: float | None = None
    high: float | None = None


def budget(evidence: Evidence, limits: "Limits") -> list[Step]:
    """The steps in the order of `PARTS`; all but the first add up to the first."""
    found = dict.fromkeys(PARTS, None) | {"noise_floor": _floor(evidence)}
    if evidence.mse is not None:
        found |= _steps(evidence, limits)
    known = sum(one.value for one in found.values() if one is not None)
    found |= {"null": Interval(evidence.null), "unexplained": Interval(evidence.null - known)}
    return [_step(evidence.member, part, one) for part, one in found.items()]


Errors = Mapping[int, float]
"""Errors, or differences of errors, by seed."""


def _steps(evidence: Evidence, limits: "Limits") -> dict[str, Interval | None]:
    """What can be determined between the train mean and the noise floor."""
    useful = not unusable(evidence, limits)
    member = _member(evidence) if useful else evidence.as_is
    left, name = _relaxed(evidence) if useful else (member, _itself(evidence))
    anew = _less(member, evidence.anew) if useful and AS_IS in evidence.errors else {}
    further, best = _further(evidence, left, name, limits)
    if further:
        left, name = _less(left, further), best
    explained = [evidence.null - error for error in member.values()]
    return {
        "explained": over_seeds(explained, limits.confidence),
        **(parts(evidence.table, limits.confidence) if useful else {}),
        "optimiser": _sum(anew, further, limits) if anew or best else None,
        "generalisation": _generalisation(evidence, name, left, limits),
    }


def _member(evidence: Evidence) -> Errors:
    """Errors of the member, with the seeds of the factorial probes where it has them all."""
    seeds = evidence.table.seeds
    own = evidence.as_is
    return {seed: own[seed] for seed in seeds} if set(seeds) <= own.keys() else own


def _relaxed(evidence: Evidence) -> tuple[Errors, str]:
    """Errors with all factors relaxed, and the name of that probe."""
    errors = evidence.table.cell(ALL).tolist()
    return dict(zip(evidence.table.seeds, errors, strict=True)), word(FACTORIAL, ALL)


def _itself(evidence: Evidence) -> str:
    return AS_IS if AS_IS in evidence.errors else word(FACTORIAL)


def _further(evidence: Evidence, left: Errors, name: str, limits: "Limits") -> tuple[Errors, str]:
    """How far the best other training came below what is left, and its name.

    Nothing where that is within noise, with an interval for the best of so many; no name where
    there is no such probe.
    """
    every = [w for w in evidence.errors if w.partition(":")[0] in OPTIMISER]
    # Like is held against like: what goes on from the same model, where there is such a probe.
    names = [w for w in every if read_word(w)[1] == read_word(name)[1]] or every
    gains = {w: _less(left, evidence.errors[w]) for w in names}
    gains = {w: gain for w, gain in gains.items() if gain}
    if not gains:
        return {}, ""
    best = max(gains, key=lambda w: np.mean(list(gains[w].values())))
    confidence = 1 - (1 - limits.confidence) / len(gains)
    beyond = over_seeds(list(gains[best].values()), confidence).above_zero
    return (gains[best] if beyond else {}), best


def _generalisation(
    evidence: Evidence, name: str, left: Errors, limits: "Limits"
) -> Interval | None:
    """How much higher the error is on test than on train, as far as it is left to explain.

    Beyond what the train mean has between the splits; None where train was not measured.
    """
    train = evidence.null_train
    shift = 0.0 if train is None else evidence.null - train
    own = [p for p in evidence.of(name) if p.mse_train is not None]
    if not own:
        return None
    gap = over_seeds([p.mse_test - p.mse_train - shift for p in own], limits.confidence)
    most = max(float(np.mean(list(left.values()))) - (evidence.least or 0.0), 0.0)
    if not 0 <= gap.value <= most:
        return Interval(min(max(gap.value, 0.0), most))
    return gap


def _less(before: Errors, after: Errors) -> dict[int, float]:
    """By how much errors fell, with the seeds that both have."""
    return {seed: before[seed] - after[seed] for seed in sorted(before.keys() & after.keys())}


def _sum(one: Errors, other: Errors, limits: "Limits") -> Interval:
    """Mean of the sum; its interval where both have the same seeds, or one has none."""
    if not (one and other) or one.keys() == other.keys():
        seeds = one.keys() | other.keys()
        values = [one.get(s, 0.0) + other.get(s, 0.0) for s in sorted(seeds)]
        return over_seeds(values, limits.confidence) if values else Interval(0.0)
    return Interval(sum(float(np.mean(list(some.values()))) for some in (one, other)))


def _floor(evidence: Evidence) -> Interval | None:
    if evidence.least is None:
        return None
    if evidence.capped:
        return Interval(evidence.least)
    return Interval(evidence.least, evidence.floor_low, evidence.floor_high)


def _step(member: str, part: str, one: Interval | None) -> Step:
    if one is None:
        return Step(member, part, None)
    return Step(member, part, one.value, one.low, one.high)
