"""The combination a data set is summarised by: which one, how good, and against what."""

import math
from dataclasses import dataclass

import pandas as pd

from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import (
    Baseline,
    Difference,
    against_level,
    baseline,
    best,
    pca,
    summary,
    values,
)
from vaebio.terms import ALL, MEASURES

CLUSTERING = ("kmeans_ari", "leiden_ari")


@dataclass(frozen=True)
class Headline:
    """One measure of one combination beside the baselines.

    `spread` is the standard deviation over seeds, NaN with one seed; `low` and `high` are the 95 %
    interval over observations, averaged over seeds, NaN where not measured. `gap` is member minus
    PCA of the same size.
    """

    measure: str
    split: str
    beta: float
    latent: int
    mean: float
    spread: float
    seeds: int
    low: float
    high: float
    pca: Baseline | None
    null: Baseline | None
    gap: Difference | None
    combinations: int

    @property
    def place(self) -> str:
        """Where the combination stands in the grid."""
        return f"beta {self.beta:g} and latent {self.latent}"

    @property
    def uncertainty(self) -> float | None:
        """What limits the digits: the seeds' spread, or half the interval over observations."""
        if math.isfinite(self.spread):
            return self.spread
        half = (self.high - self.low) / 2
        return half if math.isfinite(half) else None

    @property
    def text(self) -> str:
        """The mean as it is printed, with its spread when there is one."""
        return with_spread(self.mean, self.spread, otherwise=self.uncertainty)

    def level(self, level: Baseline) -> str:
        """A baseline's value with the digits of the mean."""
        return rounded(level.value, self.uncertainty)


def reconstruction(results: Results) -> Headline | None:
    """Test MSE where the validation MSE is lowest, so that test has no say in the choice."""
    row = best(summary(values(results, "mse", "validation")), MEASURES["mse"].better)
    return None if row is None else _headline(results, "mse", "test", row)


def per_latent(results: Results) -> list[Headline]:
    """Test MSE of each latent size at the beta with its lowest validation MSE, small first."""
    table = summary(values(results, "mse", "validation"))
    rows = [best(group, MEASURES["mse"].better) for _, group in table.groupby("latent")]
    found = [_headline(results, "mse", "test", row) for row in rows if row is not None]
    return [headline for headline in found if headline]


def clustering(results: Results) -> Headline | None:
    """The highest mean ARI over all observations; k-means where it was measured."""
    for measure in CLUSTERING:
        row = best(summary(values(results, measure, ALL)), MEASURES[measure].better)
        if row is not None:
            return _headline(results, measure, ALL, row)
    return None


def at(results: Results, measure: str, split: str, beta: float, latent: int) -> Headline | None:
    """The headline of a given combination; None when it has no value there."""
    table = summary(values(results, measure, split))
    rows = table[(table["beta"] == beta) & (table["latent"] == latent) & table["mean"].notna()]
    return None if rows.empty else _headline(results, measure, split, rows.iloc[0])


def _headline(results: Results, measure: str, split: str, where: pd.Series) -> Headline | None:
    beta, latent = float(where["beta"]), int(where["latent"])
    table = values(results, measure, split)
    rows = table[(table["beta"] == beta) & (table["latent"] == latent) & table["counted"]]
    if rows.empty:
        return None
    level = baseline(results, pca(latent), measure, split)
    return Headline(
        measure=measure,
        split=split,
        beta=beta,
        latent=latent,
        mean=rows["value"].mean(),
        spread=rows["value"].std(ddof=1),
        seeds=len(rows),
        low=rows["low"].mean(),
        high=rows["high"].mean(),
        pca=level,
        null=baseline(results, "null", measure, split),
        gap=against_level(table, beta, latent, level.value) if level else None,
        combinations=int(summary(table)["mean"].notna().sum()),
    )
