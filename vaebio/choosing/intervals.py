"""How sure a mean over seeds and observations is."""

import math

import numpy as np
from jaxtyping import Float


def standard_error(values: Float[np.ndarray, "seed observation"]) -> float:
    """Standard error of the mean over seeds and observations, both drawn at random.

    The variance over the means of seeds, plus that over the means of observations, minus that of
    what neither explains, which is in both [cameron2011]; not below either. With one
    seed it is that over observations alone, and the other way round; NaN with one of each.
    """
    seeds, observations = values.shape
    by_seed, by_observation = values.mean(axis=1), values.mean(axis=0)
    parts = [
        float(means.var(ddof=1)) / len(means)
        for means in (by_seed, by_observation)
        if len(means) > 1
    ]
    if len(parts) < 2:
        return math.sqrt(parts[0]) if parts else math.nan
    rest = values - by_seed[:, None] - by_observation + values.mean()
    shared = float(np.square(rest).sum()) / ((seeds - 1) * (observations - 1)) / values.size
    return math.sqrt(max(sum(parts) - shared, *parts))
