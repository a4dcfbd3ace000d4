"""What the latents carry: active units, by two definitions."""

import numpy as np
from jaxtyping import Bool, Float


def mean_variance(
    mean: Float[np.ndarray, "observation unit"],
) -> Float[np.ndarray, " unit"]:
    """Variance over observations of each unit's posterior mean."""
    return mean.var(axis=0, ddof=1, dtype=np.float64)


def active_units(
    mean: Float[np.ndarray, "observation unit"], threshold: float = 0.01
) -> Bool[np.ndarray, " unit"]:
    """Whether each unit's posterior mean varies by more than the threshold [burda2016, eq. 11].

    Examples
    --------
    >>> active_units(np.array([[0.0, 1.0], [0.01, -1.0], [0.0, 3.0]]))
    array([False,  True])
    """
    return mean_variance(mean) > threshold


def active_by_rate(
    rate: Float[np.ndarray, "observation unit"], threshold: float = 0.005
) -> Bool[np.ndarray, " unit"]:
    """Whether each unit's mean rate is above the threshold in nats [lucas2019].

    The rate of a unit is at least half the variance of its posterior mean: with a threshold of
    half that of `active_units`, what is active there is active here.
    """
    return rate.mean(axis=0, dtype=np.float64) > threshold
