"""The simplest combination that is as good as the best, as far as that can be told."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vaebio.choosing.grid import Grid, size
from vaebio.choosing.intervals import standard_error


@dataclass(frozen=True)
class Simplest:
    """The combination found, its gap to the best and the gap that was allowed; MSE per feature."""

    combination: str
    best: str
    gap: float
    allowed: float
    within: int


def simplest(grid: Grid, standard_errors: float = 1.0) -> Simplest | None:
    """One-standard-error rule [breiman1984, section 3.4.3; hastie2009, section 7.10].

    Among the combinations whose validation MSE, averaged over seeds, is within `standard_errors`
    standard errors of the lowest: the smallest latent size, then the largest beta, then the
    smallest network, then the lowest MSE. None where no combination has an MSE.

    The standard error is that of the paired difference to the best, over validation observations
    and the seeds that both have: all members see the same observations, and what makes one of them
    hard for all tells nothing about which member is better. But it is never taken to be more than
    the standard error of the best itself, which is the rule as it was first stated: otherwise a
    combination of which one seed failed would earn room by its own unsteadiness.
    """
    means = grid.means("mse", "validation")
    if means.empty:
        return None
    gaps = _gaps(grid, means)
    allowed = (standard_errors * gaps["error"]).fillna(0.0)
    within = gaps.assign(allowed=allowed)[gaps["gap"] <= allowed]
    traits = [grid.traits(name) for name in within.index]
    order = within.assign(
        latent=[t["latent"] for t in traits],
        beta=[-t["beta"] for t in traits],
        network=[size(t) for t in traits],
    ).sort_values(["latent", "beta", "network", "gap"], kind="stable")
    first = order.iloc[0]
    return Simplest(
        str(first.name), str(means.idxmin()), first["gap"], first["allowed"], len(within)
    )


def _gaps(grid: Grid, means: pd.Series) -> pd.DataFrame:
    """Gap of every combination to the best, and the standard error it is held against."""
    errors = _errors(grid)
    best = errors[means.idxmin()]
    most = standard_error(best.to_numpy(float).T)
    gaps = [_gap(errors[name], best) for name in means.index]
    table = pd.DataFrame(gaps, index=means.index, columns=["gap", "error"])
    return table.assign(error=np.fmin(table["error"], most))


def _errors(grid: Grid) -> pd.DataFrame:
    """Squared errors of the candidates: rows are observations, columns (combination, seed)."""
    own = grid.candidates
    return grid.errors[own.index].set_axis(
        pd.MultiIndex.from_frame(own[["combination", "seed"]]), axis=1
    )


def _gap(one: pd.DataFrame, best: pd.DataFrame) -> tuple[float, float]:
    """Mean difference over the seeds that both have, and its standard error."""
    seeds = one.columns.intersection(best.columns)
    if seeds.empty:
        return float(one.to_numpy().mean() - best.to_numpy().mean()), np.nan
    difference = (one[seeds] - best[seeds]).to_numpy(float).T
    return float(difference.mean()), standard_error(difference)
