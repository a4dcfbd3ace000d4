"""95 % intervals of a mean over seeds, of a median, and of a mean over classes."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.stats import binom, t

from vaebio.metrics.reconstruction import Estimate


def t_interval(values: Float[np.ndarray, " value"], confidence: float = 0.95) -> Estimate:
    """Mean of independent values with Student's interval; NaN for its ends with a single value.

    Examples
    --------
    >>> found = t_interval(np.array([0.1, 0.2, 0.3]))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.2, -0.048, 0.448)
    """
    number, mean = len(values), float(np.mean(values))
    if number < 2:
        return Estimate(mean, math.nan, math.nan)
    half = float(t.ppf((1 + confidence) / 2, number - 1) * np.std(values, ddof=1))
    half /= math.sqrt(number)
    return Estimate(mean, mean - half, mean + half)


def median_with_interval(values: Float[np.ndarray, " observation"]) -> Estimate:
    """Median with the values at the ranks between which it lies with a chance of 95 %.

    The ranks are those of the binomial law at one half: what a bootstrap comes to, without draws.
    Below six observations no ranks do; the ends are NaN.
    """
    ordered, n = np.sort(values), len(values)
    below = int(binom.ppf(0.025, n, 0.5))
    if below < 1:
        return Estimate(float(np.median(ordered)), float("nan"), float("nan"))
    low, high = ordered[below - 1], ordered[n - below]
    return Estimate(float(np.median(ordered)), float(low), float(high))


def mean_over_classes(parts: Sequence[np.ndarray]) -> Estimate:
    """Mean of the means of some classes with 1.96 standard errors either way, from 0 to 1.

    The classes are given: what is drawn are the observations of each. With a class of one
    observation, or where all are alike, nothing is known of the error, and the ends are NaN.
    """
    mean = float(np.mean([part.mean(dtype=np.float64) for part in parts]))
    if min(len(part) for part in parts) < 2:
        return Estimate(mean, float("nan"), float("nan"))
    errors = [part.var(ddof=1, dtype=np.float64) / len(part) for part in parts]
    half = 1.96 * float(np.sqrt(np.sum(errors))) / len(parts)
    if half == 0:
        return Estimate(mean, float("nan"), float("nan"))
    return Estimate(mean, max(mean - half, 0.0), min(mean + half, 1.0))
