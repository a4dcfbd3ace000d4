"""Figures of single features: errors by abundance, the best and the worst, all as points."""

import html
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import FLOOR, INK, LINES, MEMBER, NULL, PCA
from vaebio.report.figures import blank, number
from vaebio.terms import MEASURES

ROW = 20
"""Height of a feature in pixels."""
LOOKS = {
    "member": (MEMBER, "circle"),
    "PCA": (PCA, "diamond"),
    "null": (NULL, "line-ew"),
    "noise floor": (FLOOR, "line-ew"),
}
"""Colour and symbol by what it is."""
DECADES = 2
"""Abundances that span more than this many powers of ten are on a logarithmic axis."""


def strata(table: pd.DataFrame, labels: Sequence[str], measure: str) -> go.Figure:
    """One measure by stratum: a line for each of what is shown, with its intervals.

    Parameters
    ----------
    table
        kind, stratum (from 1), value, low, high (absent ones NaN) and hover.
    labels
        What stands below each stratum.
    """
    figure = blank(400)
    for i, (kind, rows) in enumerate(table.groupby("kind", sort=False)):
        colour, symbol = LOOKS[kind]
        level = kind in ("null", "noise floor")
        # Beside each other, so that no interval hides another.
        x = rows["stratum"] + 0.09 * (i - 0.5) * (not level)
        marker = {"size": 16 if level else 9, "symbol": symbol, "color": colour}
        marker["line"] = {"width": 3 if level else 0, "color": colour}
        figure.add_scatter(
            x=list(x),
            y=[number(v) for v in rows["value"]],
            mode="markers" if level else "lines+markers",
            name=kind,
            line={"color": colour, "width": 1.5},
            marker=marker,
            error_y=_arms(rows, colour),
            text=list(rows["hover"]),
            hovertemplate="%{text}<extra></extra>",
        )
    ticks = list(range(1, len(labels) + 1))
    figure.update_xaxes(tickvals=ticks, ticktext=list(labels), range=[0.5, len(labels) + 0.5])
    figure.update_xaxes(title_text="mean abundance on train, by stratum")
    figure.update_yaxes(title_text=MEASURES[measure].axis)
    return figure


def extremes(table: pd.DataFrame) -> go.Figure:
    """R² of single features by the member and by PCA, the best at the top.

    Parameters
    ----------
    table
        feature, r2, pca_r2 (may be absent) and gap, true where a row follows one left out.
    """
    ups = [i + float(gaps) for i, gaps in enumerate(table["gap"].cumsum())]
    figure = blank(int(ROW * (max(ups) + 1)) + 110)
    names = [html.escape(name) for name in table["feature"]]
    for kind, column in (("PCA", "pca_r2"), ("member", "r2")):
        colour, symbol = LOOKS[kind]
        figure.add_scatter(
            x=[number(v) for v in table[column]],
            y=ups,
            mode="markers",
            name=kind,
            marker={"size": 8, "color": colour, "symbol": symbol},
            text=names,
            hovertemplate="%{text}: %{x:.2f}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": LINES, "width": 1.5})
    figure.update_xaxes(title_text="R² on test")
    figure.update_yaxes(tickvals=ups, ticktext=names, range=[max(ups) + 0.7, -0.7])
    return figure.update_layout(legend={"y": 1, "yanchor": "bottom"})


def points(table: pd.DataFrame, title: str) -> go.Figure:
    """A value of every feature against its abundance.

    Parameters
    ----------
    table
        feature, abundance and value.
    """
    figure = blank(420)
    wide = spans_decades(table["abundance"])
    figure.add_scatter(
        x=list(table["abundance"].map(lambda v: float(f"{v:.3g}"))),
        y=list(table["value"].round(3)),
        mode="markers",
        showlegend=False,
        marker={"size": 5, "opacity": 0.45, "color": MEMBER},
        text=[html.escape(name) for name in table["feature"]],
        hovertemplate="%{text}<br>abundance %{x}<br>%{y:.2f}<extra></extra>",
    )
    figure.add_hline(y=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_xaxes(title_text="mean abundance on train", type="log" if wide else "linear")
    figure.update_yaxes(title_text=title)
    return figure


def spans_decades(abundance: pd.Series) -> bool:
    """Whether abundances need a logarithmic axis, which none at or below 0 can have."""
    low, high = abundance.min(), abundance.max()
    return bool(low > 0 and high / low > 10**DECADES)


def _arms(rows: pd.DataFrame, colour: str) -> dict[str, object]:
    below, above = rows["value"] - rows["low"], rows["high"] - rows["value"]
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(number(v) or 0, 0) for v in above],
        "arrayminus": [max(number(v) or 0, 0) for v in below],
        "color": colour,
        "thickness": 1.3,
        "width": 3,
    }
