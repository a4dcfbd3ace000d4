"""Non-negative matrix factorisation: values as sums of non-negative factors [lee1999]."""

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.decomposition import NMF, MiniBatchNMF, non_negative_factorization
from sklearn.exceptions import ConvergenceWarning

MOST_NUMBERS = 2**24
"""Of train; with more the factors are found in minibatches."""

ROUNDS, TOLERANCE = 1000, 1e-4
"""Passes over train at most, and the share of the first pass's violation at which they end."""

NEARER = 1e-6
"""The same of a projection, which costs little."""


@dataclass(frozen=True)
class Factors:
    """Factors fitted on train; `converged` says whether the passes sufficed."""

    components: Float[np.ndarray, "factor feature"]
    converged: bool

    def weights(
        self, x: Float[np.ndarray, "observation feature"]
    ) -> Float[np.ndarray, "observation factor"]:
        """Non-negative weights with which the factors come nearest to each observation."""
        with warnings.catch_warnings():
            # It ends far below the precision of an error.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return non_negative_factorization(
                x,
                H=self.components,
                n_components=len(self.components),
                update_H=False,
                max_iter=ROUNDS,
                tol=NEARER,
            )[0]


def factors(
    train: Float[np.ndarray, "observation feature"],
    components: int,
    seed: int = 0,
    most_numbers: int = MOST_NUMBERS,
) -> Factors:
    """Factors of values that are not negative, by coordinate descent on their squared error.

    From scikit-learn, started from the singular vectors of train; of large data in minibatches.
    """
    options = {"init": "nndsvda", "max_iter": ROUNDS, "tol": TOLERANCE, "random_state": seed}
    kind = NMF if train.size <= most_numbers else MiniBatchNMF
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        model = kind(components, **options).fit(train)
    told = any(issubclass(one.category, ConvergenceWarning) for one in caught)
    return Factors(model.components_, not told and model.n_iter_ < ROUNDS)
