"""The frame of the frontier: rate against distortion on every split."""

import html
import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import figures
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import splits, summary, values
from vaebio.report.views import Plot, View, baselines, mean_and_spread, split_word
from vaebio.terms import MEASURES

LOG_TWO_PI = math.log(2 * math.pi)
RATE, DISTORTION = "rate_nats", "distortion_nats"


def frontier(results: Results) -> Plot:
    """Distortion against rate, one view for each split."""
    both = [s for s in splits(results, RATE) if s in splits(results, DISTORTION)]
    views = [_view(results, split) for split in both]
    return Plot("frontier", "What does each nat of rate buy?", views)


def _view(results: Results, split: str) -> View:
    rate, distortion = (values(results, measure, split) for measure in (RATE, DISTORTION))
    points = _joined(summary(rate), summary(distortion))
    counted = rate["counted"] & distortion["counted"]
    seeds = rate[counted].rename(columns={"value": "rate"})
    seeds = seeds.assign(distortion=distortion.loc[counted, "value"])
    levels = _levels(results, split)
    betas, latents = list(results.members["beta"]), list(results.members["latent"])
    axes = (MEASURES[RATE].axis, MEASURES[DISTORTION].axis)
    return View(
        choice={"split": split_word(split)},
        reading=_reading(levels),
        figure=figures.frontier(points, seeds, levels, betas, latents),
        columns=["beta", "latent", axes[0], "spread", axes[1], "spread"],
        rows=list(_rows(points, levels)),
    )


def _rows(points: pd.DataFrame, levels: pd.DataFrame) -> Iterator[list[str]]:
    for point in points.itertuples():
        rate = mean_and_spread(with_spread(point.rate, point.rate_spread))
        distortion = mean_and_spread(with_spread(point.distortion, point.distortion_spread))
        yield [f"{point.beta:g}", f"{point.latent:g}", *rate, *distortion]
    for level in levels.itertuples():
        latent = "" if level.name == "null" else f"{level.latent:g}"
        yield [level.name, latent, "", "", rounded(level.distortion, 1), ""]


def _reading(levels: pd.DataFrame) -> str:
    text = (
        "Down and to the left is better: less distortion for less rate. Each line is one latent "
        "size, each point one beta, the mean over seeds with its standard deviation; pale points "
        "are single members."
    )
    if levels.empty:
        return text
    return text + (
        " Baselines have no rate, so they are levels: a deterministic reconstruction of F features "
        "with σ = 1 costs F/2 × MSE + F/2 × ln 2π nats. A VAE pays for the noise of its latents "
        "as well."
    )


def _joined(rate: pd.DataFrame, distortion: pd.DataFrame) -> pd.DataFrame:
    both = rate.merge(distortion, on=["latent", "beta"], suffixes=("_rate", "_distortion"))
    both = both.dropna(subset=["mean_rate", "mean_distortion"]).rename(
        columns={
            "mean_rate": "rate",
            "mean_distortion": "distortion",
            "spread_rate": "rate_spread",
            "spread_distortion": "distortion_spread",
        }
    )
    hover = [
        f"beta {p.beta:g}, latent {p.latent:g}<br>"
        f"rate {html.escape(with_spread(p.rate, p.rate_spread))}<br>"
        f"distortion {html.escape(with_spread(p.distortion, p.distortion_spread))}"
        for p in both.itertuples()
    ]
    return both.assign(hover=hover)


def _levels(results: Results, split: str) -> pd.DataFrame:
    """Baselines as distortion; only where the likelihood makes one of the other."""
    model, features = results.config.model, int(results.prepared["features"])
    levels = baselines(results, "mse", split).drop_duplicates(["name", "value"])
    if (model.likelihood, model.sigma) != ("gaussian", "unit"):
        levels = levels.iloc[:0]
    return levels.assign(distortion=0.5 * features * (levels["value"] + LOG_TWO_PI))
