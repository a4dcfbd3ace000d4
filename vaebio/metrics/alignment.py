"""How alike two sets of latents of the same observations are, whatever their axes.

Both measures are blind to rotation, reflection, shift and a common scale, hence to the order of the
units. Both are above 0 for latents that have nothing to do with each other when the observations
are few: about k / (n + k) for CKA and 0.7 k / n for Procrustes, with k units of equal variance and
n observations.
"""

import math

import numpy as np
from jaxtyping import Float

FEWEST_DEBIASED = 4
"""Observations below which the unbiased estimate does not exist."""

ROUNDING = 1e-13
"""Share of the size of values that rounding can leave of their variation."""


def cka(
    x: Float[np.ndarray, "observation unit"],
    y: Float[np.ndarray, "observation unit_of_y"],
    *,
    debiased: bool = False,
) -> float:
    """Linear centred kernel alignment, from 0 to 1; NaN where one of the two does not vary.

    The squared covariances between units of the two, summed, over those within each
    [kornblith2019, section 3]. The numbers of units may differ.

    Parameters
    ----------
    debiased
        With the unbiased estimate of the dependence [song2012, theorem 2], which is 0 on average
        for independent latents and can be below 0. NaN for fewer than 4 observations.
    """
    if debiased and len(x) < FEWEST_DEBIASED:
        return math.nan
    x, y = _unit(x), _unit(y)
    dependence = _unbiased if debiased else _biased
    within = dependence(x, x) * dependence(y, y)
    own = min(dependence(x, x), dependence(y, y))
    return dependence(x, y) / math.sqrt(within) if own > 0 else math.nan


def procrustes(
    x: Float[np.ndarray, "observation unit"], y: Float[np.ndarray, "observation unit_of_y"]
) -> float:
    """Procrustes similarity, from 0 to 1; NaN where one of the two does not vary.

    The share of the variance that both have in common once one is turned onto the other: one minus
    the residual after the best rotation, reflection, shift and scale [schonemann1966].
    Latents with fewer units are those with zeros in the others' place. Unlike CKA it gives large
    and small directions of the latents more equal weight.
    """
    product = _unit(x).T @ _unit(y)
    if not np.isfinite(product).all():
        return math.nan
    # Above 1 by rounding alone.
    return min(float(np.linalg.svd(product, compute_uv=False).sum()) ** 2, 1.0)


def _unit(x: Float[np.ndarray, "observation unit"]) -> Float[np.ndarray, "observation unit"]:
    """Centred, with a sum of squares of 1; NaN where nothing varies."""
    values = x.astype(np.float64)
    centred = values - values.mean(axis=0)
    norm = np.linalg.norm(centred)
    # Latents that do not vary are left with the rounding of their mean.
    varies = norm > ROUNDING * np.linalg.norm(values)
    return centred / norm if varies else np.full_like(centred, np.nan)


def _biased(
    x: Float[np.ndarray, "observation unit"], y: Float[np.ndarray, "observation unit_of_y"]
) -> float:
    return float(np.square(x.T @ y).sum())


def _unbiased(
    x: Float[np.ndarray, "observation unit"], y: Float[np.ndarray, "observation unit_of_y"]
) -> float:
    """The unbiased estimate for centred latents, up to a factor that depends on n alone.

    Written out for linear kernels, it needs no matrix of observations by observations.
    """
    n = len(x)
    square_x, square_y = np.square(x).sum(axis=1), np.square(y).sum(axis=1)
    diagonal = n / (n - 2) * (square_x @ square_y)
    total = square_x.sum() * square_y.sum() / ((n - 1) * (n - 2))
    return float(_biased(x, y) - diagonal + total)
