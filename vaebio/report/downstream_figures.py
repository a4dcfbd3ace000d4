"""Figures of what the latents serve for: values with intervals, classes, ranks, batches."""

import html
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import (
    AE,
    CONTROL,
    INK,
    MARK,
    MEMBER,
    NMF,
    PCA,
    SCVI,
    beta_colours,
    value_scale,
)
from vaebio.report.figures import blank, number
from vaebio.report.placed import VAE, Level, Place
from vaebio.terms import MEASURES

ROW, CLASS = 21, 30
"""Height in pixels of a row of values, and of a class."""
AT_TOP = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
GAP = 0.6
"""Rows left free before each latent size."""
LOOKS = {
    "PCA": (PCA, "diamond"),
    "NMF": (NMF, "square"),
    "AE": (AE, "triangle-up"),
    "scVI": (SCVI, "pentagon"),
    "control": (CONTROL, "x"),
}
"""Colour and symbol of what is no member."""


def dots(levels: Sequence[Level], measure: str, betas: Sequence[float]) -> go.Figure:
    """A dot with its interval for each combination and baseline, single seeds pale beside it.

    Parameters
    ----------
    betas
        All of the grid, so that a colour means the same on the whole page.
    """
    ups = _ups([level.place for level in levels])
    names = [level.place.name for level in levels]
    figure = blank(
        int(ROW * (max(ups) + 1)) + 130,
        x={"title": MEASURES[measure].axis},
        y={"tickvals": ups, "ticktext": names, "range": [max(ups) + 0.7, -0.7]},
        legend=AT_TOP,
    )
    colours = beta_colours(betas)
    seeds = [
        (v, up, _look(level.place, colours)[0])
        for level, up in zip(levels, ups, strict=True)
        for v in level.single
    ]
    pale = {"size": 6, "opacity": 0.4, "color": [colour for _, _, colour in seeds]}
    x, y = [value for value, _, _ in seeds], [up for _, up, _ in seeds]
    figure.add_scatter(x=x, y=y, mode="markers", hoverinfo="skip", showlegend=False, marker=pale)
    for trace in _traces(levels, ups, measure, colours):
        figure.add_scatter(**trace)
    return figure


def recalls(classes: pd.DataFrame) -> go.Figure:
    """Recall of each class by a member and by PCA, with intervals.

    Parameters
    ----------
    classes
        One row for each class: name, and recall, low, high of both (`pca_` before those of PCA;
        all may be absent).
    """
    names = [html.escape(name) for name in classes["name"]]
    places = list(range(len(classes)))
    figure = blank(
        CLASS * len(classes) + 120,
        x={"title": "recall on test", "range": [-0.03, 1.03]},
        y={"tickvals": places, "ticktext": names, "range": [len(names) - 0.5, -0.5]},
        legend=AT_TOP,
    )
    for name, start, shift in (("member", "", -0.13), ("PCA", "pca_", 0.13)):
        recall, low, high = (classes[f"{start}{c}"] for c in ("recall", "low", "high"))
        colour, symbol = (MEMBER, "circle") if name == "member" else LOOKS["PCA"]
        figure.add_scatter(
            x=[number(v) for v in recall],
            y=[i + shift for i in range(len(classes))],
            mode="markers",
            name=name,
            marker={"size": 9, "color": colour, "symbol": symbol},
            error_x=_bars(recall, low, high, colour),
            text=names,
            hovertemplate="%{text}: %{x:.2f}<extra></extra>",
        )
    return figure


def ranks(
    points: pd.DataFrame, others: pd.DataFrame, axes: tuple[str, str], betas: Sequence[float]
) -> go.Figure:
    """One measure against another: members by beta, baselines by their symbols.

    Parameters
    ----------
    points
        beta, x, y and hover of members.
    others
        kind, x, y and hover of baselines.
    axes
        The measures.
    """
    figure, colours = blank(440), beta_colours(betas)
    for beta, rows in points.groupby("beta"):
        marker = {"size": 9, "color": colours[beta]}
        figure.add_scatter(**_cloud(rows, f"beta {beta:g}", marker))
    for kind, rows in others.groupby("kind", sort=False):
        colour, symbol = LOOKS[kind]
        marker = {"size": 9, "symbol": f"{symbol}-open", "color": colour, "line": {"width": 2}}
        figure.add_scatter(**_cloud(rows, kind, marker))
    figure.update_xaxes(title_text=MEASURES[axes[0]].axis)
    figure.update_yaxes(title_text=MEASURES[axes[1]].axis)
    return figure


def panel(
    rows: Sequence[str],
    measures: Sequence[str],
    cells: Mapping[tuple[str, str], tuple[float, str, str]],
    framed: str,
) -> go.Figure:
    """Rows of combinations and baselines, columns of measures between 0 and 1.

    Parameters
    ----------
    cells
        Value, printed value and what stands in its label, by row and measure.
    framed
        The row to frame; empty for none.
    """
    figure = blank(26 * len(rows) + 150)
    found = [[cells.get((row, m)) for m in measures] for row in rows]
    figure.add_heatmap(
        x=list(range(len(measures))),
        y=list(range(len(rows))),
        z=[[number(cell[0]) if cell else None for cell in line] for line in found],
        text=[[cell[1] if cell else "" for cell in line] for line in found],
        customdata=[[cell[2] if cell else "" for cell in line] for line in found],
        texttemplate="%{text}",
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=value_scale(),
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        hoverongaps=False,
        textfont={"color": INK, "size": 11},
    )
    if framed in rows:
        up, line = list(rows).index(framed), {"color": MARK, "width": 2.5}
        right = len(measures) - 0.5
        figure.add_shape(type="rect", x0=-0.5, x1=right, y0=up - 0.5, y1=up + 0.5, line=line)
    names = [MEASURES[m].label.replace(" ", "<br>", 1) for m in measures]
    across = {"tickvals": list(range(len(measures))), "ticktext": names, "side": "top"}
    figure.update_xaxes(showgrid=False, tickangle=0, tickfont={"size": 11}, **across)
    up = {"tickvals": list(range(len(rows))), "ticktext": list(rows)}
    figure.update_yaxes(showgrid=False, range=[len(rows) - 0.5, -0.5], **up)
    return figure.update_layout(meta={"least_width": 170 + 72 * len(measures)})


def _ups(places: Sequence[Place]) -> list[float]:
    """Place of each row from the top, with a gap where the latent size changes."""
    ups, up = [], 0.0
    for before, place in zip([places[0], *places], places, strict=False):
        up += GAP * (before.latent != place.latent)
        ups.append(up)
        up += 1
    return ups


def _look(place: Place, colours: Mapping[float, str]) -> tuple[str, str]:
    return (colours[place.beta], "circle") if place.kind == VAE else LOOKS[place.kind]


def _traces(
    levels: Sequence[Level], ups: Sequence[float], measure: str, colours: Mapping[float, str]
) -> Iterator[dict[str, object]]:
    """One for each beta and each kind of baseline, which are the entries of the legend."""
    named: dict[str, list[tuple[Level, float]]] = {}
    for level, up in zip(levels, ups, strict=True):
        place = level.place
        name = f"beta {place.beta:g}" if place.kind == VAE else place.kind
        named.setdefault(name, []).append((level, up))
    for name, found in named.items():
        own = [level for level, _ in found]
        colour, symbol = _look(own[0].place, colours)
        table = pd.DataFrame({"v": [o.value for o in own], "low": [o.low for o in own]})
        table["high"] = [o.high for o in own]
        yield {
            "x": list(table["v"]),
            "y": [up for _, up in found],
            "mode": "markers",
            "name": name,
            "marker": {"size": 9, "color": colour, "symbol": symbol},
            "error_x": _bars(table["v"], table["low"], table["high"], colour),
            "text": [f"{o.place.name}: {html.escape(o.text(measure))}" for o in own],
            "hovertemplate": "%{text}<extra></extra>",
        }


def _bars(value: pd.Series, low: pd.Series, high: pd.Series, colour: str) -> dict[str, object]:
    """Arms of intervals; where there is none they have no length."""
    below, above = ((a - b).clip(lower=0) for a, b in ((value, low), (high, value)))
    return {
        "type": "data",
        "symmetric": False,
        "array": [number(v) or 0 for v in above],
        "arrayminus": [number(v) or 0 for v in below],
        "color": colour,
        "thickness": 1.3,
        "width": 0,
    }


def _cloud(rows: pd.DataFrame, name: str, marker: dict[str, object]) -> dict[str, object]:
    return {
        "x": list(rows["x"]),
        "y": list(rows["y"]),
        "mode": "markers",
        "name": name,
        "marker": marker,
        "text": list(rows["hover"]),
        "hovertemplate": "%{text}<extra></extra>",
    }
