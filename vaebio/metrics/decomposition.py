"""Train around its feature means, decomposed once for all that need its directions or variances."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

BLOCK = 512
"""Rows or columns multiplied at a time, in float64."""

ROUNDING = 1e-10
"""Share of the total variance below which a direction is rounding: it is not there."""


@dataclass(frozen=True)
class Decomposition:
    """Principal directions and singular values of `x` less the mean of every feature.

    By the smaller of its two Gram matrices, in float64.
    """

    x: Float[np.ndarray, "observation feature"] = field(repr=False)

    @cached_property
    def mean(self) -> Float[np.ndarray, " feature"]:
        """Mean of every feature."""
        return self.x.mean(axis=0, dtype=np.float64)

    @cached_property
    def squares(self) -> Float[np.ndarray, " value"]:
        """Squared singular values, largest first; as many as the shorter side is long."""
        return self._eigen[0]

    def directions(self, components: int) -> Float[np.ndarray, "component feature"]:
        """The first unit vectors along which x varies; 0 where it varies no more.

        The largest entry of each is positive, so that its sign does not depend on the method.
        """
        squares, vectors = self.squares[:components], self._eigen[1][:, :components]
        there = squares > ROUNDING * self.squares.sum()
        found = vectors.T
        if len(self.x) <= self.x.shape[1]:
            length = np.sqrt(np.where(there, squares, 1))
            # Those of the other Gram matrix; the column means add nothing to their sum with x.
            centred = vectors - vectors.mean(axis=0)
            found = (centred.T @ self.x) / length[:, None]
        largest = np.abs(found).argmax(axis=1)
        signs = np.sign(found[np.arange(len(found)), largest])
        return found * np.where(there, signs, 0)[:, None]

    @cached_property
    def _eigen(self) -> tuple[NDArray, NDArray]:
        """Eigenvalues of the smaller Gram matrix, largest first, and its vectors as columns."""
        values, vectors = np.linalg.eigh(gram(self.x, self.mean))
        return np.maximum(values[::-1], 0), vectors[:, ::-1]


def gram(
    x: Float[np.ndarray, "observation feature"], centre: Float[np.ndarray, " feature"]
) -> Float[np.ndarray, "side side"]:
    """The smaller Gram matrix of x less a centre, in float64, without a copy of all of x."""
    side = min(x.shape)
    total = np.zeros((side, side))
    for start in range(0, max(x.shape), BLOCK):
        at = slice(start, start + BLOCK)
        part = (x[:, at] - centre[at]).T if side == len(x) else x[at] - centre
        total += part.T @ part
    return total
