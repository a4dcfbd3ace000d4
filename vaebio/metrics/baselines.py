"""Baselines on the same split and scale as the members: the train mean, and PCA."""

import numpy as np
from jaxtyping import Float
from sklearn.decomposition import PCA


def null(train: Float[np.ndarray, "observation feature"]) -> Float[np.ndarray, " feature"]:
    """Reconstruction of every observation by the train mean of each feature."""
    return train.mean(axis=0, dtype=np.float64)


class Linear:
    """PCA fitted on train once, cut to any number of components up to `components`.

    The best linear reconstruction with k components [tipping1999, section 1]; the first k of a
    larger PCA are the PCA with k.
    """

    def __init__(
        self, train: Float[np.ndarray, "observation feature"], components: int, seed: int = 0
    ) -> None:
        self.largest = min(components, min(train.shape) - 1)
        # Exact: the randomised solver would differ with the number of components asked for.
        self.pca = PCA(self.largest, svd_solver="full", random_state=seed).fit(train)

    def scores(
        self, x: Float[np.ndarray, "observation feature"]
    ) -> Float[np.ndarray, "observation component"]:
        """Projection on all components."""
        return self.pca.transform(x)

    def reconstruct(
        self, scores: Float[np.ndarray, "observation component"], components: int
    ) -> Float[np.ndarray, "observation feature"]:
        """Reconstruction from the first components."""
        return scores[:, :components] @ self.pca.components_[:components] + self.pca.mean_
