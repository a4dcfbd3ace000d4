"""Whether members that reconstruct well serve well downstream: one against the other, in ranks."""

import html
import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import downstream_figures as figures
from vaebio.report.numbers import plural, rounded
from vaebio.report.placed import VAE, places
from vaebio.report.read import Results
from vaebio.report.seeds import behind, means, splits, typical_spread, values
from vaebio.report.views import Plot, View, split_word
from vaebio.terms import MEASURES
from vaebio.terms.choosing import DOWNSTREAM_NAMES

FIRST = ("kmeans_ari", "cluster_stability")
ERROR = "mse"
"""Of the explained fraction the ranks are the same, the other way round."""
COLUMNS = ["member", "beta", "x", "y", "model"]
NO_ERROR = "control"
"""What reconstructs nothing has no place here."""


def trade(results: Results) -> Plot:
    """Members of all models, as their ranks are held against each other over all."""
    views = list(_views(results))
    return Plot("ranks", "Do members that reconstruct well also serve well downstream?", views)


def _views(results: Results) -> Iterator[View]:
    for measure in sorted(DOWNSTREAM_NAMES, key=lambda name: name not in FIRST):
        split = _split(results, measure)
        points = _points(results, measure, split) if split else None
        if points is None or len(points) < 2:
            continue
        others, digits = _others(results, measure, split), _digits(results, measure, split)
        marks = _labelled(points, measure, digits)
        axes = MEASURES[ERROR].axis, MEASURES[measure].axis
        yield View(
            choice={"measure": MEASURES[measure].label},
            reading=_reading(results, measure, split),
            figure=figures.ranks(marks, others, (ERROR, measure), list(results.members["beta"])),
            columns=["member", "beta", f"{axes[0]}, test", f"{axes[1]}, {split_word(split)}"],
            rows=list(_rows(points, others, digits)),
        )


def _split(results: Results, measure: str) -> str:
    """Where the first model that has the measure has it: all observations before test."""
    found = (splits(results.of(model), measure) for model in results.variants)
    return next((names[0] for names in found if names), "")


def _points(results: Results, measure: str, split: str) -> pd.DataFrame:
    """Members that have both and did not diverge."""
    parts = []
    for model in results.variants:
        own = results.of(model)
        x, y = values(own, ERROR, "test"), values(own, measure, split)
        both = x.assign(x=x["value"], y=y["value"], model=model)
        parts.append(both.loc[x["counted"] & y["counted"], COLUMNS])
    return pd.concat(parts, ignore_index=True)


def _digits(results: Results, measure: str, split: str) -> float:
    """What limits the printed digits: the spread over seeds of the first model that has one."""
    found = (typical_spread(means(results.of(m), measure, split)) for m in results.variants)
    return next((spread for spread in found if math.isfinite(spread)), math.nan)


def _labelled(points: pd.DataFrame, measure: str, digits: float) -> pd.DataFrame:
    hover = [
        f"{html.escape(p.member)}<br>{MEASURES[ERROR].label} {rounded(p.x)}<br>"
        f"{MEASURES[measure].label} {rounded(p.y, digits)}"
        for p in points.itertuples()
    ]
    return points.assign(hover=hover)


def _others(results: Results, measure: str, split: str) -> pd.DataFrame:
    """Baselines with both measures; autoencoders are those of each model, mean over seeds."""
    rows = []
    for model in results.variants:
        own = results.of(model)
        for place in places(own):
            if place.kind in (VAE, NO_ERROR):
                continue
            found = behind(own, place.key)
            pair = [_mean(found, *wanted) for wanted in ((ERROR, "test"), (measure, split))]
            if all(math.isfinite(value) for value in pair):
                name = place.name + (f" ({model})" if place.kind == "AE" and model else "")
                rows.append((place.kind, name, *pair))
    table = pd.DataFrame(rows, columns=["kind", "name", "x", "y"]).drop_duplicates()
    return table.assign(hover=[html.escape(name) for name in table["name"]])


def _mean(rows: pd.DataFrame, measure: str, split: str) -> float:
    return float(rows.loc[(rows["measure"] == measure) & (rows["split"] == split), "value"].mean())


def _rows(points: pd.DataFrame, others: pd.DataFrame, digits: float) -> Iterator[list[str]]:
    for p in points.itertuples():
        yield [p.member, f"{p.beta:g}", rounded(p.x), rounded(p.y, digits)]
    for p in others.itertuples():
        yield [p.name, "", rounded(p.x), rounded(p.y, digits)]


def _reading(results: Results, measure: str, split: str) -> str:
    parts = (
        _ranked(results, measure, split),
        f"Each dot is a member: {MEASURES[ERROR].label} on test, {MEASURES[measure].label} of "
        f"{split_word(split)}; open symbols are baselines, which are not in the correlation.",
        "A correlation over a grid says which members go together, not why.",
    )
    return " ".join(filter(None, parts))


def _ranked(results: Results, measure: str, split: str) -> str:
    """The rank correlation of the table in words; a direction only where the interval has one."""
    table = results.correlations
    same = (table["reconstruction"] == ERROR) & (table["measure"] == measure)
    rows = table[same & (table["split"] == split)]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    if math.isnan(row["value"]):
        return f"No rank correlation: {row['reason'].replace('`', '')}."
    half = (row["high"] - row["low"]) / 2
    value, low, high = (rounded(row[c], half) for c in ("value", "low", "high"))
    return (
        f"Rank correlation {value} (95 % interval {low} to {high}, combinations drawn again; "
        f"{plural(int(row['members']), 'member')} in "
        f"{plural(int(row['combinations']), 'combination')}): {_direction(row, measure)}."
    )


def _direction(row: pd.Series, measure: str) -> str:
    if not (row["low"] > 0 or row["high"] < 0):
        return "no direction beyond the noise"
    way = "higher" if row["value"] > 0 else "lower"
    label = MEASURES[measure].label
    return f"members with a higher {MEASURES[ERROR].label} have a {way} {label}"
