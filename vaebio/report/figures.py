"""Figures: tidy tables in, plotly figures out.

Every figure is drawn in the light colours of `colours`; the page swaps them for the dark ones.
"""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import (
    AE,
    FLOOR,
    INK,
    LINES,
    MARK,
    MEMBER,
    MUTED,
    NULL,
    PCA,
    SHADE,
    beta_colours,
    latent_colours,
)
from vaebio.report.headline import Headline
from vaebio.terms import MEASURES

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
CLEAR = "rgba(0,0,0,0)"
STRIP, TWO_LINES, BETWEEN = 34, 42, 62
CHARACTER = 8
"""Pixels of a printed character, so that no number is cut at the edge."""
"""Pixels of a row of a strip, of one with a name in two lines, and between two strips."""


@dataclass(frozen=True)
class _Row:
    """A row of a strip: a model or a baseline, with the values of its single seeds."""

    name: str
    value: float
    text: str
    colour: str
    seeds: list[float]


def blank(
    height: int,
    x: Mapping[str, Any] | None = None,
    y: Mapping[str, Any] | None = None,
    **layout: object,
) -> go.Figure:
    """An empty figure with the page's axes and letters.

    Parameters
    ----------
    x, y
        What the axes have besides, their `title` as text. To give it here takes a tenth of the
        time of an update of the figure.
    """
    return go.Figure(
        layout={
            "template": None,
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "font": {"family": FONT, "size": 13, "color": INK},
            "xaxis": _axis(**x or {}),
            "yaxis": _axis(**y or {}),
            "hoverlabel": {"bgcolor": SHADE, "bordercolor": LINES, "font": {"color": INK}},
            "legend": {"orientation": "h", "y": -0.2, "x": 0, "font": {"size": 12}},
            **layout,
        }
    )


def _axis(title: str | None = None, **more: object) -> dict[str, Any]:
    return {
        "gridcolor": LINES,
        "zeroline": False,
        "linecolor": LINES,
        "ticks": "",
        "automargin": True,
        "title": {"text": title, "font": {"size": 13, "color": MUTED}},
        **more,
    }


def frontier(
    points: pd.DataFrame,
    seeds: pd.DataFrame,
    levels: pd.DataFrame,
    betas: Sequence[float],
    latents: Sequence[int],
    expected: pd.DataFrame,
    marks: Mapping[str, tuple[float, int]],
) -> go.Figure:
    """Distortion against rate: a line for each latent size, a point for each beta.

    Parameters
    ----------
    points
        latent, beta, rate, distortion and their spreads rate_spread, distortion_spread (may be
        NaN), hover.
    seeds
        latent, beta, rate, distortion of single members.
    levels
        Reference levels: name, latent (absent for null), distortion.
    betas, latents
        All of the grid, so that a colour means the same on the whole page.
    expected
        latent, beta, rate and distortion of the best linear VAE; may be empty.
    marks
        Places (beta, latent) to mark, by the name of what they are.
    """
    figure = blank(540, margin={"l": 8, "r": 84, "t": 12, "b": 8})
    colours, lines = beta_colours(betas), latent_colours(latents)
    if len(seeds) > len(points):
        marker = {"size": 5, "opacity": 0.45, "color": [colours[b] for b in seeds["beta"]]}
        x, y = list(seeds["rate"]), list(seeds["distortion"])
        figure.add_scatter(
            x=x, y=y, mode="markers", hoverinfo="skip", showlegend=False, marker=marker
        )
    for latent, rows in points.sort_values("beta").groupby("latent"):
        figure.add_scatter(**_frontier_line(rows, lines[latent], colours))
    for latent, rows in expected.sort_values("beta").groupby("latent"):
        figure.add_scatter(**_expected_line(rows, lines[latent]))
    _marks(figure, points, marks)
    _keys(figure, colours, {k: lines[k] for k in sorted(points["latent"].unique())})
    _levels(figure, levels, points)
    figure.update_xaxes(title_text=MEASURES["rate_nats"].axis, rangemode="tozero")
    figure.update_yaxes(title_text=MEASURES["distortion_nats"].axis)
    figure.update_layout(legend={"y": -0.14})
    return figure


def levels(strips: Sequence[Sequence[Headline]], betas: Sequence[float]) -> go.Figure:
    """The best combination of each model beside the baselines: one strip for each measure.

    Parameters
    ----------
    strips
        The headlines of one measure, one for each model, the best first.
    betas
        All betas of the grid, for the colour.
    """
    colours = beta_colours(betas)
    drawn = [(heads[0].measure, _strip_rows(heads, colours)) for heads in strips]
    row = STRIP if max(len(heads) for heads in strips) == 1 else TWO_LINES
    height = sum(row * len(rows) + BETWEEN for _, rows in drawn)
    longest = max(len(row.text) for _, rows in drawn for row in rows)
    margin = {"l": 8, "r": max(112, CHARACTER * longest), "t": 8, "b": 8}
    figure = blank(height + 16, showlegend=False, margin=margin)
    top = 1.0
    for i, (measure, rows) in enumerate(drawn):
        bottom = top - row * len(rows) / height
        _strip(figure, i, (bottom, top), measure, rows)
        top = bottom - BETWEEN / height
    return figure


def baseline_levels(heads: Sequence[Headline]) -> list[tuple[str, float, str]]:
    """Name, value and printed value of PCA of each size among the headlines, then of null."""
    pca = {head.latent: head for head in reversed(heads) if head.pca}
    rows = [
        (f"PCA, {latent} components", pca[latent].pca.value, pca[latent].level(pca[latent].pca))
        for latent in sorted(pca)
    ]
    null = next((head for head in heads if head.null), None)
    return rows + ([("null (train mean)", null.null.value, null.level(null.null))] if null else [])


def shares(table: pd.DataFrame) -> go.Figure:
    """Part of the null's error that is left, one row for each data set.

    Parameters
    ----------
    table
        name, member and pca (parts of the null's MSE; pca may be absent).
    """
    names = [html.escape(name) for name in table["name"]]
    figure = blank(STRIP * len(names) + 90)
    figure.update_layout(legend={"y": 1, "yanchor": "bottom"})
    bars = {"size": 18, "symbol": "line-ns", "line": {"width": 3, "color": PCA}}
    dots = {"size": 13, "color": MEMBER}
    # By place, not by name: two data sets may have the same name.
    places = list(range(len(names)))
    for name, column, marker in (("PCA", "pca", bars), ("VAE", "member", dots)):
        values = [number(value) for value in table[column]]
        figure.add_scatter(x=values, y=places, mode="markers", name=name, marker=marker)
    figure.add_vline(x=1, line={"color": NULL, "width": 1.2, "dash": "dot"})
    figure.update_xaxes(title_text="test MSE / MSE of the null", rangemode="tozero")
    figure.update_yaxes(tickvals=places, ticktext=names, range=[len(names) - 0.5, -0.5])
    return figure


def number(value: float) -> float | None:
    """Absent values are None: JSON has no NaN."""
    return None if value is None or not math.isfinite(value) else float(value)


def _keys(figure: go.Figure, betas: Mapping[float, str], latents: Mapping[int, str]) -> None:
    """Entries of the legend: a line is a latent size, a dot is a beta."""
    for latent, colour in latents.items():
        line, name = {"color": colour, "width": 3}, f"latent {latent}"
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=name, legendgroup=f"{latent}", line=line
        )
    for beta, colour in betas.items():
        dot, name = {"size": 10, "color": colour}, f"beta {beta:g}"
        figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=dot)


def _frontier_line(
    rows: pd.DataFrame, colour: str, betas: Mapping[float, str]
) -> dict[str, object]:
    bars = {
        axis: {
            "array": [number(v) or 0 for v in rows[f"{name}_spread"]],
            "color": MUTED,
            "thickness": 1,
            "width": 3,
        }
        for axis, name in (("error_x", "rate"), ("error_y", "distortion"))
        if rows[f"{name}_spread"].notna().any()
    }
    dots = [betas[beta] for beta in rows["beta"]]
    return {
        "x": list(rows["rate"]),
        "y": list(rows["distortion"]),
        "mode": "lines+markers",
        "showlegend": False,
        "legendgroup": f"{rows['latent'].iloc[0]}",
        "line": {"color": colour, "width": 2.5},
        "marker": {"size": 11, "color": dots, "line": {"color": colour, "width": 2}},
        "customdata": list(rows["hover"]),
        "hovertemplate": "%{customdata}<extra></extra>",
        **bars,
    }


def _expected_line(rows: pd.DataFrame, colour: str) -> dict[str, object]:
    """The optimum of a linear VAE: a thin line with a cross for each beta, no dots."""
    return {
        "x": list(rows["rate"]),
        "y": list(rows["distortion"]),
        "mode": "lines+markers",
        "showlegend": False,
        "legendgroup": f"{rows['latent'].iloc[0]}",
        "line": {"color": colour, "width": 1.2, "dash": "dash"},
        "marker": {"size": 7, "symbol": "x-thin", "line": {"color": colour, "width": 1.2}},
        "customdata": [f"{beta:g}, latent {rows['latent'].iloc[0]}" for beta in rows["beta"]],
        "hovertemplate": "linear VAE on train, beta %{customdata}<extra></extra>",
    }


SYMBOLS = {"recommended": "square-open", "knee": "diamond-open"}
"""Marks around the points of a frontier; one inside the other where both are the same point."""


def _marks(figure: go.Figure, points: pd.DataFrame, marks: Mapping[str, tuple[float, int]]) -> None:
    places = points.set_index(["beta", "latent"])
    for name, place in marks.items():
        if place in places.index:
            point = places.loc[place]
            marker = {"size": 22, "symbol": SYMBOLS[name], "color": MARK, "line": {"width": 2}}
            x, y = [point["rate"]], [point["distortion"]]
            figure.add_scatter(x=x, y=y, mode="markers", name=name, hoverinfo="skip", marker=marker)


LEVELS = {
    "null": (NULL, "dot"),
    "PCA": (PCA, "dash"),
    "AE": (AE, "dashdot"),
    "noise floor": (FLOOR, "longdash"),
}
"""Colour and dash of a level, by its name."""


def _levels(figure: go.Figure, levels: pd.DataFrame, points: pd.DataFrame) -> None:
    """Horizontal reference lines, their names at the right, moved apart where they touch."""
    if levels.empty:
        return
    heights = pd.concat([levels["distortion"], points["distortion"]])
    apart = 0.042 * (heights.max() - heights.min())
    above = -math.inf
    for row in levels.sort_values("distortion").itertuples():
        colour, dash = LEVELS[row.name]
        line = {"color": colour, "width": 1.2, "dash": dash}
        figure.add_hline(y=row.distortion, layer="below", line=line)
        above = max(row.distortion, above + apart)
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            y=above,
            xshift=6,
            showarrow=False,
            text=row.name if row.name in ("null", "noise floor") else f"{row.name} {row.latent:g}",
            font={"size": 12, "color": colour},
        )


def _strip_rows(heads: Sequence[Headline], colours: Mapping[float, str]) -> list[_Row]:
    rows = []
    for head in heads:
        spot = f"beta {head.beta:g}, latent {head.latent}"
        name = f"{html.escape(head.model)}<br>{spot}" if head.model else f"VAE, {spot}"
        rows.append(_Row(name, head.mean, head.text, colours[head.beta], list(head.single)))
    for name, value, text in baseline_levels(heads):
        rows.append(_Row(name, value, text, NULL if name.startswith("null") else PCA, []))
    return rows


def _strip(
    figure: go.Figure, place: int, domain: tuple[float, float], measure: str, rows: Sequence[_Row]
) -> None:
    """One measure: seeds, their mean, PCA and null on a common scale."""
    axis = "" if place == 0 else str(place + 1)
    on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    seeds = [(value, row) for row in rows for value in row.seeds]
    pale = {"size": 9, "color": [row.colour for _, row in seeds], "opacity": 0.4}
    x, y = [value for value, _ in seeds], [row.name for _, row in seeds]
    figure.add_scatter(x=x, y=y, mode="markers", hoverinfo="skip", marker=pale, **on)
    bars = {"size": 17, "symbol": "line-ns"}
    bars["line"] = {"width": 3, "color": [row.colour for row in rows]}
    x, y, texts = ([getattr(row, part) for row in rows] for part in ("value", "name", "text"))
    hover = "%{y}: %{text}<extra></extra>"
    figure.add_scatter(x=x, y=y, mode="markers", text=texts, hovertemplate=hover, marker=bars, **on)
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 10, "showarrow": False}
    for row in rows:
        figure.add_annotation(y=row.name, yref=f"y{axis}", text=row.text, **beside)
    across, up = (figure.layout[a].to_plotly_json() for a in ("xaxis", "yaxis"))
    title = {"text": MEASURES[measure].axis, "font": {"size": 12, "color": MUTED}}
    across |= {"title": title, "anchor": f"y{axis}", "nticks": 3, "tickangle": 0}
    up |= {"domain": list(domain), "anchor": f"x{axis}", "type": "category"}
    up |= {"range": [len(rows) - 0.5, -0.5]}
    # The bars of all rows: a row without seeds would else come last.
    up |= {"categoryorder": "array", "categoryarray": y}
    figure.update_layout({f"xaxis{axis}": across, f"yaxis{axis}": up})
