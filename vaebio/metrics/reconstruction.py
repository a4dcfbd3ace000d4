"""How far a reconstruction is from the observations, with the precision of that number."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
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


Observed = Bool[np.ndarray, "observation feature"] | None
"""Which values were measured; the others were filled in and have no say. None: all were."""


def mse(
    x: Float[np.ndarray, "observation feature"], x_hat: NDArray, observed: Observed = None
) -> Float[np.ndarray, " observation"]:
    """Squared error per measured feature of each observation; `x_hat` broadcasts against `x`."""
    error = np.square(x - x_hat, dtype=np.float64)
    return error.mean(axis=1) if observed is None else _mean(error, observed, axis=1)


def variance(x: Float[np.ndarray, "observation feature"], observed: Observed = None) -> float:
    """Mean squared error of the mean of each feature: its variance (divisor n) where all is there.

    Averaged as the `mse` is, over the measured features of each observation and then over
    observations, so that the two can be compared.
    """
    values = x.astype(np.float64)
    mean = values.mean(axis=0) if observed is None else _mean(values, observed, axis=0)
    return float(mse(values, mean, observed).mean())


def _mean(values: NDArray, observed: NDArray, axis: int) -> NDArray:
    """Mean over what was measured; 0 where nothing was."""
    return values.sum(axis=axis, where=observed) / np.maximum(observed.sum(axis=axis), 1)
