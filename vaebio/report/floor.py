"""The noise floor in words: what is left to explain, and how the floor was found."""

import math

from vaebio.report.headline import Headline, at
from vaebio.report.numbers import plural, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import Baseline, baseline
from vaebio.terms import NOISE_FLOOR


def explained(results: Results, error: Headline) -> str:
    """How much of the error that can be removed is removed where the error is lowest.

    Empty where there is no floor to hold it against.
    """
    floor = _floor(results, error)
    found = at(results.of(error.model), "explained", error.split, error.beta, error.latent)
    if floor is None or found is None:
        return ""
    against = ""
    if found.pca:
        against = f", against {found.level(found.pca)} by PCA with " + plural(
            found.latent, "component"
        )
    return (
        f"Of the error between the train mean and the noise floor ({_level(floor)}) a fraction of "
        f"{found.text} is explained there{against}."
    )


def method(results: Results, error: Headline | None) -> str:
    """How the floor was found; empty where there is none."""
    floor = _floor(results, error) if error else None
    return f"The noise floor is an estimate: {floor.reason}." if floor and floor.reason else ""


def _floor(results: Results, error: Headline) -> Baseline | None:
    return baseline(results, NOISE_FLOOR, "mse", error.split)


def _level(floor: Baseline) -> str:
    if not math.isfinite(floor.high - floor.low):
        return rounded(floor.value)
    half = (floor.high - floor.low) / 2
    value, low, high = (rounded(v, half) for v in (floor.value, floor.low, floor.high))
    return f"{value}, 95 % interval {low} to {high}"
