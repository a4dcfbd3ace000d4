"""The measures of one member or baseline as rows of a tidy table; what cannot be is absent."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from vaebio.metrics.reconstruction import Estimate, mean_with_interval


@dataclass(frozen=True)
class Row:
    """One measure on one split: a value, or the reason why there is none."""

    split: str
    measure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def mean_row(split: str, measure: str, values: Float[np.ndarray, " observation"]) -> Row:
    """Row of a mean over observations with its 95 % interval."""
    return estimate_row(split, measure, mean_with_interval(values))


def estimate_row(split: str, measure: str, estimate: Estimate) -> Row:
    """Row of an estimate; a value that is not finite is absent."""
    if not math.isfinite(estimate.value):
        return Row(split, measure, reason="not a finite number: the member diverged")
    interval = [v if math.isfinite(v) else None for v in (estimate.low, estimate.high)]
    return Row(split, measure, estimate.value, *interval)


def r2_row(split: str, mse: Float[np.ndarray, " observation"], variance: float) -> Row:
    """Row of R²: the share of the variance that the reconstruction explains.

    Parameters
    ----------
    mse
        Squared error per feature of each observation of the split.
    variance
        Of the split around its own feature means, averaged over features.
    """
    if variance == 0:
        return Row(split, "r2", reason="the observations of this split do not differ")
    value = 1 - float(np.mean(mse, dtype=np.float64)) / variance
    if not math.isfinite(value):
        return Row(split, "r2", reason="not a finite number: the member diverged")
    return Row(split, "r2", value)
