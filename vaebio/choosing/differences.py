"""What a larger beta changes, seed by seed."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from vaebio.choosing.grid import ARCHITECTURE, Grid
from vaebio.metrics.intervals import t_interval
from vaebio.terms import ALL, COLUMNS, MEASURES
from vaebio.terms.choosing import INCOMPARABLE

SPLITS = ("test", ALL)


def differences(grid: Grid, reference: float | None = None) -> pd.DataFrame:
    """Rows of differences.tsv: every measure at the larger of two betas minus that at the smaller.

    Members of one seed share the order of minibatches and the noise, so their difference has less
    of both than each of them; the interval is that of other seeds on the same observations. It is
    no correction for the many pairs and measures of the table: of twenty intervals where nothing
    differs, one excludes 0.

    Parameters
    ----------
    reference
        A beta that every other is compared with, besides its neighbours.
    """
    pairs = list(_pairs(grid, reference))
    rows = [
        row
        for measure in MEASURES
        if measure not in INCOMPARABLE
        for split in SPLITS
        if grid.known(measure, split)
        for row in _rows(grid, pairs, measure, split)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["differences.tsv"]))


def _pairs(grid: Grid, reference: float | None) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Combinations that differ in beta alone, the one with the larger beta first."""
    own = grid.members.drop_duplicates("combination")
    for _, alike in own.groupby([*ARCHITECTURE, "latent"], sort=False):
        betas = alike.set_index("beta").sort_index()
        wanted = set(pairwise(betas.index))
        if reference in betas.index:
            wanted |= {tuple(sorted((beta, reference))) for beta in betas.index.drop(reference)}
        for small, large in sorted(wanted):
            yield betas.loc[large], betas.loc[small]


def _rows(
    grid: Grid, pairs: list[tuple[pd.Series, pd.Series]], measure: str, split: str
) -> Iterator[dict[str, object]]:
    values = grid.measured(measure, split)
    traits = grid.members.loc[values.index]
    keys = pd.MultiIndex.from_frame(traits[["combination", "seed"]])
    table = pd.Series(values.to_numpy(float), keys).unstack("seed")
    for one, other in pairs:
        yield {
            "combination": one["combination"],
            "against": other["combination"],
            "latent": one["latent"],
            "beta": one.name,
            "beta_against": other.name,
            "split": split,
            "measure": measure,
            **_difference(table, one["combination"], other["combination"]),
        }


def _difference(table: pd.DataFrame, one: str, other: str) -> dict[str, object]:
    rows = table.reindex([one, other]).to_numpy(float)
    gaps = rows[0] - rows[1]
    gaps = gaps[np.isfinite(gaps)]
    if not len(gaps):
        return {"seeds": 0, "reason": "no seed in which both were measured"}
    found = t_interval(gaps)
    reason = "one seed: no interval" if len(gaps) < 2 else ""
    return {**vars(found), "seeds": len(gaps), "reason": reason}
