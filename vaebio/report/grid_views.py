"""The frame of the grid: every measure on every split, with what its marks mean."""

import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import heatmap
from vaebio.report.chosen import recommended
from vaebio.report.comparison import density_rule
from vaebio.report.headline import ranked, reconstruction
from vaebio.report.methods_data import over_measured
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import best, comparable, means, splits, ties, typical_spread, values
from vaebio.report.sized import CONTROLS
from vaebio.report.views import Plot, View, baselines, mean_and_spread, model_choice, split_word
from vaebio.terms import MEASURES

OF_VALUES = ("mse", "r2", "distortion_nats", "elbo_nats", "objective_nats")
"""Measures that are sums or means over values."""

DASHES = "solid", "dot"
"""Frames of the recommended combination and of the lowest validation MSE."""

CONTROL_RULE = (
    "Grey, no part of the colour scale: the same measure of the labels themselves and of noise in "
    "place of the latents."
)


def grid(results: Results) -> Plot:
    """Every measure over the grid of every model; no views when nothing was measured."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("grid", "Which beta and latent size do best, and by what measure?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    frames = _framed(own), _frame_rule(own)
    for measure in comparable(own):
        said = density_rule(results, measure)
        for split in splits(own, measure):
            yield _view(own, model, measure, split, frames, said)


def _view(
    own: Results,
    model: str,
    measure: str,
    split: str,
    frames: tuple[dict[tuple[float, int], str], str],
    said: str,
) -> View:
    single = values(own, measure, split)
    table, levels = means(own, measure, split), baselines(own, measure, split)
    dotted = _dotted(single, table, MEASURES[measure].better)
    where = {"measure": MEASURES[measure].label, "split": split_word(split)}
    own_colours = f"Model: {model}; colours are scaled within it." if model else ""
    missing = over_measured(own) if measure in OF_VALUES else ""
    reading = (own_colours, _reading(table, levels, measure, frames[1], missing), said)
    return View(
        choice=model_choice(model) | where,
        reading=" ".join(filter(None, reading)),
        figure=heatmap.grid(table, levels, measure, frames[0], dotted),
        columns=[
            "beta",
            "latent",
            MEASURES[measure].axis,
            "spread over seeds",
            "seeds",
            "diverged",
        ],
        rows=list(_rows(table, levels, measure)),
    )


def _rows(table: pd.DataFrame, levels: pd.DataFrame, measure: str) -> Iterator[list[str]]:
    for row in table.itertuples():
        counts = [f"{row.counted}", f"{row.diverged}"]
        yield [f"{row.beta:g}", f"{row.latent:g}", *_printed(row, measure), *counts]
    for row in levels.itertuples():
        yield [row.name, f"{row.latent:g}", rounded(row.value, typical_spread(table)), "", "", ""]


def _framed(own: Results) -> dict[tuple[float, int], str]:
    """Places to frame, each with the dash of its line; one place has one frame."""
    heads = (reconstruction(own), DASHES[1]), (recommended(own), DASHES[0])
    return {(head.beta, head.latent): dash for head, dash in heads if head}


def _frame_rule(own: Results) -> str:
    lowest, chosen = reconstruction(own), recommended(own)
    if lowest is None:
        return ""
    if chosen is None:
        return "Frame: the lowest validation MSE."
    if (chosen.beta, chosen.latent) == (lowest.beta, lowest.latent):
        return "Frame: the recommended combination, which has the lowest validation MSE as well."
    return "Frame: the recommended combination; dotted frame: the lowest validation MSE."


def _reading(
    table: pd.DataFrame, levels: pd.DataFrame, measure: str, frames: str, missing: str
) -> str:
    parts = (
        _tile_rule(table),
        _direction(measure),
        frames,
        _dot_rule(table, measure),
        "✕: a seed has no value and is in no mean." if _incomplete(table) else "",
        CONTROL_RULE if levels["name"].isin(CONTROLS).any() else "",
        MEASURES[measure].meaning,
        missing,
    )
    return " ".join(filter(None, parts)).replace("`", "")


def _tile_rule(table: pd.DataFrame) -> str:
    if table["spread"].isna().all():
        return "Tile: the value of one seed."
    return "Tile: mean ± standard deviation over the seeds."


def _incomplete(table: pd.DataFrame) -> bool:
    return bool(((table["counted"] < table["members"]) & (table["counted"] > 0)).any())


def _printed(row: pd.Series, measure: str) -> list[str]:
    if math.isnan(row.mean):
        return ["", ""]
    whole = MEASURES[measure].unit == "units"
    return mean_and_spread(with_spread(row.mean, row.spread, whole, row.half))


def _direction(measure: str) -> str:
    better = MEASURES[measure].better
    if better == "neither":
        return "Stronger colour is higher, which by itself is neither better nor worse."
    return f"Stronger colour is better ({better})."


def _dot_rule(table: pd.DataFrame, measure: str) -> str:
    if MEASURES[measure].better == "neither":
        return ""
    if table["counted"].max() < 2:
        return "With one seed no difference can be told from noise, so none is marked best."
    return (
        "●: the best, and all that do not differ from it beyond the noise (95 % t interval of the "
        "difference, paired by seed)."
    )


def _dotted(single: pd.DataFrame, table: pd.DataFrame, better: str) -> list[tuple[float, int]]:
    top = best(table, better) if better != "neither" else None
    if top is None or top["counted"] < 2:
        return []
    place = (float(top["beta"]), int(top["latent"]))
    return [place, *ties(single, place)]
