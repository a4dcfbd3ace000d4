"""Frames of what the latents carry: active units by each definition, and the parts of the rate."""

import html
from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from vaebio.report.colours import INK, MEMBER, MUTED, VALUES
from vaebio.report.figures import blank, number
from vaebio.report.headline import ranked
from vaebio.report.numbers import with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import means, splits
from vaebio.report.views import Plot, View, mean_and_spread, model_choice, split_word
from vaebio.terms import MEASURES

PARTS = {
    "mutual_information_nats": MEMBER,
    "total_correlation_nats": VALUES[0][2],
    "dimension_kl_nats": VALUES[0][1],
}
"""Parts of the rate, from the bottom, with their colours."""

COUNTS = {
    "active_units": ("circle", "test"),
    "active_units_rate": ("circle-open", "test"),
    "expected_active_units": ("line-ew", "train"),
}
"""Numbers of units with their marks and the split on which they are counted."""

LEGEND = {"orientation": "h", "y": -0.26, "x": 0, "font": {"size": 12}, "traceorder": "normal"}


def active(results: Results) -> Plot:
    """Active units by variance, by rate, and as expected; one view for each latent size."""
    views = [view for model in ranked(results) for view in _active_views(results, model)]
    return Plot("active", "How many units are active, and how many were to be expected?", views)


def parts(results: Results) -> Plot:
    """What the rate is made of, one view for each latent size and split."""
    views = [view for model in ranked(results) for view in _part_views(results, model)]
    return Plot("parts", "What is the rate made of?", views)


def _active_views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    tables = {name: means(own, name, split) for name, (_, split) in COUNTS.items()}
    for latent in sorted(own.members["latent"].unique(), reverse=True):
        found = {name: _of_size(table, latent) for name, table in tables.items()}
        found = {name: table for name, table in found.items() if len(table)}
        if not found.keys() & {"active_units", "active_units_rate"}:
            continue
        yield View(
            choice=model_choice(model) | {"latent": f"{latent}"},
            reading=_active_rule(found),
            figure=_active_figure(found, latent),
            columns=["beta", "count", "units", "spread over seeds"],
            rows=list(_printed(found, whole=True)),
        )


def _active_rule(found: dict[str, pd.DataFrame]) -> str:
    words = {
        "active_units": "Filled: units whose posterior mean varies over test.",
        "active_units_rate": "Open: units whose mean rate on test is above the threshold; those "
        "that are in excess of the filled ones cost nats and hardly vary.",
        "expected_active_units": "Tick: the best linear VAE on train.",
    }
    spread = "Bars: standard deviation over the seeds."
    several = any(table["spread"].notna().any() for table in found.values())
    return " ".join([*(words[name] for name in found), *([spread] if several else [])])


def _active_figure(found: dict[str, pd.DataFrame], latent: int) -> go.Figure:
    figure = blank(340, legend=LEGEND)
    shift = dict(zip(COUNTS, (-0.1, 0.1, 0.0), strict=True))
    betas = _betas(found)
    for name, table in found.items():
        symbol, _ = COUNTS[name]
        tick = symbol == "line-ew"
        line = {"width": 2.5, "color": MUTED} if tick else {"width": 2, "color": MEMBER}
        figure.add_scatter(
            x=[betas[beta] + shift[name] for beta in table["beta"]],
            y=list(table["mean"]),
            error_y=_bars(table),
            mode="markers",
            name=MEASURES[name].label,
            marker={
                "symbol": symbol,
                "size": 26 if tick else 10,
                "color": MUTED if tick else MEMBER,
                "line": line,
            },
            text=_hover(table, name),
            hovertemplate="%{text}<extra></extra>",
        )
    _beta_axis(figure, betas)
    figure.update_yaxes(title_text=f"units of {latent}", range=[-0.4, latent + 0.4])
    return figure


def _part_views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    for split in splits(own, "dimension_kl_nats"):
        tables = {name: means(own, name, split) for name in (*PARTS, "rate_nats")}
        for latent in sorted(own.members["latent"].unique(), reverse=True):
            found = {name: _of_size(table, latent) for name, table in tables.items()}
            found = {name: table for name, table in found.items() if len(table)}
            if not found.keys() & set(PARTS):
                continue
            yield View(
                choice=model_choice(model) | {"latent": f"{latent}", "split": split_word(split)},
                reading=_part_rule(tables, latent),
                figure=_part_figure(found),
                columns=["beta", "part", MEASURES["rate_nats"].axis, "spread over seeds"],
                rows=list(_printed(found)),
            )


def _part_rule(tables: dict[str, pd.DataFrame], latent: int) -> str:
    text = (
        "Bars, means over seeds: what the latents tell about an observation (mutual information), "
        "what the units have in common (total correlation), and how far each unit is from the "
        "prior (dimension-wise KL). They sum to the rate of the observations they are estimated "
        "from; tick: the rate of the whole split."
    )
    own = tables["mutual_information_nats"]
    absent = own[(own["latent"] == latent) & own["mean"].isna()]
    if absent.empty:
        return text
    betas = ", ".join(f"{beta:g}" for beta in absent["beta"])
    reasons = "; ".join(dict.fromkeys(filter(None, absent["reason"])))
    return (
        f"{text} Mutual information is absent at beta {betas}, so what is left up to the tick is "
        f"not told apart: {reasons}."
    )


def _part_figure(found: dict[str, pd.DataFrame]) -> go.Figure:
    figure = blank(360, barmode="stack", bargap=0.35, legend=LEGEND)
    betas = _betas(found)
    for name, colour in PARTS.items():
        if name in found:
            table = found[name]
            figure.add_bar(
                x=[betas[beta] for beta in table["beta"]],
                y=list(table["mean"]),
                name=MEASURES[name].label,
                marker={"color": colour},
                text=_hover(table, name),
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
    if "rate_nats" in found:
        table = found["rate_nats"]
        figure.add_scatter(
            x=[betas[beta] for beta in table["beta"]],
            y=list(table["mean"]),
            error_y=_bars(table),
            mode="markers",
            name=MEASURES["rate_nats"].label,
            marker={"symbol": "line-ew", "size": 30, "line": {"width": 2.5, "color": INK}},
            text=_hover(table, "rate_nats"),
            hovertemplate="%{text}<extra></extra>",
        )
    _beta_axis(figure, betas)
    figure.update_yaxes(title_text=MEASURES["rate_nats"].axis, rangemode="tozero")
    return figure


def _of_size(table: pd.DataFrame, latent: int) -> pd.DataFrame:
    return table[(table["latent"] == latent) & table["mean"].notna()].sort_values("beta")


def _betas(found: dict[str, pd.DataFrame]) -> dict[float, int]:
    """Places of the betas on an axis."""
    every = sorted({beta for table in found.values() for beta in table["beta"]})
    return {beta: i for i, beta in enumerate(every)}


def _beta_axis(figure: go.Figure, betas: dict[float, int]) -> None:
    words = [f"{beta:g}" for beta in betas]
    ends = [-0.6, len(betas) - 0.4]
    figure.update_xaxes(
        title_text="beta", tickvals=list(betas.values()), ticktext=words, range=ends, showgrid=False
    )


def _bars(table: pd.DataFrame) -> dict[str, object]:
    bars = [number(value) or 0 for value in table["spread"]]
    return {"array": bars, "color": MUTED, "thickness": 1, "width": 4, "visible": any(bars)}


def _hover(table: pd.DataFrame, name: str) -> list[str]:
    whole = MEASURES[name].unit == "units"
    start = MEASURES[name].label
    return [
        f"{start}, beta {r.beta:g}: {html.escape(with_spread(r.mean, r.spread, whole, r.half))}"
        for r in table.itertuples()
    ]


def _printed(found: dict[str, pd.DataFrame], whole: bool = False) -> Iterator[list[str]]:
    for name, table in found.items():
        for r in table.itertuples():
            text = with_spread(r.mean, r.spread, whole, r.half)
            yield [f"{r.beta:g}", MEASURES[name].label, *mean_and_spread(text)]
