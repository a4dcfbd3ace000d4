"""Means over seeds, their spread, and when a difference is more than noise.

A combination is one beta with one latent size; its seeds are its repetitions. Diverged members
are counted and shown, and are in no mean.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vaebio.metrics.intervals import t_interval
from vaebio.report.kept import kept
from vaebio.report.read import Results
from vaebio.terms import MEASURES, STATUS


@dataclass(frozen=True)
class Difference:
    """A mean difference and the half width of its 95 % t interval over seeds.

    `half` is NaN with a single seed: then nothing can be said about noise.
    """

    mean: float
    half: float

    @property
    def judged(self) -> bool:
        """There were seeds enough to judge."""
        return math.isfinite(self.half)

    @property
    def beyond_noise(self) -> bool:
        """The interval excludes zero."""
        return self.judged and abs(self.mean) > self.half


@dataclass(frozen=True)
class Baseline:
    """A baseline's value, with its 95 % interval over observations where there is one."""

    value: float
    low: float
    high: float
    reason: str


@kept
def values(results: Results, measure: str, split: str) -> pd.DataFrame:
    """One row per member: beta, latent, seed, status, value, low, high, reason, counted.

    `counted` says whether the value goes into the mean of its combination.

    Raises
    ------
    ValueError
        For the results of several models: a mean would mix them. Take those of one.
    """
    if len(results.variants) > 1:
        raise ValueError(f"one model at a time, not {', '.join(results.variants)}")
    rows = results.rows_of(measure, split)
    identity = results.members[["member", "beta", "latent", "seed", "status"]]
    table = identity.merge(
        rows[["member", "value", "low", "high", "reason"]], on="member", how="left"
    )
    reason = table["reason"].fillna("not measured")
    diverged = table["status"] == "diverged"
    reason = reason.mask(diverged & (reason == ""), f"diverged: {STATUS['diverged']}")
    return table.assign(reason=reason, counted=table["value"].notna() & ~diverged)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and spread (standard deviation) over the counted seeds of each combination.

    Parameters
    ----------
    table
        As `values` returns it.

    Returns
    -------
    Columns latent, beta, mean, spread, half, counted, members, diverged, reason; sorted by the
    first two. `mean` is NaN without a counted seed and `spread` with fewer than two; `half` is half
    the mean interval over observations.
    """
    kept = table.assign(
        value=table["value"].where(table["counted"]),
        half=((table["high"] - table["low"]) / 2).where(table["counted"]),
        diverged=table["status"] == "diverged",
    )
    place = ["latent", "beta"]
    groups = kept.groupby(place, sort=True)
    # Few have a reason: the others are spared a function call each.
    reasons = kept[kept["reason"] != ""].groupby(place)["reason"].agg(_each_once)
    found = pd.DataFrame(
        {
            "mean": groups["value"].mean(),
            "spread": groups["value"].std(ddof=1),
            "half": groups["half"].mean(),
            "counted": groups["counted"].sum(),
            "members": groups.size(),
            "diverged": groups["diverged"].sum(),
        }
    )
    return found.assign(reason=reasons.reindex(found.index).fillna("")).reset_index()


@kept
def means(results: Results, measure: str, split: str) -> pd.DataFrame:
    """The summary of a measure on a split."""
    return summary(values(results, measure, split))


def _each_once(reasons: pd.Series) -> str:
    return "; ".join(sorted(set(reasons)))


def typical_spread(table: pd.DataFrame) -> float:
    """What limits the digits of the baselines: the median spread of a summary, else its interval.

    NaN where there is neither.
    """
    for column in ("spread", "half"):
        known = table[column].dropna()
        if len(known):
            return float(known.median())
    return math.nan


@kept
def splits(results: Results, measure: str) -> list[str]:
    """The splits on which at least one member has this measure, test and all first."""
    rows = results.metrics[results.metrics["measure"] == measure]
    rows = rows[rows["member"].isin(results.members["member"]) & rows["value"].notna()]
    order = ("test", "all", "validation", "train")
    found = list(dict.fromkeys(rows["split"]))
    # The clustering measures are made for all observations; the others for the test split.
    if "all" in found:
        order = ("all", *order)
    return sorted(found, key=lambda s: order.index(s) if s in order else len(order))


def measured(results: Results) -> list[str]:
    """Names of the measures that at least one member has, in the order of the vocabulary."""
    return [name for name in MEASURES if splits(results, name)]


def comparable(results: Results) -> list[str]:
    """The measured ones by which members can be compared: not each member's own objective."""
    return [name for name in measured(results) if name != "objective_nats"]


def baseline(results: Results, name: str, measure: str, split: str) -> Baseline | None:
    """A baseline's measure, or None where the table has no value for it.

    Where it was trained from several seeds, the mean over them.
    """
    rows = results.baseline_rows(name, measure, split)
    if rows.empty or rows["value"].isna().all():
        return None
    value, low, high = rows[["value", "low", "high"]].mean()
    return Baseline(value, low, high, rows["reason"].iloc[0])


def behind(results: Results, name: str) -> pd.DataFrame:
    """Rows of the metrics of a baseline, or of its seeds where it was trained from several."""
    return results.baselines.get(name, results.metrics.iloc[:0])


def pca(latent: int) -> str:
    """Name of PCA with as many components as units."""
    return f"pca-k{latent}"


def best(table: pd.DataFrame, better: str) -> pd.Series | None:
    """The row of a summary with the best mean; combinations with a failed seed come last.

    None when no combination has a mean.
    """
    usable = table[table["mean"].notna()]
    whole = usable[usable["counted"] == usable["members"]]
    usable = whole if len(whole) else usable
    if usable.empty:
        return None
    place = usable["mean"].idxmin() if better == "lower" else usable["mean"].idxmax()
    return usable.loc[place]


def difference(differences: Sequence[float]) -> Difference:
    """Mean of one difference per seed, with its 95 % t interval.

    Examples
    --------
    >>> result = difference([0.1, 0.2, 0.3])
    >>> round(result.mean, 3), round(result.half, 3), result.beyond_noise
    (0.2, 0.248, False)
    """
    found = t_interval(np.asarray(differences, dtype=float))
    return Difference(found.value, found.high - found.value)


def of(table: pd.DataFrame, beta: float, latent: int) -> pd.Series:
    """The counted values of one combination, by seed."""
    rows = table[(table["beta"] == beta) & (table["latent"] == latent) & table["counted"]]
    return rows.set_index("seed")["value"].sort_index()


def against_level(table: pd.DataFrame, beta: float, latent: int, level: float) -> Difference:
    """How far a combination lies from a fixed level, such as a baseline."""
    return difference(list(of(table, beta, latent) - level))


def paired(table: pd.DataFrame, one: tuple[float, int], other: tuple[float, int]) -> Difference:
    """One (beta, latent) minus another, seed by seed."""
    return by_seed(of(table, *one), of(table, *other))


def by_seed(one: pd.Series, other: pd.Series) -> Difference:
    """Values minus others of the same seeds: a seed fixes the noise and where the weights start.

    NaN when the two have no seed in common.
    """
    differences = (one - other).dropna()
    return difference(list(differences)) if len(differences) else Difference(math.nan, math.nan)


def ties(table: pd.DataFrame, top: tuple[float, int]) -> list[tuple[float, int]]:
    """Combinations whose difference from `top` is within the noise, `top` itself left out.

    Empty when no difference can be judged.
    """
    counted = table[table["counted"]].set_index("seed")
    every = dict(list(counted.groupby(["beta", "latent"], sort=False)["value"]))
    best = every.pop(top, pd.Series(dtype=float))
    gaps = {place: by_seed(own, best) for place, own in every.items()}
    return [place for place, gap in gaps.items() if gap.judged and not gap.beyond_noise]
