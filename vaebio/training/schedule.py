"""Schedules in optimiser steps: the order of observations and the warm-up of beta."""

import torch
from torch import Tensor

from vaebio.model import keyed

ORDER_SEED = 0
"""One order for all members: they share the minibatches, so their differences are paired."""


def minibatches(n: int, size: int, epoch: int, device: torch.device) -> tuple[Tensor, ...]:
    """Rows of each minibatch of one epoch: a keyed permutation in parts of nearly equal size.

    Equal parts, because a small rest at the end would weigh its observations more than others.
    """
    order = keyed.permutation(ORDER_SEED, epoch, n, device)
    return order.tensor_split(steps_per_epoch(n, size))


def steps_per_epoch(n: int, size: int) -> int:
    """Optimiser steps in one pass over n observations."""
    return -(-n // size)


def warmup(step: int, warmup_steps: int) -> float:
    """Share of beta in force at an optimiser step (from 1): linear from 0 to 1 [bowman2016].

    Examples
    --------
    >>> warmup(5, 20), warmup(20, 20), warmup(30, 20), warmup(1, 0)
    (0.25, 1.0, 1.0, 1.0)
    """
    return min(1.0, step / warmup_steps) if warmup_steps else 1.0
