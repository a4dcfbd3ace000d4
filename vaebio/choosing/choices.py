"""The members to take: a table with one row for each choice."""

from collections import Counter
from collections.abc import Callable

import pandas as pd

from vaebio.choosing.grid import Grid
from vaebio.choosing.rules import (
    Chosen,
    at_the_knee,
    best_clustering,
    best_reconstruction,
    recommended,
)
from vaebio.terms import ALL, COLUMNS
from vaebio.terms.choosing import CHOICES

Rule = Callable[[Grid], Chosen]


def choices(
    grid: Grid, metrics: pd.DataFrame, stability: pd.DataFrame, by: str, standard_errors: float
) -> pd.DataFrame:
    """Rows of choices.tsv.

    All but the best clustering are chosen by validation alone and told by test.

    Parameters
    ----------
    metrics, stability
        Rows of metrics.tsv and stability.tsv.
    by
        Measure of the clusters against the labels.
    standard_errors
        Within how many the recommended combination has to be.
    """
    rules: tuple[Rule, ...] = (
        best_reconstruction,
        lambda own: best_clustering(own, by, stability),
        at_the_knee,
        lambda own: recommended(own, standard_errors),
    )
    rows = [_row(name, rule, grid, metrics) for name, rule in zip(CHOICES, rules, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS["choices.tsv"]))


def _row(name: str, rule: Rule, grid: Grid, metrics: pd.DataFrame) -> dict[str, object]:
    chosen = rule(grid)
    if not chosen.combination:
        return {"choice": name, "reason": chosen.reason}
    member = _median(grid, chosen)
    own = metrics[
        (metrics["member"] == member)
        & (metrics["measure"] == chosen.measure)
        & (metrics["split"] == chosen.split)
    ]
    numbers = {key: own[key].iloc[0] for key in ("value", "low", "high")} if len(own) else {}
    parts = chosen.reason, _seeds(rule, grid, chosen), grid.caution
    return {
        "choice": name,
        "combination": chosen.combination,
        "member": member,
        "measure": chosen.measure,
        "split": chosen.split,
        **numbers,
        "reason": "; ".join(filter(None, parts)),
    }


def _median(grid: Grid, chosen: Chosen) -> str:
    """The member in the middle of its seeds by a measure, of two the one with the lower value."""
    own = grid.candidates.index[grid.candidates["combination"] == chosen.combination]
    ranked = grid.measured(*chosen.median_of).reindex(own).dropna().sort_values(kind="stable")
    return str(ranked.index[(len(ranked) - 1) // 2])


def _seeds(rule: Rule, grid: Grid, chosen: Chosen) -> str:
    """What the seeds lead to by themselves, and which one stands for the combination."""
    measure, split = chosen.median_of
    every = "all observations" if split == ALL else split
    middle = f"of its seeds the member has the median {measure} of {every}"
    own = grid.by_combination(*chosen.median_of)[chosen.combination]
    return "; ".join(
        filter(None, [_alone(rule, grid, chosen), middle if len(own) > 1 else "one seed"])
    )


def _alone(rule: Rule, grid: Grid, chosen: Chosen) -> str:
    """What each seed would lead to if it were the only one."""
    found = [rule(one).combination or "none" for one in grid.seeds()] if chosen.each_seed else []
    if not found:
        return ""
    counted = sorted(Counter(found).items(), key=lambda each: (-each[1], each[0]))
    return f"alone, seeds lead to {', '.join(f'{name} ({number})' for name, number in counted)}"
