"""The frame of the latent units: the rate of each one seen beside the expected."""

import html
from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.chosen import choice
from vaebio.report.colours import INK, beta_colours
from vaebio.report.figures import blank, number
from vaebio.report.headline import ranked, reconstruction
from vaebio.report.numbers import rounded
from vaebio.report.read import Results
from vaebio.report.views import Plot, View, model_choice
from vaebio.terms import MEASURES

QUESTION = "Which latent units carry information?"


def units(results: Results) -> Plot:
    """Rate of each unit, one view for each member; the recommended one first."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("units", QUESTION, views)


def first_member(results: Results) -> str:
    """The recommended member, else a seed of the lowest validation MSE; empty without either."""
    found = choice(results, "recommended")
    if found:
        return found.member
    head = reconstruction(results)
    if head is None:
        return ""
    own = results.of(head.model).members
    own = own[(own["beta"] == head.beta) & (own["latent"] == head.latent)]
    return own["member"].iloc[0]


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    colours, first = beta_colours(list(results.members["beta"])), first_member(results)
    tables = dict(list(own.units.groupby("member", sort=False)))
    # Of several models the first view is that of the best one, which need not have the first.
    order = own.members.sort_values(
        ["latent", "beta", "seed"], key=lambda s: s if s.name != "latent" else -s
    )
    for member in sorted(order.itertuples(), key=lambda m: m.member != first):
        rows = tables.get(member.member)
        if rows is None or rows["rate_nats"].isna().all():
            continue
        table = _ranked(rows)
        place = {"latent": member.latent, "beta": f"{member.beta:g}", "seed": member.seed}
        yield View(
            choice=model_choice(model) | {axis: f"{value}" for axis, value in place.items()},
            reading=_reading(member.member, table, member.member == first and _known(results)),
            figure=_figure(table, colours[member.beta]),
            columns=["rank", "unit", "rate, nats", "expected rate, nats", "active"],
            rows=list(_rows(table)),
        )


def _known(results: Results) -> bool:
    return choice(results, "recommended") is not None


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Units by falling rate, as the expected ones are paired with them."""
    table = rows.sort_values("rate_nats", ascending=False, kind="stable")
    return table.assign(rank=range(1, len(table) + 1), active=table["active"] == "True")


def _reading(member: str, table: pd.DataFrame, first: bool) -> str:
    active = int(table["active"].sum())
    parts = (
        f"{member}, {'the recommended member' if first else 'as chosen'}: {active} of "
        f"{len(table)} units are active (their posterior mean varies over test).",
        "Bars: rate of each unit on test, in falling order; pale: not active.",
        "Ticks: the unit of the same rank of the best linear VAE on train."
        if table["expected_rate_nats"].notna().any()
        else "No expected rate is known for this model.",
        f"Together they carry {rounded(table['rate_nats'].sum())} nats.",
    )
    return " ".join(parts)


def _figure(table: pd.DataFrame, colour: str) -> go.Figure:
    figure = blank(320, bargap=0.25)
    ranks = list(table["rank"])
    figure.add_bar(
        x=ranks,
        y=[number(v) for v in table["rate_nats"]],
        marker={"color": colour, "opacity": [1.0 if on else 0.35 for on in table["active"]]},
        text=[f"unit {html.escape(unit)}" for unit in table["unit"]],
        textposition="none",
        hovertemplate="%{text}: %{y:.3~g} nats<extra></extra>",
        name="seen",
        showlegend=False,
    )
    expected = [number(v) for v in table["expected_rate_nats"]]
    if any(value is not None for value in expected):
        marker = {"symbol": "line-ew", "size": 14, "line": {"width": 2.5, "color": INK}}
        hover = "expected: %{y:.3~g} nats<extra></extra>"
        figure.add_scatter(
            x=ranks,
            y=expected,
            mode="markers",
            marker=marker,
            hovertemplate=hover,
            showlegend=False,
        )
    step = {"dtick": 1} if len(ranks) <= 16 else {}
    figure.update_xaxes(title_text="unit, by its rate", showgrid=False, **step)
    figure.update_yaxes(title_text=MEASURES["rate_nats"].axis, rangemode="tozero")
    return figure


def _rows(table: pd.DataFrame) -> Iterator[list[str]]:
    for row in table.itertuples():
        cells = [_cell(value) for value in (row.rate_nats, row.expected_rate_nats)]
        yield [f"{row.rank}", f"{row.unit}", *cells, "yes" if row.active else "no"]


def _cell(value: float) -> str:
    return "" if number(value) is None else rounded(value)
