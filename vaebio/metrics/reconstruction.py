"""How far a reconstruction is from the observations, with the precision of that number."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray


@dataclass(frozen=True)
class Estimate:
    """A mean over observations and its 95 % interval."""

    value: float
    low: float
    high: float


def mean_with_interval(values: Float[np.ndarray, " observation"]) -> Estimate:
    """Mean over observations with 1.96 standard errors either way.

    The interval is that of the observations drawn; what another seed would give is another
    question, which the spread over members answers.
    """
    mean = float(np.mean(values, dtype=np.float64))
    if len(values) < 2 or not np.isfinite(mean):
        return Estimate(mean, float("nan"), float("nan"))
    error = 1.96 * float(np.std(values, ddof=1, dtype=np.float64)) / np.sqrt(len(values))
    return Estimate(mean, mean - error, mean + error)


def mse(
    x: Float[np.ndarray, "observation feature"], x_hat: NDArray
) -> Float[np.ndarray, " observation"]:
    """Squared error per feature of each observation; `x_hat` broadcasts against `x`."""
    return np.square(x - x_hat, dtype=np.float64).mean(axis=1)


def variance(x: Float[np.ndarray, "observation feature"]) -> float:
    """Variance of each feature around its mean (divisor n), averaged over features."""
    return float(np.var(x, axis=0, dtype=np.float64).mean())
