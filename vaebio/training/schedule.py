"""Schedules in optimiser steps: the order of observations, beta's warm-up, the learning rate."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vaebio.model import keyed

if TYPE_CHECKING:
    from vaebio.settings import Train

ORDER_SEED = 0
"""One order for all members: they share the minibatches, so their differences are paired."""

STEEPNESS = 12.0
"""Width of the logistic warm-up in units of its scale: from 0.0025 to 0.9975 before stretching."""


def minibatches(n: int, size: int, epoch: int, device: torch.device) -> tuple[Tensor, ...]:
    """Rows of each minibatch of one epoch: a keyed permutation in parts of nearly equal size.

    Equal parts, because a small rest at the end would weigh its observations more than others.
    """
    order = keyed.permutation(ORDER_SEED, epoch, n, device)
    return order.tensor_split(steps_per_epoch(n, size))


def steps_per_epoch(n: int, size: int) -> int:
    """Optimiser steps in one pass over n observations."""
    return -(-n // size)


def warmup_epochs(settings: "Train") -> int:
    """Epochs until beta (or the capacity) has its value: never more than the run has."""
    if settings.beta_schedule == "constant":
        return 0
    return min(settings.warmup, settings.epochs)


@dataclass(frozen=True)
class Schedule:
    """What changes from one optimiser step to the next; steps are counted from 1."""

    settings: "Train"
    steps: int
    """Optimiser steps of an epoch."""

    def share(self, step: int) -> float:
        """Share of beta (or of the capacity) in force.

        Linear [bowman2016], cosine, logistic [bowman2016], or cyclical [fu2019]: there the
        warm-up has several cycles, and in each the share rises over the first half and then
        stays at 1.
        """
        length = warmup_epochs(self.settings) * self.steps
        if step >= length:
            return 1.0
        return self._rise(step, length)

    def _rise(self, step: int, length: int) -> float:
        at = step / length
        match self.settings.beta_schedule:
            case "cosine":
                return (1 - math.cos(math.pi * at)) / 2
            case "logistic":
                return 0.5 + math.tanh(STEEPNESS / 2 * (at - 0.5)) / (2 * math.tanh(STEEPNESS / 4))
            case "cyclical":
                return min(1.0, 2 * ((step - 1) * self.settings.cycles / length % 1))
            case _:
                return at

    def learning_rate(self, step: int) -> float:
        """Step size of the optimiser: from its value to its end at the last step of the run."""
        last, end = self.settings.epochs * self.steps, self.settings.learning_rate_end
        at = (step - 1) / max(1, last - 1)
        shape = {"constant": 0.0, "linear": at, "cosine": (1 - math.cos(math.pi * at)) / 2}
        lost = shape[self.settings.learning_rate_schedule] * (1 - end)
        return self.settings.learning_rate * (1 - lost)


def told(settings: "Train") -> list[str]:
    """The schedules in words, as they will run."""
    epochs, length = settings.epochs, warmup_epochs(settings)
    what = "beta" if settings.capacity is None else f"the capacity of {settings.capacity:g} nats"
    if not length:
        lines = [f"{what} has its value from the first step"]
    else:
        how = settings.beta_schedule
        how = f"{settings.cycles} cycles" if how == "cyclical" else how
        lines = [f"{what} reaches its value at epoch {length} of {epochs} ({how})"]
    if length and length < settings.warmup:
        lines.append(
            f"the warm-up of {settings.warmup} epochs is cut to the run's {epochs}: every member "
            "ends with its last weights, none of them chosen on validation"
        )
    if settings.learning_rate_schedule != "constant":
        rate = settings.learning_rate
        lines.append(
            f"the learning rate falls from {rate:g} to {rate * settings.learning_rate_end:g} at "
            f"epoch {epochs} ({settings.learning_rate_schedule})"
        )
    return lines
