"""One epoch of optimiser steps of a stack."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vaebio.model import head, keyed
from vaebio.model.minibatch import Minibatch
from vaebio.model.objective import penalty, rate
from vaebio.model.vae import Parameters, Stack
from vaebio.training.encode import sampled
from vaebio.training.grid import Member
from vaebio.training.observations import Observations
from vaebio.training.optimiser import Optimiser
from vaebio.training.schedule import Schedule, minibatches

if TYPE_CHECKING:
    from vaebio.settings import Train

WINDOW = 2**19
"""Random numbers drawn at a time: drawing them for every minibatch would cost a device's launches,
drawing a whole epoch's would grow with the data."""


class Descent:
    """The steps of a stack in training: minibatches, keyed noise, loss, gradient."""

    def __init__(self, members: Sequence[Member], stack: Stack, settings: "Train") -> None:
        device = stack.parameters["output.bias"].device
        self.stack, self.settings = stack, settings
        unique = sorted({m.seed for m in members})
        self.seeds = torch.tensor(unique, device=device)
        self.seed_of = torch.tensor([unique.index(m.seed) for m in members], device=device)
        dtype = stack.parameters["output.bias"].dtype
        self.betas = torch.tensor([m.beta for m in members], device=device).to(dtype)
        self.sampled = sampled(members).to(device, dtype)
        self.free_bits = settings.free_bits * stack.mask[:, 0] if settings.free_bits else None

    def epoch(
        self, epoch: int, data: Observations, schedule: Schedule, optimiser: Optimiser
    ) -> None:
        """One pass over the train split."""
        first = schedule.steps * (epoch - 1) + 1
        for step, (rows, noise, kept) in enumerate(self._drawn(epoch, data), start=first):
            self._backward(data.minibatch(rows), noise, kept, schedule.share(step))
            optimiser.step(schedule.learning_rate(step))
            self._forget()

    def price(self, rate_per_unit: Tensor, share: float = 1.0) -> Tensor:
        """What the rate costs each member when `share` of beta (or capacity) is in force.

        Parameters
        ----------
        rate_per_unit
            (member, unit) mean over observations, in nats.
        """
        capacity = self.settings.capacity
        if capacity is not None:
            return penalty(rate_per_unit, self.betas, capacity=share * capacity)
        return penalty(rate_per_unit, share * self.betas, free_bits=self.free_bits)

    def _backward(
        self, seen: Minibatch, noise: Tensor, kept: Parameters | None, share: float
    ) -> None:
        mean, log_var = self.stack.encode(seen.x, seen.batch, kept)
        z = self.stack.sample(mean, log_var, noise)
        hidden = self.stack.decode_hidden(z, seen.batch, kept)
        price = self.price(rate(mean, log_var).mean(dim=1), share)
        into_hidden = head.backward(self.stack, hidden.detach(), seen)
        # Summed over members: a member's gradient is that of its own loss.
        torch.autograd.backward([hidden, price], [into_hidden, torch.ones_like(price)])

    def _forget(self) -> None:
        """Drop the gradients that are added to; those of the maps are written anew."""
        written = head.owned(self.stack)
        for name, p in self.stack.parameters.items():
            if name not in written:
                p.grad = None

    def _drawn(
        self, epoch: int, data: Observations
    ) -> Iterator[tuple[Tensor, Tensor, Parameters | None]]:
        """Rows, noise and dropout of every minibatch."""
        units, hidden = max(self.stack.latents), sum(self.stack.architecture.hidden.values())
        rate = self.stack.architecture.dropout
        numbers = len(self.seeds) * (units + (hidden if rate else 0))
        every = minibatches(len(data), self.settings.minibatch, epoch, data.place)
        at_once = max(1, WINDOW // (numbers * len(every[0])))
        for i in range(0, len(every), at_once):
            window = every[i : i + at_once]
            rows = torch.cat(window).to(self.seeds.device)
            noise = keyed.normal(self.seeds, keyed.NOISE, epoch, rows, units, data.dtype)
            kept = self._kept(epoch, rows, data.dtype) if rate else None
            start = 0
            for minibatch in window:
                at = slice(start, start + len(minibatch))
                own = {k: v[:, at][self.seed_of] for k, v in kept.items()} if kept else None
                yield minibatch, noise[:, at][self.seed_of] * self.sampled, own
                start = at.stop

    def _kept(self, epoch: int, rows: Tensor, dtype: torch.dtype) -> Parameters:
        """What hidden units are multiplied by: 0, or what makes up for those left out."""
        widths, rate = self.stack.architecture.hidden, self.stack.architecture.dropout
        total = sum(widths.values())
        u = keyed.uniform(self.seeds, keyed.DROPOUT, epoch, rows, total, dtype)
        kept = (u > rate).to(dtype) / (1 - rate)
        return dict(zip(widths, kept.split(list(widths.values()), dim=-1), strict=True))
