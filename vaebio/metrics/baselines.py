"""Baselines on the same split and scale as the members: the train mean, and PCA."""

import numpy as np
from jaxtyping import Float

from vaebio.metrics.decomposition import Decomposition


def null(train: Float[np.ndarray, "observation feature"]) -> Float[np.ndarray, " feature"]:
    """Reconstruction of every observation by the train mean of each feature."""
    return train.mean(axis=0, dtype=np.float64)


class Linear:
    """PCA fitted on train once, cut to any number of components up to `components`.

    The best linear reconstruction with k components [tipping1999, section 1]; the first k of a
    larger PCA are the PCA with k.

    Parameters
    ----------
    known
        The decomposition of train, where it was made before.
    """

    def __init__(
        self,
        train: Float[np.ndarray, "observation feature"],
        components: int,
        known: Decomposition | None = None,
    ) -> None:
        known = known or Decomposition(train)
        self.largest = min(components, min(train.shape) - 1)
        self.mean = known.mean.astype(train.dtype)
        self.directions = known.directions(self.largest).astype(train.dtype)

    def scores(
        self, x: Float[np.ndarray, "observation feature"]
    ) -> Float[np.ndarray, "observation component"]:
        """Projection on all components."""
        return (x - self.mean) @ self.directions.T

    def reconstruct(
        self, scores: Float[np.ndarray, "observation component"], components: int
    ) -> Float[np.ndarray, "observation feature"]:
        """Reconstruction from the first components."""
        return scores[:, :components] @ self.directions[:components] + self.mean
