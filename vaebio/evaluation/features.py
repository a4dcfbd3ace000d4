"""The errors of members and baselines by feature: what the mse of each of them is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.features import Divided, divided, spread, weights

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


@dataclass(frozen=True)
class FeatureRow:
    """One feature as one member or baseline reconstructs it, on test."""

    feature: str
    abundance: float
    detected: float
    stratum: int
    weight: float
    mse: float | None = None
    null_mse: float | None = None
    r2: float | None = None
    reason: str = ""


def parts_of(data: Observations, x_hat: NDArray, settings: "Evaluate") -> Divided:
    """The error of a reconstruction in parts; `x_hat` broadcasts against the observations."""
    strata = data.strata(settings.strata)
    return divided(data.x, x_hat, data.observed, data.rows["test"], strata)


def fitting(data: Observations, found: Sequence[Measured], most: int) -> list[Measured]:
    """Those of which there is room for all features; the ones with the lowest mse on validation.

    Parameters
    ----------
    most
        Rows of the table.
    """
    there = [one for one in found if one.divided is not None]
    room = max(1, most // data.x.shape[1])
    rows = data.rows["validation"]
    errors = np.nan_to_num([one.errors[rows].mean() for one in there], nan=np.inf)
    best = np.argsort(errors, kind="stable")[:room]
    return [there[i] for i in sorted(best)]


def feature_rows(
    data: Observations, found: Sequence[Measured], names: Sequence[str], settings: "Evaluate"
) -> Iterator[tuple[str, FeatureRow]]:
    """Every feature of everything in `found`, with the name of that before it.

    Parameters
    ----------
    found
        The train mean, `null`, among them; what has no error is passed over.
    names
        Of the features.
    """
    rows, strata = data.rows["test"], data.strata(settings.strata)
    weight = weights(data.x.shape, data.observed, rows, strata).features
    variance = spread(data.x, data.observed, rows, strata)
    null = next(one.divided.features for one in found if one.name == "null")
    facts = list(zip(names, data.abundance, data.detected, strata + 1, weight, strict=True))
    for one in fitting(data, found, settings.feature_rows):
        for fact, *parts in zip(facts, one.divided.features, null, variance, strict=True):
            yield one.name, _row(fact, *parts)


def _row(
    fact: tuple[str, float, float, int, float], error: float, null: float, variance: float
) -> FeatureRow:
    name, abundance, detected, stratum, weight = fact
    own = str(name), float(abundance), float(detected), int(stratum), float(weight)
    if weight == 0:
        return FeatureRow(*own, reason="not measured in any observation of test")
    null_mse = float(null / weight)
    if not np.isfinite(error):
        return FeatureRow(*own, None, null_mse, reason="not a finite number: the member diverged")
    if variance == 0:
        return FeatureRow(*own, float(error / weight), null_mse, None, "r2: " + SAME)
    return FeatureRow(*own, float(error / weight), null_mse, float(1 - error / variance))


SAME = "the observations of this split do not differ"
"""Why there is no R²."""
