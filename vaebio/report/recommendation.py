"""The recommended combination in sentences: why it, and how it stands to the other choices."""

import math

from vaebio.report import comparison
from vaebio.report.chosen import Choice, choice, recommended, why_none
from vaebio.report.headline import Headline, reconstruction
from vaebio.report.numbers import rounded
from vaebio.report.read import Results
from vaebio.report.seeds import by_seed

ASIDE = ("alone, seeds lead to", "of its seeds the member")
"""Parts of a rule that are left to the table of choices."""


def named(results: Results) -> str:
    """The recommended member, where it is and by which rule; or why there is none."""
    found = choice(results, "recommended")
    if found is None:
        said = why_none(results)
        return f"No combination is recommended: {said}." if said else ""
    return f"Recommended is {found.member} ({found.place}): {_rule(found)}."


def others(results: Results) -> str:
    """Where the other choices lead, each held against the recommended one."""
    found = {name: choice(results, name) for name in ("recommended", "knee")}
    lowest, head = reconstruction(results), recommended(results)
    if head is None or lowest is None:
        return ""
    said = [_lowest(results, head, lowest), _knee(found["recommended"], found["knee"])]
    return " ".join(filter(None, said))


def stable(results: Results) -> str:
    """The best clustering where there are no labels, by its own rule."""
    found = choice(results, "best_clustering")
    return f"Best clustering: {_rule(found)}." if found else ""


def _rule(found: Choice) -> str:
    """The rule with its numbers, without what only the table of choices says."""
    return "; ".join(part for part in found.reason.split("; ") if not part.startswith(ASIDE))


def _lowest(results: Results, head: Headline, lowest: Headline) -> str:
    many = len(results.variants) > 1
    if (head.model, head.beta, head.latent) == (lowest.model, lowest.beta, lowest.latent):
        return comparison.others(results) if many else ""
    gap, start = by_seed(head.single, lowest.single), f"The lowest validation MSE is {_by(lowest)}"
    said = f"{start}; its test MSE is {lowest.text}"
    if math.isnan(gap.mean):
        return f"{said}."
    apart, way = abs(gap.mean), "higher" if gap.mean > 0 else "lower"
    digits = gap.half if gap.judged else lowest.uncertainty
    said += f", and that of the recommended one is {rounded(apart, digits)} {way}"
    if not gap.judged:
        return f"{said}: one seed cannot tell this from noise."
    low, high = (rounded(value, gap.half) for value in (apart - gap.half, apart + gap.half))
    verdict = "beyond the noise" if gap.beyond_noise else "no difference beyond the noise"
    said += f" (95 % interval {low} to {high}, paired by seed): {verdict}."
    return " ".join(filter(None, [said, comparison.others(results) if many else ""]))


def _by(head: Headline) -> str:
    return f"that of {head.place}" if head.model else f"at {head.place}"


def _knee(own: Choice | None, knee: Choice | None) -> str:
    if knee is None or own is None:
        return ""
    if knee.combination == own.combination:
        return "It is the knee of the frontier of rate and distortion as well."
    return f"The knee of the frontier of rate and distortion is {knee.place}."
