"""The choices of the run: which combination, which member of it, and by which rule."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from vaebio.report import variants
from vaebio.report.headline import Headline, at
from vaebio.report.kept import kept
from vaebio.report.numbers import rounded
from vaebio.report.read import Results, combinations
from vaebio.report.views import split_word
from vaebio.terms import MEASURES
from vaebio.terms.choosing import CHOICES

TITLES = {
    "recommended": "Recommended",
    "best_reconstruction": "Best reconstruction",
    "best_clustering": "Best clustering",
    "knee": "Knee of the frontier",
}
"""Choices as the page names them, in the order in which it shows them."""


@dataclass(frozen=True)
class Choice:
    """One row of choices.tsv with the place of its combination in the grid."""

    name: str
    combination: str
    member: str
    model: str
    beta: float
    latent: int
    reason: str

    @property
    def spot(self) -> str:
        """The combination."""
        return f"beta {self.beta:g} and latent {self.latent}"

    @property
    def place(self) -> str:
        """The combination, and its model where there are several."""
        return f"{self.model} at {self.spot}" if self.model else self.spot


@dataclass(frozen=True)
class Line:
    """A choice as the table shows it; `rule` is that of all runs, `reason` that of this one."""

    title: str
    member: str
    place: str
    value: str
    rule: str
    reason: str


@kept
def choice(results: Results, name: str) -> Choice | None:
    """A choice of the run; None where the table has none, or nothing was chosen."""
    rows = results.choices[results.choices["choice"] == name]
    own = results.members[combinations(results.members).isin(rows["combination"])]
    if own.empty:
        return None
    row, member = rows.iloc[0], own.iloc[0]
    model = variants.names(results.members)[own.index[0]]
    place = float(member["beta"]), int(member["latent"])
    return Choice(name, row["combination"], row["member"], model, *place, row["reason"])


def recommended(results: Results) -> Headline | None:
    """Test MSE of the recommended combination; None where there is none, or it has no value."""
    found = choice(results, "recommended")
    if found is None:
        return None
    head = at(results.of(found.model), "mse", "test", found.beta, found.latent)
    return replace(head, model=found.model) if head else None


def why_none(results: Results) -> str:
    """Reason why nothing is recommended; empty where something is, or nobody asked."""
    rows = results.choices[results.choices["choice"] == "recommended"]
    return "" if rows.empty or rows["combination"].iloc[0] else rows["reason"].iloc[0]


def lines(results: Results) -> list[Line]:
    """Every choice, printed."""
    return list(_lines(results))


def _lines(results: Results) -> Iterator[Line]:
    for name, title in TITLES.items():
        rows = results.choices[results.choices["choice"] == name]
        if rows.empty:
            continue
        row, found = rows.iloc[0], choice(results, name)
        place = found.place if found else "none"
        yield Line(title, row["member"], place, _value(row), CHOICES[name], row["reason"])


def _value(row: pd.Series) -> str:
    if math.isnan(row["value"]):
        return ""
    half = (row["high"] - row["low"]) / 2
    said = f"{MEASURES[row['measure']].label}, {split_word(row['split'])}: "
    if math.isnan(half):
        return said + rounded(row["value"])
    value, low, high = (rounded(row[key], half) for key in ("value", "low", "high"))
    return f"{said}{value} (95 % interval {low} to {high})"
