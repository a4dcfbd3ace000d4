"""What the histories show: symptoms of all members, and the curves of a diagnosed one."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from vaebio.diagnosis.symptoms import SYMPTOMS
from vaebio.report import why_figures as figures
from vaebio.report.curves import thinned
from vaebio.report.methods_data import has_missing
from vaebio.report.numbers import listed, plural, rounded
from vaebio.report.read import Results, combinations
from vaebio.report.seeds import baseline
from vaebio.report.views import Plot, View
from vaebio.terms import MEASURES, NOISE_FLOOR
from vaebio.terms.diagnosis import SYMPTOM_NAMES

DIGITS = 0.0001
"""Uncertainty that the table of curves is printed with."""
MOST_NAMED = 6
QUANTITIES = ("mse", "rate_nats")


def symptoms(results: Results) -> dict[str, Any]:
    """Each symptom that was seen, and the rows of the table."""
    table = results.diagnosis.symptoms
    return {
        "seen": [
            {"name": SYMPTOM_NAMES[name], "meaning": SYMPTOMS[name], "members": _members(rows)}
            for name in SYMPTOMS
            if len(rows := table[table["symptom"] == name])
        ],
        "rows": [
            [r.member, SYMPTOM_NAMES[r.symptom], _epochs(r.first_epoch, r.last_epoch), r.evidence]
            for r in table.itertuples()
        ],
    }


def courses(results: Results, name: str) -> Plot:
    """MSE and rate of all seeds of a combination, a view for each of their symptoms."""
    question = f"What happened to error and rate of {name} in training?"
    own = results.members.loc[combinations(results.members) == name, "member"]
    history = results.history[results.history["member"].isin(own)]
    if history.empty:
        return Plot(f"courses-{name}", question, [])
    table = results.diagnosis.symptoms
    table = table[table["member"].isin(own)]
    curves = _curves(history)
    views = list(_views(curves, table, _levels(results)))
    return Plot(f"courses-{name}", question, views)


Curves = Mapping[str, Mapping[str, pd.DataFrame]]
"""Epochs, errors and rates by member and split."""


def _views(curves: Curves, table: pd.DataFrame, levels: dict[str, float]) -> Iterator[View]:
    """One for the intervals of each symptom."""
    names = [name for name in SYMPTOMS if name in set(table["symptom"])]
    # What the whole question is about is shown first.
    names.sort(key=lambda name: name != "kl_falls_mse_flat")
    for name in names or [""]:
        rows = table[table["symptom"] == name]
        intervals = list(zip(rows["first_epoch"], rows["last_epoch"], strict=True))
        yield View(
            choice={"shaded": SYMPTOM_NAMES[name]} if name else {},
            reading=_reading(name, rows),
            figure=figures.courses(curves, intervals, levels),
            columns=["member", "split", "epoch", *(MEASURES[q].axis for q in QUANTITIES)],
            rows=list(_rows(curves)),
        )


def _reading(name: str, rows: pd.DataFrame) -> str:
    text = "A line for each seed. Solid: validation; dotted: train."
    if not name:
        return f"{text} No symptom was seen in these histories."
    told = "; ".join(
        f"{r.member}, {_epochs(r.first_epoch, r.last_epoch)}" for r in rows.itertuples()
    )
    return (
        f"{text} Shaded: where {SYMPTOMS[name]} ({told}); the darker, the more seeds. A symptom is "
        "what a history shows, and proves no cause."
    )


def _curves(history: pd.DataFrame) -> Curves:
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for (member, split), rows in history.groupby(["member", "split"], sort=False):
        rows = rows.sort_values("epoch")
        found.setdefault(str(member), {})[str(split)] = rows.iloc[thinned(len(rows))]
    return found


def _levels(results: Results) -> dict[str, float]:
    """Null and noise floor of validation; none where curves count values that were filled in."""
    if has_missing(results) and not results.config.train.ignore_imputed:
        return {}
    names = {"null": "null", "noise floor": NOISE_FLOOR}
    found = {word: baseline(results, key, "mse", "validation") for word, key in names.items()}
    return {word: level.value for word, level in found.items() if level}


def _rows(curves: Curves) -> Iterator[list[str]]:
    for member, splits in curves.items():
        for split, rows in splits.items():
            for r in rows.itertuples():
                cells = ["" if pd.isna(v) else rounded(v, DIGITS) for v in (r.mse, r.rate_nats)]
                yield [member, split, f"{r.epoch:g}", *cells]


def _members(rows: pd.DataFrame) -> str:
    names = list(rows["member"].unique())
    if len(names) <= MOST_NAMED:
        return listed(names)
    return f"{plural(len(names), 'member')}, among them {listed(names[:3])}"


def _epochs(first: float, last: float) -> str:
    return f"epoch {first:g}" if first == last else f"epochs {first:g} to {last:g}"
