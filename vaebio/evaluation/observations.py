"""What members and baselines are measured on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.evaluation.foretold import Foretold
from vaebio.metrics.decomposition import Decomposition
from vaebio.metrics.reconstruction import variance
from vaebio.training.inputs import Inputs


@dataclass(frozen=True)
class Observations:
    """Scaled observations with the rows of each split and the labels where there are any.

    `observed` says which values were measured; it is None where none was filled in.
    """

    x: Float[np.ndarray, "observation feature"]
    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None
    inputs: Inputs
    observed: Bool[np.ndarray, "observation feature"] | None = None

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
