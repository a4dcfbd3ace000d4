"""The frame of the frontier: rate against distortion on every split."""

import html
import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import figures
from vaebio.report.chosen import choice
from vaebio.report.comparison import density_rule
from vaebio.report.headline import ranked
from vaebio.report.methods_data import has_missing
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import baseline, means, splits, values
from vaebio.report.views import Plot, View, baselines, mean_and_spread, model_choice, split_word
from vaebio.terms import MEASURES, NOISE_FLOOR

LOG_TWO_PI = math.log(2 * math.pi)
RATE, DISTORTION = "rate_nats", "distortion_nats"
FORETOLD = "expected_rate_nats", "expected_mse_sample"


def frontier(results: Results) -> Plot:
    """Distortion against rate, one view for each model and split."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("frontier", "What does each nat of rate buy?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    betas, latents = list(results.members["beta"]), list(results.members["latent"])
    axes = (MEASURES[RATE].axis, MEASURES[DISTORTION].axis)
    curve, marks = _expected(own), _marks(own)
    for split in (s for s in splits(own, RATE) if s in splits(own, DISTORTION)):
        points, seeds = _points(own, split)
        levels, said = _levels(own, split), density_rule(results, DISTORTION)
        said = " ".join(filter(None, [_expected_rule(curve, split), _mark_rule(marks), said]))
        yield View(
            choice=model_choice(model) | {"split": split_word(split)},
            reading=_reading(own, levels, model, said),
            figure=figures.frontier(points, seeds, levels, betas, latents, curve, marks),
            columns=["beta", "latent", axes[0], "spread", axes[1], "spread"],
            rows=[*_rows(points, levels), *_expected_rows(curve)],
        )


def _points(own: Results, split: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rate and distortion of the combinations, and of single members."""
    rate, distortion = (values(own, measure, split) for measure in (RATE, DISTORTION))
    counted = rate["counted"] & distortion["counted"]
    seeds = rate[counted].rename(columns={"value": "rate"})
    seeds = seeds.assign(distortion=distortion.loc[counted, "value"])
    return _joined(*(means(own, measure, split) for measure in (RATE, DISTORTION))), seeds


def _marks(own: Results) -> dict[str, tuple[float, int]]:
    """Places (beta, latent) of the choices that are marked."""
    found = {name: choice(own, name) for name in ("recommended", "knee")}
    return {name: (one.beta, one.latent) for name, one in found.items() if one}


def _mark_rule(marks: dict[str, tuple[float, int]]) -> str:
    words = {"recommended": "Square: recommended.", "knee": "Diamond: the knee."}
    return " ".join(words[name] for name in marks)


def _expected(own: Results) -> pd.DataFrame:
    """The best linear VAE on train: latent, beta, rate, distortion; none where none is foretold."""
    rate, error = (means(own, measure, "train") for measure in FORETOLD)
    both = rate[["latent", "beta", "mean"]].rename(columns={"mean": "rate"})
    both = both.assign(distortion=_distortion(own, error["mean"]))
    return both.dropna() if _levels_hold(own) else both.iloc[:0]


def _expected_rule(curve: pd.DataFrame, split: str) -> str:
    if curve.empty:
        return ""
    text = (
        "Thin dashed lines with crosses: the best linear VAE with the same betas, from the "
        "eigenvalues of train"
    )
    if split == "train":
        return f"{text}; a member below the line of its size makes use of its hidden layers."
    return f"{text}. They are those of train, so here they are no bound."


def _expected_rows(curve: pd.DataFrame) -> Iterator[list[str]]:
    for row in curve.itertuples():
        place = f"{row.beta:g} (linear VAE on train)", f"{row.latent:g}"
        yield [*place, rounded(row.rate), "", rounded(row.distortion, 1), ""]


def _rows(points: pd.DataFrame, levels: pd.DataFrame) -> Iterator[list[str]]:
    for point in points.itertuples():
        rate = mean_and_spread(with_spread(point.rate, point.rate_spread))
        distortion = mean_and_spread(with_spread(point.distortion, point.distortion_spread))
        yield [f"{point.beta:g}", f"{point.latent:g}", *rate, *distortion]
    for level in levels.itertuples():
        latent = "" if math.isnan(level.latent) else f"{level.latent:g}"
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
            "The baselines have no level here: a squared error is a distortion in nats only for a "
            "gaussian with σ = 1."
        )
    if has_missing(own):
        return (
            "The baselines have no level here: a distortion is a sum over the values that were "
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
    levels = baselines(own, "mse", split).drop_duplicates(["name", "value"])
    levels = levels[levels["name"].isin(("PCA", "AE", "null"))]
    floor = baseline(own, NOISE_FLOOR, "mse", split)
    if floor:
        last = pd.DataFrame({"name": ["noise floor"], "value": [floor.value]})
        levels = pd.concat([levels, last], ignore_index=True)
    if not _levels_hold(own):
        levels = levels.iloc[:0]
    sized = levels["name"].isin(("PCA", "AE"))
    levels = levels.assign(latent=levels["latent"].astype(float).where(sized))
    return levels.assign(distortion=_distortion(own, levels["value"]))


def _distortion(own: Results, error: pd.Series) -> pd.Series:
    """A squared error per feature in nats, for a gaussian with sigma 1."""
    return 0.5 * int(own.prepared["features"]) * (error + LOG_TWO_PI)


def _levels_hold(own: Results) -> bool:
    """Whether a squared error tells a distortion."""
    return _unit_gaussian(own) and not has_missing(own)


def _unit_gaussian(own: Results) -> bool:
    return set(own.members["likelihood"]) == {"gaussian"} and own.config.model.sigma == "unit"
