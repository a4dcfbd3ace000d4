"""The frame of stability: how alike the latents, and their clusters, of two seeds are."""

import math
from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import INK, MUTED, value_scale
from vaebio.report.figures import blank, number
from vaebio.report.headline import ranked
from vaebio.report.heatmap import ROW
from vaebio.report.numbers import rounded
from vaebio.report.read import Results
from vaebio.report.views import Plot, View, model_choice, split_word
from vaebio.terms import ALL
from vaebio.terms.choosing import STABILITY


def stability(results: Results) -> Plot:
    """Every measure between seeds, over the grid of every model."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("stability", "Do other seeds find the same latents?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    table = results.of(model).stability
    for measure in STABILITY:
        for split in (ALL, "test"):
            rows = table[(table["measure"] == measure.name) & (table["split"] == split)]
            if rows["value"].notna().any():
                yield View(
                    choice=model_choice(model)
                    | {"measure": measure.label, "split": split_word(split)},
                    reading=_reading(measure.meaning, rows),
                    figure=_figure(rows),
                    columns=["beta", "latent", measure.label, "least", "greatest", "pairs", "note"],
                    rows=list(_rows(rows)),
                )


def _reading(meaning: str, rows: pd.DataFrame) -> str:
    text = (
        "Tile: mean over the pairs of seeds, and below it the least and the greatest pair: a "
        "range, no confidence interval. Stronger colour is more alike; the colours run from 0 to 1."
    )
    said = sorted({reason for reason in rows["reason"] if reason})
    return " ".join([text, meaning, *([f"{'; '.join(said)}."] if said else [])])


def _figure(rows: pd.DataFrame) -> go.Figure:
    betas, latents = sorted(rows["beta"].unique()), sorted(rows["latent"].unique())
    cells = {(row.beta, row.latent): row for row in rows.itertuples()}
    grid = [[cells.get((beta, latent)) for latent in latents] for beta in betas]
    figure = blank(ROW * len(betas) + 70)
    figure.add_heatmap(
        x=list(range(len(latents))),
        y=list(range(len(betas))),
        z=[[None if row is None else number(row.value) for row in line] for line in grid],
        text=[[_text(row) for row in line] for line in grid],
        texttemplate="%{text}",
        hoverinfo="skip",
        colorscale=value_scale(),
        zmin=0,
        zmax=1,
        xgap=3,
        ygap=3,
        showscale=False,
        textfont={"color": INK},
    )
    for i, line in enumerate(grid):
        for j, row in enumerate(line):
            if row is not None and math.isnan(row.value):
                word, font = "absent", {"size": 12, "color": MUTED}
                figure.add_annotation(x=j, y=i, text=word, showarrow=False, font=font)
    _axes(figure, betas, latents)
    return figure


def _axes(figure: go.Figure, betas: list[float], latents: list[float]) -> None:
    figure.update_xaxes(
        title_text="latent size",
        tickvals=list(range(len(latents))),
        ticktext=[f"{latent:g}" for latent in latents],
        showgrid=False,
    )
    figure.update_yaxes(
        title_text="beta",
        tickvals=list(range(len(betas))),
        ticktext=[f"{beta:g}" for beta in betas],
        showgrid=False,
        range=[len(betas) - 0.5, -0.5],
    )


def _text(row: object) -> str:
    if row is None or math.isnan(row.value):
        return ""
    value, low, high = _numbers(row)
    return f"{value}<br>{low} to {high}" if low else value


def _numbers(row: object) -> tuple[str, str, str]:
    """Value and range with the digits that half the range allows; two without one."""
    half = (row.high - row.low) / 2
    if not math.isfinite(half):
        return rounded(row.value, 0.01), "", ""
    half = max(half, 0.001)
    return tuple(rounded(value, half) for value in (row.value, row.low, row.high))


def _rows(rows: pd.DataFrame) -> Iterator[list[str]]:
    for row in rows.sort_values(["latent", "beta"]).itertuples():
        numbers = _numbers(row) if not math.isnan(row.value) else ("", "", "")
        yield [f"{row.beta:g}", f"{row.latent:g}", *numbers, f"{row.pairs:g}", row.reason]
