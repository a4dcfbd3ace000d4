"""Causes that a change of the settings removes, each by the intervention that tests it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vaebio.diagnosis.attribution import NONE, parts
from vaebio.diagnosis.causes import CAUSES, OPTIMISER_CHANGES
from vaebio.diagnosis.evidence import Evidence, paired
from vaebio.diagnosis.finding import Finding
from vaebio.diagnosis.interval import Interval
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, OPTIMISER, word
from vaebio.diagnosis.reliable import unusable
from vaebio.diagnosis.words import FACTOR_WORDS, effect, level, listed, percent, seeds, told

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits

Rule = Callable[[Evidence, "Limits"], Finding]


def of_factor(factor: str) -> Rule:
    """The rule of a cause whose gain is a factor's part."""

    def rule(evidence: Evidence, limits: "Limits") -> Finding:
        part = parts(evidence.table, limits.confidence).get(factor)
        what = FACTOR_WORDS[factor]
        if part is None:
            return Finding(False, f"There is no part of {what}: {evidence.table.reason}.")
        old, new = (evidence.level(cell, factor) for cell in (NONE, frozenset({factor})))
        gain, reason = part.over(evidence.room), unusable(evidence, limits)
        if old == new:
            return Finding(False, f"Nothing beyond {level(old)} was tried for {what}.", gain)
        said = (
            f"Relaxing {what} ({level(old)} to {level(new)}) {effect(part)}, "
            f"{_share(gain, evidence)}: its part over all combinations of relaxed factors, "
            f"{seeds(len(evidence.table.seeds))}."
        )
        said += _refined(evidence, limits) if factor == "encoder" else ""
        said += f" It does not count: {reason}." if reason else _left_out(evidence)
        reached = [test for _, test in evidence.by_settings(word(FACTORIAL, {factor}))]
        predicted = float(np.mean(reached)) if reached else None
        change = f"{level(old)} → {level(new)}"
        return Finding(not reason and _counts(gain, limits), said, gain, change, predicted)

    return rule


def beta_too_low(evidence: Evidence, limits: "Limits") -> Finding:
    """A higher beta lowers the error on observations that were not learned from."""
    name = "beta_higher"
    removed = evidence.gain(name, limits.confidence)
    if removed is None:
        return Finding(False, _absent(name, "at a higher beta", evidence))
    old, new = (level(evidence.setting(w, "beta")) for w in (word(FACTORIAL), name))
    gain = removed.over(evidence.room)
    said = (
        f"Training at beta {new} {effect(removed)}, {_share(gain, evidence)}, "
        f"{seeds(len(evidence.errors[name]))}."
    )
    return Finding(_counts(gain, limits), said, gain, f"{old} → {new}", _mean(evidence, name))


def optimiser(evidence: Evidence, limits: "Limits") -> Finding:
    """The best of several ways to train, with an interval for the best of so many."""
    tried = ways_to_train(evidence)
    if not tried:
        return Finding(False, _absent(OPTIMISER[0], "in another way", evidence))
    confidence = 1 - (1 - limits.confidence) / len(tried)
    removed = {name: evidence.gain(name, confidence) for name in tried}
    best = max(tried, key=lambda name: removed[name].value)
    gain, what = removed[best].over(evidence.room), _way(evidence, best)
    said = (
        f"Of {len(tried)} other ways to train, the best ({what}) {effect(removed[best])}, "
        f"{_share(gain, evidence)}; the interval allows for the choice."
    )
    return Finding(_counts(gain, limits), said, gain, what, _mean(evidence, best))


def _way(evidence: Evidence, name: str) -> str:
    """What a way to train changes, in words; of the probes' own, the settings it changes."""
    said = OPTIMISER_CHANGES[name.partition(":")[0]]
    if name != word(FACTORIAL) or not evidence.anew_training:
        return said
    new = evidence.anew_training
    pairs = [
        f"{key} {level(evidence.training.get(key))} → {level(new[key])}" for key in sorted(new)
    ]
    return f"{said}: {listed(pairs)}"


def ways_to_train(evidence: Evidence) -> list[str]:
    """Probes that train the member itself differently and share a seed with it."""
    own = [name for name in OPTIMISER if evidence.gain(name, 0.95)]
    anew = evidence.errors.get(word(FACTORIAL), {})
    both = evidence.errors.get(AS_IS, {}).keys() & anew.keys()
    # As the probes are trained is another way only where it came out differently.
    differ = any(evidence.errors[AS_IS][seed] != anew[seed] for seed in both)
    return [*own, word(FACTORIAL)] if differ else own


def input_scale(evidence: Evidence, limits: "Limits") -> Finding:
    """Explained fractions in the units of the rescaled features, with and without rescaling.

    A fraction below 0 counts as 0. Features that a member has not learned it predicts at random
    in these units: by how much it is worse than the train mean differs from seed to seed, and
    would hide a gain that every seed has.
    """
    said = _concentrated(evidence, limits)
    # Of negative fractions, because what falls is what is gained.
    lost = [
        {
            p.seed: -max(p.explained_test, 0.0)
            for p in evidence.of(name)
            if p.explained_test is not None
        }
        for name in ("measured_rescaled", "rescaled")
    ]
    gain = paired(*lost, limits.confidence)
    if gain is None:
        return Finding(False, f"{said} No probe was trained on rescaled features.")
    said += (
        " Trained on features of comparable scale, the explained fraction in these units rises by "
        f"{told(gain)}."
    )
    suspected = _carried(evidence) >= limits.concentration
    change = "give the features comparable scales"
    return Finding(suspected and _counts(gain, limits), said, gain, change)


RULES: dict[str, Rule] = {
    **{cause.name: of_factor(cause.factor) for cause in CAUSES.values() if cause.factor},
    "beta_too_low": beta_too_low,
    "optimiser": optimiser,
    "input_scale": input_scale,
}
"""Rules by cause."""


def _counts(gain: Interval, limits: "Limits") -> bool:
    """Large enough, and beyond the noise of the seeds."""
    return gain.value >= limits.gain and gain.above_zero


def _left_out(evidence: Evidence) -> str:
    """Seeds without a complete table, which are in no part."""
    absent = "; ".join(evidence.table.absent.values())
    return f" Left out: {absent}." if absent else ""


def _refined(evidence: Evidence, limits: "Limits") -> str:
    """What the refined posterior says about the encoder [cremer2018]."""
    removed = evidence.gain("refined_posterior", limits.confidence)
    if removed is None:
        return ""
    what = " Optimising the posterior of every observation, the decoder unchanged,"
    if removed.above_zero:
        return f"{what} {effect(removed)}: so much the encoder misses (amortisation gap)."
    return (
        f"{what} gains nothing beyond noise ({told(removed)}): what the encoder misses, the "
        "decoder has settled for."
    )


def _carried(evidence: Evidence) -> float:
    """Share that few features carry, of the member's error or of what there was to explain.

    Features that are much larger than the others and well learned carry little of the error, and
    yet the others are not learned because of them.
    """
    return max(evidence.concentration or 0.0, evidence.null_concentration or 0.0)


def _concentrated(evidence: Evidence, limits: "Limits") -> str:
    """How the squared error is spread over the features, in a sentence."""
    shares = (
        (evidence.concentration, "the squared error"),
        (evidence.null_concentration, "that of the train mean"),
    )
    known = [(share, what) for share, what in shares if share is not None]
    if not known:
        return "How the squared error is spread over the features was not measured."
    few = "" if _carried(evidence) >= limits.concentration else "no more than "
    listed = " and ".join(f"{percent(share)} of {what}" for share, what in known)
    return f"1 % of the features carry {few}{listed}."


def _absent(name: str, how: str, evidence: Evidence) -> str:
    if evidence.of(name) and not evidence.errors[name]:
        return f"The probe that was trained {how} diverged with every seed."
    return f"No probe was trained {how} with a seed of the member."


def _mean(evidence: Evidence, name: str) -> float:
    return float(np.mean(list(evidence.errors[name].values())))


def _share(gain: Interval, evidence: Evidence) -> str:
    return f"{percent(abs(gain.value))} of {evidence.room_words}"
