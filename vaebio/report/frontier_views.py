"""The frame of the frontier: rate against distortion on every split."""

import html
import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import figures
from vaebio.report.comparison import density_rule
from vaebio.report.headline import ranked
from vaebio.report.methods_data import has_missing
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import splits, summary, values
from vaebio.report.views import Plot, View, baselines, mean_and_spread, model_choice, split_word
from vaebio.terms import MEASURES

LOG_TWO_PI = math.log(2 * math.pi)
RATE, DISTORTION = "rate_nats", "distortion_nats"


def frontier(results: Results) -> Plot:
    """Distortion against rate, one view for each model and split."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("frontier", "What does each nat of rate buy?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    betas, latents = list(results.members["beta"]), list(results.members["latent"])
    axes = (MEASURES[RATE].axis, MEASURES[DISTORTION].axis)
    for split in (s for s in splits(own, RATE) if s in splits(own, DISTORTION)):
        points, seeds = _points(own, split)
        levels = _levels(own, split)
        yield View(
            choice=model_choice(model) | {"split": split_word(split)},
            reading=_reading(own, levels, model, density_rule(results, DISTORTION)),
            figure=figures.frontier(points, seeds, levels, betas, latents),
            columns=["beta", "latent", axes[0], "spread", axes[1], "spread"],
            rows=list(_rows(points, levels)),
        )


def _points(own: Results, split: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rate and distortion of the combinations, and of single members."""
    rate, distortion = (values(own, measure, split) for measure in (RATE, DISTORTION))
    counted = rate["counted"] & distortion["counted"]
    seeds = rate[counted].rename(columns={"value": "rate"})
    seeds = seeds.assign(distortion=distortion.loc[counted, "value"])
    return _joined(summary(rate), summary(distortion)), seeds


def _rows(points: pd.DataFrame, levels: pd.DataFrame) -> Iterator[list[str]]:
    for point in points.itertuples():
        rate = mean_and_spread(with_spread(point.rate, point.rate_spread))
        distortion = mean_and_spread(with_spread(point.distortion, point.distortion_spread))
        yield [f"{point.beta:g}", f"{point.latent:g}", *rate, *distortion]
    for level in levels.itertuples():
        latent = "" if level.name == "null" else f"{level.latent:g}"
        yield [level.name, latent, "", "", rounded(level.distortion, 1), ""]


def _reading(own: Results, levels: pd.DataFrame, model: str, said: str) -> str:
    text = (
        "Down and to the left is better: less distortion for less rate. Each line is one latent "
        "size, each point one beta, the mean over seeds with its standard deviation; pale points "
        "are single members."
    )
    named = f"Model: {model}." if model else ""
    return " ".join(filter(None, (named, text, _rule(own, levels), said)))


def _rule(own: Results, levels: pd.DataFrame) -> str:
    """What the levels of the baselines are, or why there are none."""
    if not _unit_gaussian(own):
        return (
            "PCA and null have no level here: a squared error is a distortion in nats only for a "
            "gaussian with σ = 1."
        )
    if has_missing(own):
        return (
            "PCA and null have no level here: a distortion is a sum over the values that were "
            "measured, of which every observation has another number."
        )
    if levels.empty:
        return ""
    return (
        "Baselines have no rate, so they are levels: a deterministic reconstruction of F features "
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


def _levels(own: Results, split: str) -> pd.DataFrame:
    """Baselines as distortion; only where the likelihood makes one of the other.

    Not where values are missing: a mean over the measured values of each observation does not tell
    the mean of their sums.
    """
    features = int(own.prepared["features"])
    levels = baselines(own, "mse", split).drop_duplicates(["name", "value"])
    levels = levels[levels["name"].isin(("PCA", "null"))]
    if not _unit_gaussian(own) or has_missing(own):
        levels = levels.iloc[:0]
    return levels.assign(distortion=0.5 * features * (levels["value"] + LOG_TWO_PI))


def _unit_gaussian(own: Results) -> bool:
    return set(own.members["likelihood"]) == {"gaussian"} and own.config.model.sigma == "unit"
