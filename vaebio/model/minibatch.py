"""What a model sees of some observations: its input, what it is to explain, what it is told."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

SLICE = {"cpu": 2**16}
"""Numbers of one member that are passed over again and again while they are in the cache."""


def row_slices(observations: int, features: int, device: torch.device) -> list[slice]:
    """The observations in parts of which several arrays fit into the processor's cache."""
    size = max(1, SLICE.get(device.type, observations * features) // features)
    return [slice(i, i + size) for i in range(0, observations, size)]


@dataclass(frozen=True)
class Tally:
    """Distinct pairs of feature and count above 0, how often each occurs, and where.

    Most counts are small, so there are far fewer pairs than entries, and the pairs are those of
    all members.
    """

    feature: Int[Tensor, " pair"]
    count: Float[Tensor, " pair"]
    times: Float[Tensor, " pair"]
    place: Int[Tensor, " entry"]
    """Pair of each non-zero entry."""


@dataclass(frozen=True)
class Minibatch:
    """Observations on their way through all members of a stack; nothing here has a member axis.

    Parameters
    ----------
    x
        Scaled values: the encoder's input.
    target
        What the likelihood is a density of: `x` itself, counts, or values in [0, 1].
    log_size
        Logarithm of each observation's size factor, its total over the common target total; None
        where the target is not counts.
    batch
        Number of each observation's technical batch; None where the model is not told.
    observed
        1 where the target was measured, 0 where it was filled in and has no say; None: all was
        measured. Likelihoods of counts take no notice: counts are never filled in.
    """

    x: Float[Tensor, "observation feature"]
    target: Float[Tensor, "observation feature"]
    log_size: Float[Tensor, " observation"] | None = None
    batch: Int[Tensor, " observation"] | None = None
    observed: Float[Tensor, "observation feature"] | None = None

    def __len__(self) -> int:
        """Number of observations."""
        return len(self.x)

    def part(self, rows: slice) -> "Minibatch":
        """Some observations side by side, sharing memory with these."""
        others = self.log_size, self.batch, self.observed
        told = (None if t is None else t[rows] for t in others)
        return Minibatch(self.x[rows], self.target[rows], *told)

    @cached_property
    def measured(self) -> Float[Tensor, " observation"]:
        """Number of measured features of each observation."""
        if self.observed is None:
            return self.x.new_full((len(self),), float(self.x.shape[1]))
        return self.observed.sum(1)

    @cached_property
    def zero(self) -> Float[Tensor, "observation feature"]:
        """1 where the target is 0, else 0: found once for all members."""
        return (self.target == 0).to(self.target.dtype)

    @cached_property
    def nonzero(self) -> tuple[Int[Tensor, " entry"], Int[Tensor, " entry"]]:
        """Observation and feature of every entry of the target that is not 0."""
        observation, feature = self.target.nonzero(as_tuple=True)
        return observation, feature

    @cached_property
    def tally(self) -> "Tally":
        """The counts that occur, feature by feature."""
        _, feature = self.nonzero
        count = self.target[self.nonzero]
        # One number for each pair: counts are whole, and the largest is known.
        base = int(count.max()) + 1 if len(count) else 1
        pair, place, times = torch.unique(
            feature * base + count.long(), return_inverse=True, return_counts=True
        )
        return Tally(pair // base, (pair % base).to(count), times.to(count), place)

    @property
    def sparse(self) -> bool:
        """Whether passing over the non-zero entries pays; asking costs a device a stop."""
        return self.target.device.type == "cpu" and 2 * len(self.nonzero[0]) < self.target.numel()
