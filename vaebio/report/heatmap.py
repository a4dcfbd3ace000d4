"""The grid as a heat map: betas as rows, latent sizes as columns, baselines below."""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import INK, MARK, MUTED, SHADE, value_scale
from vaebio.report.figures import blank, number
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.seeds import typical_spread
from vaebio.report.sized import FLAT, WORDS
from vaebio.terms import MEASURES

ROW = 46
"""Height of a row in pixels."""


def grid(
    table: pd.DataFrame,
    baselines: pd.DataFrame,
    measure: str,
    framed: Mapping[tuple[float, int], str],
    dotted: Sequence[tuple[float, int]],
) -> go.Figure:
    """Heat map of one measure: betas as rows, latent sizes as columns, baselines below.

    Parameters
    ----------
    table
        Summary over seeds: latent, beta, mean, spread, counted, members, diverged, reason.
    baselines
        name, latent, value; `name` is null, the word of a sized one or that of a control.
    framed
        The (beta, latent) to frame, each with the dash of its line.
    dotted
        (beta, latent) to mark with a dot: the best value shown and its ties.
    """
    betas, latents = sorted(table["beta"].unique()), sorted(table["latent"].unique())
    names = [name for name in (*WORDS, *FLAT) if name in set(baselines["name"])]
    rows = _rows(betas, names)
    figure = blank(int(ROW * (max(rows.values()) + 1)) + 70, *_axes(latents, rows))
    sized = baselines.loc[baselines["name"].isin(WORDS), "value"]
    shown = [*table["mean"].dropna(), *sized]
    low, high = min(shown), max(shown)
    figure.add_trace(_tiles(table, betas, latents, measure, (low, high), dotted))
    for name in names:
        level = baselines[baselines["name"] == name]
        figure.add_trace(_baseline_tiles(level, latents, rows[name], table, measure, (low, high)))
    for beta, latent in table[["beta", "latent"]].itertuples(index=False, name=None):
        if (beta, latent) in framed:
            _frame(figure, latents.index(latent), rows[beta], framed[beta, latent])
    for row in table[table["mean"].isna()].itertuples():
        _failure(figure, latents.index(row.latent), rows[row.beta], row.diverged)
    return figure


def _axes(latents: Sequence[int], rows: dict[float | str, float]) -> tuple[dict[str, Any], ...]:
    """Of the latent sizes, and of the betas by their values and the baselines by their names."""
    across = {
        "title": "latent size (units; components for PCA)",
        "tickvals": list(range(len(latents))),
        "ticktext": [str(k) for k in latents],
        "showgrid": False,
        "side": "bottom",
        "range": [-0.5, len(latents) - 0.5],
    }
    down = {
        "title": "beta",
        "tickvals": list(rows.values()),
        "ticktext": [r if isinstance(r, str) else f"{r:g}" for r in rows],
        "showgrid": False,
        "range": [max(rows.values()) + 0.55, -0.55],
    }
    return across, down


def _rows(betas: Sequence[float], names: Sequence[str]) -> dict[float | str, float]:
    """Place of each row, from the top; baselines stand apart by a gap."""
    rows: dict[float | str, float] = {beta: i for i, beta in enumerate(betas)}
    return rows | {name: len(betas) + 0.25 + i for i, name in enumerate(names)}


def _tiles(
    table: pd.DataFrame,
    betas: Sequence[float],
    latents: Sequence[int],
    measure: str,
    limits: tuple[float, float],
    dotted: Sequence[tuple[float, int]],
) -> go.Heatmap:
    cells = {(row["beta"], row["latent"]): row for row in table.to_dict("records")}
    mean, text, hover = [], [], []
    for beta in betas:
        found = [cells.get((beta, latent)) for latent in latents]
        mean.append([number(r["mean"]) if r is not None else None for r in found])
        text.append([_text(r, measure, dotted) for r in found])
        hover.append([_hover(r, measure) for r in found])
    return go.Heatmap(
        x=list(range(len(latents))),
        y=list(range(len(betas))),
        z=mean,
        text=text,
        customdata=hover,
        texttemplate="%{text}",
        hovertemplate="%{customdata}<extra></extra>",
        **_scale(measure, limits),
    )


def _baseline_tiles(
    level: pd.DataFrame,
    latents: Sequence[int],
    y: float,
    table: pd.DataFrame,
    measure: str,
    limits: tuple[float, float],
) -> go.Heatmap:
    """One row; it shares the colours of the members, but what has no size is grey."""
    name, spread = level["name"].iloc[0], typical_spread(table)
    by_latent = dict(zip(level["latent"], level["value"], strict=True))
    found = [by_latent.get(latent) for latent in latents]
    text = ["" if v is None else rounded(v, spread) for v in found]
    scale = _scale(measure, limits)
    if name in FLAT:
        scale |= {"colorscale": [[0, SHADE], [1, SHADE]]}
    sized = [FLAT[name] if name in FLAT else WORDS[name].row(k) for k in latents]
    return go.Heatmap(
        x=list(range(len(latents))),
        y=[y - 0.5, y + 0.5],
        z=[found],
        text=[text],
        texttemplate="%{text}",
        customdata=[sized],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
        **scale,
    )


def _scale(measure: str, limits: tuple[float, float]) -> dict[str, object]:
    return {
        "colorscale": value_scale(reverse=MEASURES[measure].better == "lower"),
        "zmin": number(limits[0]),
        "zmax": number(limits[1]),
        "xgap": 3,
        "ygap": 3,
        "showscale": False,
        "textfont": {"color": INK},
        "hoverongaps": False,
    }


def _frame(figure: go.Figure, x: int, y: float, dash: str) -> None:
    box = {"x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5}
    figure.add_shape(type="rect", line={"color": MARK, "width": 3, "dash": dash}, **box)


def _failure(figure: go.Figure, x: int, y: float, diverged: int) -> None:
    """A word on the tile of a combination without a mean."""
    word, font = "diverged" if diverged else "absent", {"size": 12, "color": MUTED}
    figure.add_annotation(x=x, y=y, text=word, showarrow=False, font=font)


def _text(row: Mapping[str, Any] | None, measure: str, dotted: Sequence[tuple[float, int]]) -> str:
    if row is None or math.isnan(row["mean"]):
        return ""
    mean, _, spread = with_spread(
        row["mean"], row["spread"], _whole(measure), row["half"]
    ).partition(" ± ")
    dot = " ●" if (row["beta"], row["latent"]) in dotted else ""
    failed = " ✕" if row["counted"] < row["members"] else ""
    return mean + dot + failed + (f"<br>± {spread}" if spread else "")


def _hover(row: Mapping[str, Any] | None, measure: str) -> str:
    if row is None or math.isnan(row["mean"]):
        return ""
    value = with_spread(row["mean"], row["spread"], _whole(measure), row["half"])
    text = f"beta {row['beta']:g}, latent {row['latent']:g}<br>{MEASURES[measure].label} {value}"
    text += f"<br>seeds: {row['counted']:g} of {row['members']:g}"
    return text + (f"<br>{html.escape(row['reason'])}" if row["reason"] else "")


def _whole(measure: str) -> bool:
    return MEASURES[measure].unit == "units"
