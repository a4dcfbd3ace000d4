"""Several models beside each other: which differs from the best beyond the noise, which does not.

MSE, R² and the clustering measures are taken in the same space for all models. Distortion and
ELBO are log densities of what the likelihood describes, so they compare models of the same values.
"""

import math

from vaebio.report.headline import Headline, reconstructions
from vaebio.report.numbers import listed, plural, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import by_seed
from vaebio.terms import MEASURES

MOST_TOLD = 4
"""More models than this are left to the figure."""
VALUES = {"gaussian": "scaled values", "bernoulli": "values in [0, 1]"}
"""What a likelihood is a density of; the others are densities of counts."""

DENSITIES = {"distortion_nats", "elbo_nats", "objective_nats"}


def others(results: Results) -> str:
    """Every other model against the one with the lowest validation MSE; empty with one model."""
    heads = reconstructions(results)
    lines = []
    if len(heads) > 1:
        lines.append(_against(heads[0], heads[1:]))
    measured = {head.model for head in heads}
    silent = [name for name in results.variants if name not in measured]
    if silent and heads:
        lines.append(f"No member of {listed(silent, 'or')} has a validation and a test MSE.")
    return " ".join(lines)


def described(results: Results) -> dict[str, list[str]]:
    """Likelihoods of the models by the values they are densities of."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(results.members["likelihood"]):
        found.setdefault(VALUES.get(name, "counts"), []).append(name)
    return found


def density_rule(results: Results, measure: str) -> str:
    """What a reader must not compare by this measure; empty when all can be compared."""
    values = described(results)
    if measure not in DENSITIES or len(values) < 2:
        return ""
    return (
        f"{MEASURES[measure].label} can be compared among densities of the same values only: "
        f"{_groups(values)}."
    )


def density_limit(results: Results) -> str:
    """The same, among the limits of the page."""
    values = described(results)
    if len(values) < 2:
        return ""
    return (
        "Distortion and ELBO can be compared among densities of the same values only: "
        f"{_groups(values)}. MSE, R² and clustering can be compared among all, since they are "
        "measured in the same space."
    )


def _groups(values: dict[str, list[str]]) -> str:
    return "; ".join(f"{listed(names)} ({what})" for what, names in values.items())


def _against(top: Headline, rest: list[Headline]) -> str:
    told = [_one(top, head, first=i == 0) for i, head in enumerate(rest[:MOST_TOLD])]
    if len(rest) > MOST_TOLD:
        told.append(f"{plural(len(rest) - MOST_TOLD, 'more model')} in the figure")
    who = "The other model has" if len(rest) == 1 else "The others have"
    return f"{who}, chosen alike, a test MSE of {'; '.join(told)}."


def _one(top: Headline, head: Headline, first: bool) -> str:
    """The numbers of a model and the verdict; the first one says what the interval is."""
    gap, start = by_seed(head.single, top.single), f"{head.text} ({head.place})"
    if math.isnan(gap.mean):
        return f"{start}, with no seed in common to compare by"
    way = "lower" if gap.mean < 0 else "higher"
    if not gap.judged:
        apart = rounded(abs(gap.mean), top.uncertainty)
        return f"{start}, {way} by {apart}: one seed cannot tell this from noise"
    apart = abs(gap.mean)
    middle, low, high = (rounded(v, gap.half) for v in (apart, apart - gap.half, apart + gap.half))
    interval = f"95 % interval {low} to {high}, paired by seed" if first else f"{low} to {high}"
    verdict = "better" if gap.mean < 0 else "worse"
    verdict = (
        f"{verdict}, beyond the noise" if gap.beyond_noise else "no difference beyond the noise"
    )
    return f"{start}, {way} by {middle} ({interval}): {verdict}"
