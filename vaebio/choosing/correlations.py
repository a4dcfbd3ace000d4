"""Whether members that reconstruct well also serve well downstream."""

from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Float

from vaebio.choosing.grid import Grid
from vaebio.metrics.reconstruction import Estimate
from vaebio.terms import ALL, COLUMNS
from vaebio.terms.choosing import DOWNSTREAM_NAMES, RECONSTRUCTED

FEWEST = 5
"""Combinations from which a rank correlation can be judged."""


def correlations(grid: Grid, draws: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Rows of correlations.tsv.

    Over all members that did not diverge. The interval is that of another choice of combinations
    from such a grid: seeds of one combination are repetitions, not further evidence.
    """
    rows = [
        {"reconstruction": error, "measure": measure, "split": split}
        | _correlation(grid, error, measure, split, draws, seed)
        for error, measure, split in product(RECONSTRUCTED, DOWNSTREAM_NAMES, (ALL, "test"))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["correlations.tsv"]))


def _correlation(
    grid: Grid, error: str, measure: str, split: str, draws: int, seed: int
) -> dict[str, object]:
    both = pd.DataFrame({"x": grid.measured(error, "test"), "y": grid.measured(measure, split)})
    both = both.dropna()
    both = both.loc[[name for name in grid.members.index if name in both.index]]
    groups, names = pd.factorize(grid.members.loc[both.index, "combination"])
    size = {"members": len(both), "combinations": len(names)}
    for name, at in ((error, "test"), (measure, split)):
        if not grid.known(name, at):
            return {**size, "reason": f"{name} is absent: {grid.why_not(name, at)}"}
    if len(names) < FEWEST:
        return {**size, "reason": f"{len(names)} combinations: fewer than {FEWEST}"}
    for name, column in ((error, "x"), (measure, "y")):
        if both[column].nunique() < 2:
            return {**size, "reason": f"{name} is the same for all members"}
    x, y = both["x"].to_numpy(float), both["y"].to_numpy(float)
    return vars(rank_correlation(x, y, groups, draws, seed)) | size


def rank_correlation(
    x: Float[np.ndarray, " member"],
    y: Float[np.ndarray, " member"],
    groups: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Spearman's correlation [spearman1904] with a 95 % percentile interval over drawn groups.

    Groups are drawn again with replacement, their members kept together; draws in which one of the
    two does not vary are left out.

    Parameters
    ----------
    groups
        (member,) number of each member's group, from 0.
    """
    random, number = np.random.default_rng(seed), int(groups.max()) + 1
    weights = random.multinomial(number, np.full(number, 1 / number), size=draws)[:, groups]
    drawn = _weighted(x, y, weights.astype(float))
    value = float(_weighted(x, y, np.ones((1, len(x))))[0])
    low, high = np.nanquantile(drawn, (0.025, 0.975)) if np.isfinite(drawn).any() else (np.nan,) * 2
    return Estimate(value, float(low), float(high))


def _weighted(
    x: Float[np.ndarray, " member"],
    y: Float[np.ndarray, " member"],
    weights: Float[np.ndarray, "draw member"],
) -> Float[np.ndarray, " draw"]:
    """Correlation of ranks when each member counts as often as its weight says."""
    total = weights.sum(axis=1, keepdims=True)
    one, other = (_ranks(values, weights) for values in (x, y))
    one, other = (r - (weights * r).sum(axis=1, keepdims=True) / total for r in (one, other))
    product = (weights * one * other).sum(axis=1)
    norm = np.sqrt((weights * one**2).sum(axis=1) * (weights * other**2).sum(axis=1))
    # Of a few members drawn often, rounding alone can leave some variance where there is none.
    varies = norm > 1e-9 * total[:, 0]
    return np.divide(product, norm, out=np.full(len(norm), np.nan), where=varies)


def _ranks(
    values: Float[np.ndarray, " member"], weights: Float[np.ndarray, "draw member"]
) -> Float[np.ndarray, "draw member"]:
    """Mean ranks among values repeated by their weights, up to a constant."""
    below = (values[None, :] < values[:, None]) + 0.5 * (values[None, :] == values[:, None])
    return weights @ below.T
