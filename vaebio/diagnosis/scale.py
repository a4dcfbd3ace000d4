"""How unevenly the squared error is spread over the features."""

import math

import numpy as np
from jaxtyping import Float

FEW = 0.01
"""Share of the features that are few."""


def concentration(errors: Float[np.ndarray, " feature"]) -> float:
    """Share of the squared error that the 1 % of the features with most of it carry.

    Of features with like errors they carry 1 %; of fewer than 100 features one is taken.

    Examples
    --------
    >>> round(concentration(np.ones(200)), 6), concentration(np.array([0.0, 3.0, 1.0]))
    (0.01, 0.75)
    """
    whole = float(np.sum(errors, dtype=np.float64))
    if whole == 0:
        return 0.0
    few = math.ceil(FEW * len(errors))
    return float(np.sort(errors)[-few:].sum(dtype=np.float64)) / whole
