"""Figures of a diagnosis: where the error goes, what each probe reached, what the history shows."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import FLOOR, INK, LINES, MARK, MEMBER, MUTED, NULL, PARTS
from vaebio.report.figures import blank, number
from vaebio.terms import MEASURES

AXIS = "test MSE, scaled units"
"""Short enough for a narrow screen."""
STEP, PROBE = 44, 22
"""Pixels of a row of the waterfall, and of the probes."""
BOUNDS = {"null": (NULL, "dot"), "noise floor": (FLOOR, "longdash")}
"""Colour and dash of the levels around a member."""


def waterfall(steps: pd.DataFrame, within: tuple[float, float] | None) -> go.Figure:
    """Steps from the error of the train mean to the noise floor, downwards.

    Parameters
    ----------
    steps
        part, name, text, start, end (NaN where it could not be determined), low and high (of the
        end; NaN without an interval) and hover.
    within
        What the axis spans; None: the whole error, from 0.
    """
    figure = blank(STEP * len(steps) + 60, showlegend=False, bargap=0.32)
    places = list(range(len(steps)))
    figure.add_bar(
        orientation="h",
        y=places,
        x=[number(s.start - s.end) for s in steps.itertuples()],
        base=[number(s.end) for s in steps.itertuples()],
        marker={"color": [PARTS[part] for part in steps["part"]]},
        customdata=list(steps["hover"]),
        hovertemplate="%{customdata}<extra></extra>",
    )
    _ends(figure, steps)
    _joints(figure, steps)
    labels = [
        f'{html.escape(s.name)}<br><span style="color:{MUTED};font-size:12px">{s.text}</span>'
        for s in steps.itertuples(index=False)
    ]
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[len(steps) - 0.5, -0.5])
    figure.update_yaxes(showgrid=False)
    figure.update_xaxes(title_text=AXIS, nticks=6)
    figure.update_xaxes(**{"range": list(within)} if within else {"rangemode": "tozero"})
    return figure


def probes(
    rows: Sequence[Mapping[str, object]], levels: Mapping[str, float], prescribed: int | None
) -> go.Figure:
    """Test error of every probe: a dot for each seed, a bar for their mean.

    Parameters
    ----------
    rows
        label (escaped), errors (by seed), mean (None where all diverged) and diverged.
    levels
        Errors to hold it against, by a name in `BOUNDS`.
    prescribed
        Row to mark.
    """
    figure = blank(PROBE * len(rows) + 90, showlegend=False)
    dots = [(e, i, seed) for i, row in enumerate(rows) for seed, e in row["errors"].items()]
    figure.add_scatter(
        x=[e for e, _, _ in dots],
        y=[i for _, i, _ in dots],
        mode="markers",
        marker={"size": 8, "color": MEMBER, "opacity": 0.55},
        text=[f"seed {seed}" for _, _, seed in dots],
        hovertemplate="%{text}: %{x:.4~g}<extra></extra>",
    )
    known = [(row["mean"], i) for i, row in enumerate(rows) if row["mean"] is not None]
    bar = {"size": 15, "symbol": "line-ns", "line": {"width": 2.5, "color": INK}}
    x, y = [mean for mean, _ in known], [i for _, i in known]
    figure.add_scatter(x=x, y=y, mode="markers", hoverinfo="skip", marker=bar)
    if prescribed is not None and rows[prescribed]["mean"] is not None:
        square = {"size": 17, "symbol": "square-open", "color": MARK, "line": {"width": 2}}
        x, y = [rows[prescribed]["mean"]], [prescribed]
        figure.add_scatter(x=x, y=y, mode="markers", hoverinfo="skip", marker=square)
    for name, value in levels.items():
        colour, dash = BOUNDS[name]
        figure.add_vline(x=value, layer="below", line={"color": colour, "width": 1.5, "dash": dash})
        note = {"yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False}
        figure.add_annotation(x=value, text=name, font={"size": 12, "color": colour}, **note)
    cross = f' <span style="color:{MARK}">✕</span>'
    labels = [row["label"] + cross * bool(row["diverged"]) for row in rows]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=labels, tickfont={"size": 12})
    figure.update_yaxes(range=[len(rows) - 0.4, -0.6])
    figure.update_xaxes(title_text=AXIS, nticks=6)
    figure.update_layout(margin={"l": 8, "r": 24, "t": 28, "b": 8})
    return figure


def courses(
    curves: Mapping[str, Mapping[str, pd.DataFrame]],
    shaded: Sequence[tuple[float, float]],
    levels: Mapping[str, float],
) -> go.Figure:
    """MSE above rate by epoch: solid on validation, dotted on train.

    Parameters
    ----------
    curves
        epoch, mse and rate_nats by member and split.
    shaded
        First and last epochs of intervals.
    levels
        Errors on validation, by a name in `BOUNDS`.
    """
    figure = blank(560, showlegend=False)
    for member, splits in curves.items():
        for split, rows in splits.items():
            train = split == "train"
            line = {"color": MEMBER, "width": 1.1 if train else 2}
            line["dash"] = "dot" if train else "solid"
            for axis, quantity in (("", "mse"), ("2", "rate_nats")):
                figure.add_scatter(
                    x=[int(e) for e in rows["epoch"]],
                    y=[number(v) for v in rows[quantity]],
                    mode="lines",
                    line=line,
                    xaxis="x",
                    yaxis=f"y{axis}",
                    name=html.escape(member),
                    hovertemplate=f"{html.escape(member)}, {split}<br>epoch %{{x}}: %{{y:.4~g}}"
                    "<extra></extra>",
                )
    across, up = (figure.layout[a].to_plotly_json() for a in ("xaxis", "yaxis"))
    title = up["title"]
    second = up | {"domain": [0, 0.46], "title": title | {"text": _two_lines("rate_nats")}}
    first = up | {"domain": [0.54, 1], "title": title | {"text": _two_lines("mse")}}
    across |= {"anchor": "y2", "title": across["title"] | {"text": "epoch"}}
    figure.update_layout(xaxis=across, yaxis=first, yaxis2=second | {"rangemode": "tozero"})
    _shade(figure, shaded)
    for name, value in levels.items():
        colour, dash = BOUNDS[name]
        line = {"color": colour, "width": 1.2, "dash": dash}
        figure.add_shape(
            type="line", xref="x domain", x0=0, x1=1, yref="y", y0=value, y1=value, line=line
        )
        note = {"xref": "x domain", "x": 1, "xanchor": "right", "yanchor": "bottom"}
        font = {"size": 11, "color": colour}
        figure.add_annotation(y=value, yref="y", text=name, showarrow=False, font=font, **note)
    return figure


def _two_lines(measure: str) -> str:
    """Label of a low axis."""
    return f"{MEASURES[measure].label}<br>{MEASURES[measure].unit}"


def _shade(figure: go.Figure, shaded: Sequence[tuple[float, float]]) -> None:
    for first, last in shaded:
        figure.add_shape(
            type="rect",
            xref="x",
            x0=first,
            x1=last,
            yref="paper",
            y0=0,
            y1=1,
            layer="below",
            fillcolor=MUTED,
            opacity=0.1,
            line={"width": 0},
        )


def _ends(figure: go.Figure, steps: pd.DataFrame) -> None:
    """Intervals, drawn at the end of their step."""
    known = [(i, s) for i, s in enumerate(steps.itertuples(index=False)) if s.low == s.low]
    arms = {"type": "data", "symmetric": False, "color": INK, "thickness": 1.2, "width": 4}
    arms["array"] = [number(s.high - s.end) for _, s in known]
    arms["arrayminus"] = [number(s.end - s.low) for _, s in known]
    figure.add_scatter(
        x=[number(s.end) for _, s in known],
        y=[i for i, _ in known],
        mode="markers",
        marker={"size": 1, "color": INK},
        error_x=arms,
        hoverinfo="skip",
    )


def _joints(figure: go.Figure, steps: pd.DataFrame) -> None:
    """Thin lines from the end of a step to the start of the next."""
    level = None
    for i, step in enumerate(steps.itertuples(index=False)):
        if step.end != step.end:
            continue
        if level is not None:
            at, since = level
            line = {"color": LINES, "width": 1.2}
            figure.add_shape(type="line", x0=at, x1=at, y0=since, y1=i, line=line, layer="below")
        level = (step.start if step.part == "null" else step.end), i
