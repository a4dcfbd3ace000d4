"""What members and baselines are measured on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.evaluation.foretold import Foretold
from vaebio.metrics.decomposition import Decomposition
from vaebio.metrics.features import Strata, stratified
from vaebio.metrics.mixing import share_before
from vaebio.metrics.reconstruction import variance
from vaebio.training.inputs import Inputs


@dataclass(frozen=True)
class Observations:
    """Scaled observations with the rows of each split and the labels where there are any.

    `observed` says which values were measured; it is None where none was filled in. `batches` is
    the batch of each observation; it is None where the sheet names none, and is there whether or
    not the models are told it.
    """

    x: Float[np.ndarray, "observation feature"]
    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None
    inputs: Inputs
    observed: Bool[np.ndarray, "observation feature"] | None = None
    batches: NDArray | None = None

    @cached_property
    def variance(self) -> dict[str, float]:
        """Variance of each split around its own feature means, averaged over features."""
        return {split: self._variance(rows) for split, rows in self.rows.items()}

    def _variance(self, rows: Bool[np.ndarray, " observation"]) -> float:
        return variance(self.x[rows], None if self.observed is None else self.observed[rows])

    @cached_property
    def known(self) -> Float[np.ndarray, "observation feature"]:
        """What baselines see: a value that was filled in is the feature's mean on train, 0.

        A baseline has no mask in its loss. What a preparation fills in (a low intensity, say)
        would pull its reconstruction away from the measured values it is judged by; the mean
        does not.
        """
        return self.x if self.observed is None else np.where(self.observed, self.x, 0)

    @cached_property
    def train(self) -> Float[np.ndarray, "train feature"]:
        """Observations that baselines may learn from."""
        return self.known[self.rows["train"]]

    @cached_property
    def share_of_batches(self) -> float:
        """Share of the variance of all observations that lies between batches before any model."""
        return share_before(self.known, np.unique(self.batches, return_inverse=True)[1])

    @cached_property
    def abundance(self) -> Float[np.ndarray, " feature"]:
        """Mean of each feature on train before scaling, where measured; of counts, theirs."""
        counts = self.inputs.counts
        if counts is None:
            return self.inputs.mean.astype(np.float64)
        return np.asarray(counts[self.rows["train"]].mean(axis=0, dtype=np.float64)).ravel()

    @cached_property
    def detected(self) -> Float[np.ndarray, " feature"]:
        """Share of train in which a feature was measured; of counts, in which it has one."""
        rows, counts = self.rows["train"], self.inputs.counts
        if counts is not None:
            return np.asarray((counts[rows] > 0).mean(axis=0)).ravel()
        if self.observed is None:
            return np.ones(self.x.shape[1])
        return self.observed[rows].mean(axis=0)

    def strata(self, most: int) -> Strata:
        """Strata of features by their abundance."""
        return stratified(self.abundance, most)

    @cached_property
    def decomposition(self) -> Decomposition:
        """Of train: PCA, the analytic frontier and the noise floor look at the same one."""
        return Decomposition(self.train)

    @cached_property
    def foretold(self) -> Foretold:
        """The analytic frontier of train."""
        rows, batch = self.rows["train"], self.inputs.batch
        measured = None if self.observed is None else float(self.observed[rows].sum(1).mean())
        batch = None if batch is None else batch[rows]
        return Foretold(self.train, batch, measured, self.decomposition.squares)
