"""What the latents carry: rate per unit and active units."""

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
