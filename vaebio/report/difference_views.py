"""The frame of the differences: what the next larger beta changes, measure by measure."""

import html
import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import LINES, beta_colours
from vaebio.report.figures import STRIP, blank
from vaebio.report.headline import ranked
from vaebio.report.numbers import rounded
from vaebio.report.read import Results
from vaebio.report.seeds import splits
from vaebio.report.views import Plot, View, model_choice, split_word
from vaebio.terms import MEASURES

RULE = (
    "Each row is a step from one beta to the next larger one; value at the larger minus value at "
    "the smaller, mean over seeds paired by seed, with its 95 % t interval. Filled: the interval "
    "does not touch 0. There is no correction for the many intervals: of twenty where nothing "
    "differs, one does not touch 0."
)


def differences(results: Results) -> Plot:
    """Neighbouring betas, one view for each model, measure and latent size."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("differences", "What does the next larger beta cost, and what does it buy?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    table = _neighbours(own)
    colours = beta_colours(list(results.members["beta"]))
    for measure in MEASURES:
        for split in splits(own, measure)[:1]:
            rows = table[(table["measure"] == measure) & (table["split"] == split)]
            for latent in sorted(rows["latent"].unique(), reverse=True):
                steps = rows[rows["latent"] == latent].sort_values("beta")
                if steps["value"].notna().any():
                    where = {"measure": MEASURES[measure].label, "latent": f"{latent:g}"}
                    yield _view(model_choice(model) | where, steps, measure, split, colours)


def _neighbours(own: Results) -> pd.DataFrame:
    """Rows of betas that are next to each other; those against a reference are left out."""
    steps = set()
    for latent, members in own.members.groupby("latent"):
        steps |= {(latent, *pair) for pair in pairwise(sorted(members["beta"].unique()))}
    table = own.differences
    places = zip(table["latent"], table["beta_against"], table["beta"], strict=True)
    return table.loc[pd.Series([place in steps for place in places], table.index, bool)]


def _view(
    where: dict[str, str],
    steps: pd.DataFrame,
    measure: str,
    split: str,
    colours: dict[float, str],
) -> View:
    return View(
        choice=where,
        reading=_reading(measure, split, steps),
        figure=_figure(steps, measure, colours),
        columns=["from beta", "to beta", MEASURES[measure].axis, "low", "high", "seeds", "note"],
        rows=list(_rows(steps)),
    )


def _reading(measure: str, split: str, steps: pd.DataFrame) -> str:
    better = MEASURES[measure].better
    side = {"lower": "Left of 0", "higher": "Right of 0"}.get(better)
    verdict = f"{side} the larger beta is better." if side else ""
    where = f"Measured on {split_word(split)}."
    alone = "One seed: no interval, so nothing is filled." if steps["low"].isna().all() else ""
    return " ".join(filter(None, [where, verdict, RULE, alone]))


def _figure(steps: pd.DataFrame, measure: str, colours: dict[float, str]) -> go.Figure:
    names = [f"{row.beta_against:g} → {row.beta:g}" for row in steps.itertuples()]
    figure = blank(STRIP * len(names) + 80, showlegend=False)
    known = [row for row in enumerate(steps.itertuples()) if not math.isnan(row[1].value)]
    inks = [colours[row.beta] for _, row in known]
    for (place, row), ink in zip(known, inks, strict=True):
        if not math.isnan(row.low):
            ends, line = [row.low, row.high], {"color": ink, "width": 3}
            figure.add_scatter(x=ends, y=[place, place], mode="lines", hoverinfo="skip", line=line)
    filled = [row.low > 0 or row.high < 0 for _, row in known]
    figure.add_scatter(
        x=[row.value for _, row in known],
        y=[place for place, _ in known],
        mode="markers",
        text=[f"{names[place]}: {html.escape(_text(row))}" for place, row in known],
        hovertemplate="%{text}<extra></extra>",
        marker={
            "size": 12,
            "symbol": ["circle" if one else "circle-open" for one in filled],
            "color": inks,
            "line": {"width": 2.5, "color": inks},
        },
    )
    figure.add_vline(x=0, layer="below", line={"color": LINES, "width": 2})
    title = f"difference in {MEASURES[measure].axis}"
    figure.update_xaxes(title_text=title, range=_range(steps))
    figure.update_yaxes(
        title_text="step of beta",
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
    )
    return figure


def _range(steps: pd.DataFrame) -> list[float]:
    """All that is drawn, and 0, with some room at both ends."""
    ends = steps[["value", "low", "high"]].to_numpy(float)
    drawn = [0.0, *ends[np.isfinite(ends)].tolist()]
    room = 0.05 * (max(drawn) - min(drawn)) or 1.0
    return [min(drawn) - room, max(drawn) + room]


def _text(row: object) -> str:
    value, low, high = _numbers(row)
    return f"{value} ({low} to {high})" if low else value


def _numbers(row: object) -> tuple[str, str, str]:
    half = (row.high - row.low) / 2
    if not math.isfinite(half):
        return ("", "", "") if math.isnan(row.value) else (rounded(row.value), "", "")
    return tuple(rounded(value, half) for value in (row.value, row.low, row.high))


def _rows(steps: pd.DataFrame) -> Iterator[list[str]]:
    for row in steps.itertuples():
        ends = f"{row.beta_against:g}", f"{row.beta:g}"
        yield [*ends, *_numbers(row), f"{row.seeds:g}", row.reason]
