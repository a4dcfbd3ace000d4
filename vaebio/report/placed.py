"""Combinations and baselines in one order, each with its value: what stands beside what.

Members of one model by latent size and beta, each size followed by the baselines of that size;
the controls, which have no size, last.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from vaebio.report.chosen import Choice, choice
from vaebio.report.headline import Headline, at, reconstruction
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import behind, means, values
from vaebio.report.sized import CONTROLS, SIZED
from vaebio.terms import MEASURES

VAE = "VAE"


@dataclass(frozen=True)
class Place:
    """A combination, or a baseline by its `key` in the tables; controls have no latent size."""

    name: str
    kind: str
    latent: int | None = None
    beta: float | None = None
    key: str = ""


@dataclass(frozen=True)
class Level:
    """What one measure is at a place.

    `spread` is the standard deviation over seeds and NaN with fewer than two; `low` and `high` are
    the 95 % interval over observations, averaged over seeds, NaN where there is none.
    """

    place: Place
    value: float
    spread: float
    low: float
    high: float
    single: list[float] = field(default_factory=list)

    @property
    def half(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2

    def text(self, measure: str) -> str:
        """The value and its spread as they are printed."""
        return with_spread(self.value, self.spread, MEASURES[measure].unit == "units", self.half)

    def interval(self) -> list[str]:
        """Low and high as they are printed; empty without an interval."""
        if not math.isfinite(self.half):
            return ["", ""]
        return [rounded(bound, self.half) for bound in (self.low, self.high)]


def places(own: Results) -> list[Place]:
    """All that the results of one model can show, measured or not."""
    found, members = [], own.members
    for latent in sorted(members["latent"].unique()):
        betas = sorted(members.loc[members["latent"] == latent, "beta"].unique())
        found += [Place(f"beta {b:g}, latent {latent}", VAE, int(latent), b) for b in betas]
        found += [
            Place(one.row(latent), one.word, int(latent), key=one.name(latent)) for one in SIZED
        ]
    return found + [Place(f"control: {w}", "control", key=key) for w, key in CONTROLS.items()]


def levels(own: Results, measure: str, split: str) -> list[Level]:
    """The places of one model that have a value, in their order."""
    table = values(own, measure, split)
    indexed = means(own, measure, split).set_index(["beta", "latent"])
    return list(_levels(own, (measure, split), table[table["counted"]], indexed))


def in_focus(results: Results, model: str) -> tuple[float, int] | None:
    """Beta and latent size that a sentence on a model is about, chosen without the measure told.

    The recommended combination where it is of this model, else that with the lowest validation MSE.
    """
    if found := _recommended(results, model):
        return found.beta, found.latent
    error = reconstruction(results.of(model))
    return (error.beta, error.latent) if error else None


def against_pca(results: Results, model: str, measure: str, split: str) -> str:
    """The combination in focus against PCA of its size, in a sentence; empty where it has none.

    The noise is that of the seeds; a difference within the interval over observations is not
    called one either.
    """
    place = in_focus(results, model)
    head = at(results.of(model), measure, split, *place) if place else None
    if head is None:
        return ""
    start = f"{MEASURES[measure].label} at {head.spot} ({_why(results, model)}) is {head.text}"
    if head.pca is None or head.gap is None:
        return f"{start}."
    beside = f"{start}, that of PCA of the same size {head.level(head.pca)}"
    return f"{beside}: {_verdict(head, MEASURES[measure].better)}."


def _recommended(results: Results, model: str) -> Choice | None:
    found = choice(results, "recommended")
    return found if found and found.model == model else None


def _why(results: Results, model: str) -> str:
    return "recommended" if _recommended(results, model) else "lowest validation MSE"


def _verdict(head: Headline, better: str) -> str:
    gap = head.gap
    if not gap.judged:
        return "one seed cannot tell whether they differ beyond the noise"
    if not gap.beyond_noise:
        return "no difference beyond the noise of the seeds"
    if head.low <= head.pca.value <= head.high:
        return "more than the noise of the seeds, but within the interval over observations"
    way = "higher" if gap.mean > 0 else "lower"
    said = way if better == "neither" else "better" if way == better else "worse"
    low, high = (rounded(gap.mean + sign * gap.half, gap.half) for sign in (-1, 1))
    return f"{said} (difference {low} to {high}, 95 % interval over seeds)"


def _levels(
    own: Results, wanted: tuple[str, str], table: pd.DataFrame, means: pd.DataFrame
) -> Iterator[Level]:
    for place in places(own):
        if place.kind == VAE:
            rows = table[(table["beta"] == place.beta) & (table["latent"] == place.latent)]
            spread = means.loc[(place.beta, place.latent), "spread"]
        else:
            rows = behind(own, place.key)
            rows = rows[(rows["measure"] == wanted[0]) & (rows["split"] == wanted[1])]
            rows = rows[rows["value"].notna()]
            spread = rows["value"].std(ddof=1) if len(rows) > 1 else math.nan
        if len(rows):
            value, low, high = (float(rows[c].mean()) for c in ("value", "low", "high"))
            single = [float(v) for v in rows["value"]] if len(rows) > 1 else []
            yield Level(place, value, float(spread), low, high, single)
