"""Squared errors divided among features, and among strata of features alike in abundance.

Nothing is lost on the way: an mse is the mean over observations of the mean over their measured
features, so a value of an observation with m measured features counts 1 / m. With these weights
the parts of all features, and those of all strata, add up to the mse.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray

from vaebio.metrics.reconstruction import Observed

Strata = Int[np.ndarray, " feature"]
"""Number of the stratum of each feature, from 0."""


@dataclass(frozen=True)
class Divided:
    """An error in parts.

    Parameters
    ----------
    features
        Part of each feature in the mse of some observations; their sum is the mse.
    strata
        Part of each stratum in the error of each observation; their sum is its error.
    """

    features: Float[np.ndarray, " feature"]
    strata: Float[np.ndarray, "observation stratum"]


def stratified(abundance: Float[np.ndarray, " feature"], most: int) -> Strata:
    """Quantiles of abundance as strata, the lowest first; fewer where features tie.

    Features of one abundance are never divided.

    Parameters
    ----------
    most
        Number of strata of equal size that are aimed at.

    Examples
    --------
    >>> stratified(np.array([0.1, 0.4, 0.2, 0.3]), 2)
    array([0, 1, 0, 1])
    >>> stratified(np.array([1.0, 1.0, 1.0, 2.0]), 2)
    array([0, 0, 0, 1])
    """
    shares = np.arange(1, most) / most
    edges = np.quantile(abundance, shares, method="inverted_cdf") if most > 1 else []
    place = np.searchsorted(np.unique(edges), abundance, side="left")
    return np.unique(place, return_inverse=True)[1]


def divided(
    x: Float[np.ndarray, "observation feature"],
    x_hat: NDArray,
    observed: Observed,
    rows: Bool[np.ndarray, " observation"],
    strata: Strata,
) -> Divided:
    """The squared error of a reconstruction in parts; `x_hat` broadcasts against `x`.

    Parameters
    ----------
    rows
        The observations over whose mse the parts of features are.
    """
    error = np.square(x - x_hat, dtype=np.float64)
    if observed is None:
        error /= x.shape[1]
    else:
        error = np.where(observed, error, 0) / np.maximum(observed.sum(axis=1), 1)[:, None]
    belongs = strata[:, None] == np.arange(strata.max() + 1)
    return Divided(error[rows].mean(axis=0), error @ belongs.astype(np.float64))


def weights(
    shape: tuple[int, int],
    observed: Observed,
    rows: Bool[np.ndarray, " observation"],
    strata: Strata,
) -> Divided:
    """What every part would be of an error of 1 everywhere: by what it counts in the mse."""
    return divided(np.ones(shape, np.float32), np.zeros(1), observed, rows, strata)


def spread(
    x: Float[np.ndarray, "observation feature"],
    observed: Observed,
    rows: Bool[np.ndarray, " observation"],
    strata: Strata,
) -> Float[np.ndarray, " feature"]:
    """Part of each feature in the variance of some observations around their feature means.

    Exactly 0 for a feature with one value, whose mean may be rounded.
    """
    x, observed = x[rows].astype(np.float64), None if observed is None else observed[rows]
    there = np.ones_like(x, bool) if observed is None else observed
    mean = x.sum(axis=0, where=there) / np.maximum(there.sum(axis=0), 1)
    low = x.min(axis=0, where=there, initial=np.inf)
    high = x.max(axis=0, where=there, initial=-np.inf)
    parts = divided(x, mean, observed, np.ones(len(x), bool), strata).features
    return np.where(high > low, parts, 0)


def of_stratum(
    part: Float[np.ndarray, " observation"], weight: Float[np.ndarray, " observation"]
) -> Float[np.ndarray, " observation"]:
    """Values of observations whose mean is the mse of a stratum, and whose spread its precision.

    The mse of a stratum is a ratio of two means, of its parts and of their weights. The values
    are its linearisation; where nothing is missing they are the observations' own errors in the
    stratum.

    Parameters
    ----------
    part, weight
        Of the stratum in the error of each observation of a split.
    """
    width = float(np.mean(weight, dtype=np.float64))
    if width == 0 or not np.isfinite(part).all():
        return np.full(len(part), np.nan)
    ratio = float(np.mean(part, dtype=np.float64)) / width
    return ratio + (part - ratio * weight) / width
