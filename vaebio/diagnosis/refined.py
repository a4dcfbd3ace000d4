"""The refined posterior: what an encoder without limits would make of a decoder.

For every observation, mean and log variance of the posterior are optimised themselves, the decoder
frozen. What the objective gains is the amortisation gap [cremer2018].
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.adam import adam

from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.model import keyed
from vaebio.model.likelihoods.gaussian import squared_error
from vaebio.model.minibatch import Minibatch
from vaebio.model.objective import penalty, rate
from vaebio.model.vae import Stack
from vaebio.training.encode import reconstruction
from vaebio.training.observations import Observations
from vaebio.training.schedule import ORDER_SEED

STEPS, STEP_SIZE = 300, 0.05
"""Of Adam; the step size falls to nothing along a cosine, since every step has noise of its own."""

ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0}
ADAM |= {"amsgrad": False, "maximize": False}

MOST_ROWS = 1024
"""Observations of test that are refined; of more, so many drawn at random."""

AT_ONCE = 128
"""Observations refined at a time."""

SAMPLES = 16
"""Of the posterior, for the distortion before and after; the same noise for both."""


@dataclass(frozen=True)
class Refined:
    """By how much the refinement changed a member, mean over the observations refined.

    Parameters
    ----------
    mse
        Change of the squared error per feature of the posterior mean.
    distortion, rate
        Change in nats per observation.
    gap
        By how many nats per observation the objective fell: the amortisation gap.
    """

    mse: float
    distortion: float
    rate: float
    gap: float


def refine(measuring: Measuring, members: Sequence[Measured], steps: int = STEPS) -> list[Refined]:
    """Refine the posteriors of test for members of one architecture, all at once."""
    stack = measuring.stack(members)
    data = measuring.split("test", stack.likelihood.target)
    work = _Work(stack, data, members, steps)
    rows = keyed.permutation(ORDER_SEED, 0, len(data), data.place)[:MOST_ROWS]
    parts = [(len(some), *work.part(some)) for some in rows.split(AT_ONCE)]
    changes = sum(n * (after - before) for n, before, after in parts) / len(rows)
    return [
        Refined(mse=mse, distortion=distortion, rate=of_rate, gap=-objective)
        for mse, distortion, of_rate, objective in changes.T.tolist()
    ]


class _Work:
    """Members and observations in refinement."""

    def __init__(
        self, stack: Stack, data: Observations, members: Sequence[Measured], steps: int
    ) -> None:
        self.stack, self.data, self.steps = stack, data, steps
        trials = [m.trial for m in members]
        seeds = sorted({t.member.seed for t in trials})
        self.seeds = torch.tensor(seeds, device=data.device)
        self.seed_of = [seeds.index(t.member.seed) for t in trials]
        betas = torch.tensor([t.member.beta for t in trials], device=data.device)
        self.betas, self.price = betas.to(data.dtype), _price(trials[0].training, stack)

    def part(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Measures of some observations before and after, each (measure, member)."""
        seen = self.data.minibatch(rows)
        with torch.no_grad():
            start = self.stack.encode(seen.x, seen.batch)
        mean, log_var = (t.clone().requires_grad_(True) for t in start)
        averages, squares = ([torch.zeros_like(t) for t in start] for _ in range(2))
        taken = [torch.zeros(()) for _ in start]
        for step in range(self.steps):
            step_size = STEP_SIZE * (1 + math.cos(math.pi * step / self.steps)) / 2
            noise = self._noise(keyed.NOISE, step, rows)
            distortion = self._distortion(mean, log_var, noise, seen).sum(1)
            loss = distortion + len(seen) * self._cost(mean, log_var)
            # Summed over members and observations: the gradient of each is its own.
            slopes = list(torch.autograd.grad(loss.sum(), [mean, log_var]))
            with torch.no_grad():
                adam([mean, log_var], slopes, averages, squares, [], taken, lr=step_size, **ADAM)
        end = self._better(start, (mean.detach(), log_var.detach()), rows, seen)
        return self._measures(*start, rows, seen), self._measures(*end, rows, seen)

    @torch.no_grad()
    def _better(
        self,
        start: tuple[Tensor, Tensor],
        end: tuple[Tensor, Tensor],
        rows: Tensor,
        seen: Minibatch,
    ) -> tuple[Tensor, Tensor]:
        """Of both ends of the descent the better one for each observation.

        A decoder that is hardly smooth can lead a descent astray. They are compared with other
        noise than they are measured with.
        """
        first, last = (
            self._sampled(*one, rows, seen, SAMPLES) + self.betas[:, None] * rate(*one).sum(-1)
            for one in (start, end)
        )
        better = (last < first)[..., None]
        return tuple(torch.where(better, b, a) for a, b in zip(start, end, strict=True))

    def _sampled(
        self, mean: Tensor, log_var: Tensor, rows: Tensor, seen: Minibatch, first: int
    ) -> Float[Tensor, "member observation"]:
        """Mean distortion of some samples of the posterior."""
        total = torch.zeros_like(mean[..., 0])
        for step in range(first, first + SAMPLES):
            noise = self._noise(keyed.VALIDATION, step + 1, rows)
            total += self._distortion(mean, log_var, noise, seen)
        return total / SAMPLES

    @torch.no_grad()
    def _measures(self, mean: Tensor, log_var: Tensor, rows: Tensor, seen: Minibatch) -> Tensor:
        distortion = self._sampled(mean, log_var, rows, seen, 0).double().mean(1)
        x_hat = reconstruction(self.stack, self.data, self.stack.decode(mean, seen.batch), seen)
        error = squared_error(seen.x, x_hat, seen.observed) / seen.measured.clamp(min=1)
        nats = rate(mean, log_var).sum(-1).double().mean(1)
        objective = distortion + self._cost(mean, log_var).double()
        return torch.stack([error.double().mean(1), distortion, nats, objective]).cpu()

    def _cost(self, mean: Tensor, log_var: Tensor) -> Float[Tensor, " member"]:
        return penalty(rate(mean, log_var).mean(1), self.betas, **self.price)

    def _distortion(
        self, mean: Tensor, log_var: Tensor, noise: Tensor, seen: Minibatch
    ) -> Float[Tensor, "member observation"]:
        maps = self.stack.decode(self.stack.sample(mean, log_var, noise), seen.batch)
        return self.stack.likelihood.distortion(maps, self.stack.learned, seen)

    def _noise(self, purpose: int, step: int, rows: Tensor) -> Tensor:
        units, here = max(self.stack.latents), rows.to(self.seeds.device)
        drawn = keyed.normal(self.seeds, purpose, step, here, units, self.data.dtype)
        return drawn[self.seed_of]


def _price(training: dict[str, Any], stack: Stack) -> dict[str, Any]:
    """What the rate costs beside beta: free bits or a capacity."""
    if training["capacity"] is not None:
        return {"capacity": training["capacity"]}
    bits = training["free_bits"]
    return {"free_bits": bits * stack.mask[:, 0] if bits else None}
