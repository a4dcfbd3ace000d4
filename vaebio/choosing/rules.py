"""The rules by which a combination is chosen, each with its numbers in a sentence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vaebio.choosing.grid import Grid
from vaebio.choosing.knee import knee
from vaebio.choosing.recommended import Simplest, simplest
from vaebio.metrics.intervals import t_interval
from vaebio.terms import ALL, MEASURES


@dataclass(frozen=True)
class Chosen:
    """A combination, why, and the measure that is told of it; no combination: why none.

    `median_of` is the measure and split by which a member stands in the middle of its seeds;
    `each_seed` says whether the rule can be followed with one seed alone.
    """

    combination: str
    reason: str
    measure: str = "mse"
    split: str = "test"
    median_of: tuple[str, str] = ("mse", "validation")
    each_seed: bool = True


def best_reconstruction(grid: Grid) -> Chosen:
    """Lowest validation MSE, averaged over seeds."""
    means = grid.means("mse", "validation")
    if means.empty:
        return Chosen("", grid.caution)
    found = means.idxmin()
    told = _over_seeds(grid, found, "mse", "validation")
    reason = (
        f"{found} has the lowest validation MSE of {_combinations(means)}: {told}; the value is "
        "that of test, which had no say"
    )
    return Chosen(found, reason)


def best_clustering(grid: Grid, by: str, stability: pd.DataFrame) -> Chosen:
    """Highest agreement with the labels, else between the seeds."""
    means = grid.means(by, ALL)
    if means.empty:
        return _most_stable(grid, by, stability)
    found, label = means.idxmax(), MEASURES[by].label
    told = _over_seeds(grid, found, by, ALL)
    reason = (
        f"{found} has the highest {label} of {_combinations(means)}: {told}; measured on all "
        "observations and picked by the labels themselves, so somewhat too high"
    )
    return Chosen(found, reason, by, ALL, (by, ALL))


def at_the_knee(grid: Grid) -> Chosen:
    """The knee of the frontier, of the models that have the likelihood of the best one."""
    errors = grid.means("mse", "validation")
    if errors.empty:
        return Chosen("", grid.caution)
    kind = grid.traits(errors.idxmin())["likelihood"]
    own = [name for name in errors.index if grid.traits(name)["likelihood"] == kind]
    names = "rate_nats", "distortion_nats"
    rate, distortion = (grid.means(name, "validation").reindex(own) for name in names)
    found = knee(rate.to_numpy(float), distortion.to_numpy(float))
    if isinstance(found, str):
        return Chosen("", found)
    name = own[found.index]
    reason = (
        f"{name} (rate {rate[name]:.4g}, distortion {distortion[name]:.6g} nats per observation on "
        f"validation) lies deepest, {found.depth:.2f}, below the straight line between the ends of "
        f"the frontier, both axes scaled to its range; {found.points} of {len(own)} combinations "
        f"of likelihood {kind} are on the frontier, and a wider grid may have another knee"
    )
    return Chosen(name, reason)


def recommended(grid: Grid, standard_errors: float = 1.0) -> Chosen:
    """The simplest combination whose validation MSE is within a standard error of the lowest."""
    found = simplest(grid, standard_errors)
    if found is None:
        return Chosen("", grid.caution)
    return Chosen(found.combination, _simplest(grid, found, standard_errors))


def _simplest(grid: Grid, found: Simplest, standard_errors: float) -> str:
    means = grid.means("mse", "validation")
    word = "one standard error" if standard_errors == 1 else f"{standard_errors:g} standard errors"
    best, combination = means[found.best], means[found.combination]
    if found.combination == found.best:
        others = "simpler" if found.within > 1 else "other"
        return (
            f"{found.best} has the lowest validation MSE ({best:.4g}), and no {others} combination "
            f"is within {word} of it"
        )
    return (
        f"smallest latent size, then largest beta, then smallest network whose validation MSE "
        f"({combination:.4g}) is within {word} ({found.allowed:.2g}, of the paired difference) of "
        f"the lowest ({best:.4g}, {found.best}); {found.within} of {_combinations(means)} are"
    )


def _most_stable(grid: Grid, by: str, stability: pd.DataFrame) -> Chosen:
    own = stability[(stability["measure"] == "cluster_ari") & (stability["split"] == ALL)]
    scores = own.set_index("combination")["value"].dropna().astype(float)
    scores = scores[scores.index.isin(grid.candidates["combination"])]
    why = f"{MEASURES[by].label} is absent ({grid.why_not(by, ALL)})"
    if scores.empty:
        said = "; ".join(sorted({*own["reason"]} - {""})) or "not measured"
        return Chosen("", f"{why}, and so is the agreement between seeds ({said})")
    found = str(scores.idxmax())
    reason = (
        f"{why}; the clusters of {found} agree best between seeds, of {_combinations(scores)} "
        f"(mean ARI {scores[found]:.3g} on all observations); stable clusters need not be true ones"
    )
    return Chosen(found, reason, each_seed=False)


def _over_seeds(grid: Grid, combination: str, measure: str, split: str) -> str:
    """Mean and spread over seeds, and how many others differ from it by no more than noise."""
    values = grid.by_combination(measure, split)
    own = values[combination]
    if len(own) < 2:
        return f"{own.iloc[0]:.4g}"
    told = f"{own.mean():.4g} (mean of {len(own)} seeds, standard deviation {own.std():.2g})"
    others = values.unstack("seed").drop(index=combination)
    gaps = (others - own).dropna(how="all").to_numpy()
    unlike = [gap.low > 0 or gap.high < 0 for gap in (t_interval(r[np.isfinite(r)]) for r in gaps)]
    if others.empty:
        return told
    return f"{told}; within the noise of paired seeds: {len(others) - sum(unlike)} of the others"


def _combinations(values: pd.Series) -> str:
    return f"{len(values)} combination{'s' if len(values) > 1 else ''}"
