"""The combination a data set is summarised by: which one, how good, and against what."""

import math
from dataclasses import dataclass, field, replace

import pandas as pd

from vaebio.report.kept import kept
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import (
    Baseline,
    Difference,
    against_level,
    baseline,
    best,
    means,
    of,
    pca,
    values,
)
from vaebio.terms import ALL, MEASURES

CLUSTERING = ("kmeans_ari", "leiden_ari")


@dataclass(frozen=True)
class Headline:
    """One measure of one combination beside the baselines.

    `spread` is the standard deviation over seeds, NaN with one seed; `low` and `high` are the 95 %
    interval over observations, averaged over seeds, NaN where not measured. `gap` is member minus
    PCA of the same size. `model` is empty where there is only one; `single` are the counted
    values by seed; `combinations` is the number of those among which this one was picked.
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
    model: str = ""
    single: pd.Series = field(default_factory=pd.Series, repr=False, compare=False)

    @property
    def spot(self) -> str:
        """The combination."""
        return f"beta {self.beta:g} and latent {self.latent}"

    @property
    def place(self) -> str:
        """The combination, and its model where there are several."""
        return f"{self.model} at {self.spot}" if self.model else self.spot

    @property
    def phrase(self) -> str:
        """The place as a sentence says it."""
        return f"{'for' if self.model else 'at'} {self.place}"

    @property
    def row(self) -> str:
        """The place as a table or a figure names it."""
        return ", ".join(filter(None, [self.model, f"beta {self.beta:g}, latent {self.latent}"]))

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
    """Test MSE where the validation MSE is lowest, so that test has no say in the choice.

    Of several models, that of the one with the lowest validation MSE.
    """
    return next(iter(reconstructions(results)), None)


def reconstructions(results: Results) -> list[Headline]:
    """The test MSE of each model at its own lowest validation MSE, the lowest of these first."""
    return _ranked(results, "mse", "validation", "test")


def ranked(results: Results) -> list[str]:
    """The models, lowest validation MSE first; then those without one, in the table's order."""
    found = [headline.model for headline in reconstructions(results)]
    return [*found, *(name for name in results.variants if name not in found)]


def per_latent(results: Results) -> list[Headline]:
    """Test MSE of each latent size at the beta with its lowest validation MSE, small first."""
    table = means(results, "mse", "validation")
    rows = [best(group, MEASURES["mse"].better) for _, group in table.groupby("latent")]
    found = [_headline(results, "mse", "test", row) for row in rows if row is not None]
    return [headline for headline in found if headline]


def clustering(results: Results) -> Headline | None:
    """The highest mean ARI over all observations, of all combinations of all models."""
    found = clusterings(results)
    picked = sum(headline.combinations for headline in found)
    return replace(found[0], combinations=picked) if found else None


def clusterings(results: Results) -> list[Headline]:
    """The highest mean ARI of each model, the highest first; k-means where it was measured."""
    found = (_ranked(results, measure, ALL, ALL) for measure in CLUSTERING)
    return next(filter(None, found), [])


def at(results: Results, measure: str, split: str, beta: float, latent: int) -> Headline | None:
    """The headline of a given combination; None when it has no value there."""
    table = means(results, measure, split)
    rows = table[(table["beta"] == beta) & (table["latent"] == latent) & table["mean"].notna()]
    return None if rows.empty else _headline(results, measure, split, rows.iloc[0])


@kept
def _ranked(results: Results, measure: str, chosen_on: str, split: str) -> list[Headline]:
    """The best combination of each model on one split, measured on another; the best first.

    As among combinations, those with a failed seed come last.
    """
    better, found = MEASURES[measure].better, []
    for name in results.variants:
        part = results.of(name)
        row = best(means(part, measure, chosen_on), better)
        head = None if row is None else _headline(part, measure, split, row)
        if head:
            level = row["mean"] if better == "lower" else -row["mean"]
            key = (row["counted"] < row["members"], level)
            found.append((key, replace(head, model=name)))
    return [head for _, head in sorted(found, key=lambda pair: pair[0])]


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
        combinations=int(means(results, measure, split)["mean"].notna().sum()),
        single=of(table, beta, latent),
    )
