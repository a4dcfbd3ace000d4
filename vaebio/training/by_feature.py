"""Squared errors of a stack summed by feature, while its reconstructions pass by."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vaebio.metrics.features import Divided
from vaebio.model.minibatch import Minibatch


class ByFeature:
    """The errors of all members in parts of features and of strata, as `Divided` has them.

    Parameters
    ----------
    members
        How many.
    rows
        The observations over whose mse the parts of features are.
    strata
        Number of the stratum of each feature, from 0.
    """

    def __init__(
        self,
        members: int,
        rows: Bool[np.ndarray, " observation"],
        strata: Int[np.ndarray, " feature"],
    ) -> None:
        self._rows = torch.from_numpy(rows)
        self._stratum = torch.nn.functional.one_hot(torch.from_numpy(strata).long()).float()
        self._features = torch.zeros(members, len(strata), dtype=torch.float64)
        self._strata = torch.zeros(members, len(rows), self._stratum.shape[1])

    def add(
        self,
        members: slice,
        rows: Int[Tensor, " row"],
        seen: Minibatch,
        x_hat: Float[Tensor, "member row feature"],
    ) -> None:
        """Take in the reconstructions of some observations by some members."""
        error = (x_hat - seen.x).square_()
        if seen.observed is not None:
            error *= seen.observed
        error /= seen.measured.clamp(min=1)[:, None]
        own = error[:, self._rows[rows]].sum(1, dtype=torch.float64)
        self._features[members] += own.cpu()
        self._strata[members, rows] = (error @ self._stratum.to(error)).to(self._strata)

    def of(self, member: int) -> Divided:
        """The parts of one member."""
        count = int(self._rows.sum())
        return Divided((self._features[member] / count).numpy(), self._strata[member].numpy())
