"""Train a stack: one pass over the data for all its members, early stopping for each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from vaebio.model import keyed, likelihoods
from vaebio.model.objective import objective, rate
from vaebio.model.vae import Architecture, Parameters, Stack, initialise, unpad
from vaebio.training import schedule
from vaebio.training.encode import encode
from vaebio.training.grid import Member
from vaebio.training.stopping import Stopping

if TYPE_CHECKING:
    from vaebio.settings import Train

MEASURED = ("distortion_nats", "rate_nats", "mse")


@dataclass(frozen=True)
class Trained:
    """A member after training, at its best weights."""

    member: Member
    parameters: Parameters
    status: str
    epochs: int
    seconds: float
    history: list[dict[str, float | int | str]] = field(repr=False)


@dataclass(frozen=True)
class Progress:
    """Where a stack stands after an epoch."""

    epoch: int
    epochs: int
    training: int
    mse: tuple[float, float]


def fit(
    members: Sequence[Member],
    architecture: Architecture,
    train: Float[Tensor, "observation feature"],
    validation: Float[Tensor, "held_out feature"],
    settings: "Train",
    on_epoch: Callable[[Progress], None] = lambda progress: None,
) -> list[Trained]:
    """Train members of one architecture together, on the device and in the type of `train`.

    A member does not depend on the others of its stack: minibatches are shared, noise and
    initialisation are keyed by its own seed, gradients do not meet.

    Returns
    -------
    The members in the order given, each with its best weights on the validation objective.
    """
    run = _Run(members, architecture, train, validation, settings)
    for epoch in range(1, settings.epochs + 1):
        started = time.perf_counter()
        run.descend(epoch)
        run.judge(epoch, started)
        on_epoch(Progress(epoch, settings.epochs, len(run.here), run.mse_range()))
        if not run.here:
            break
    run.finish(run.here, "finished")
    return [run.trained[member] for member in members]


class _Run:
    """State of a stack in training: weights, optimiser, and what each member has reached."""

    def __init__(
        self,
        members: Sequence[Member],
        architecture: Architecture,
        train: Tensor,
        validation: Tensor,
        settings: "Train",
    ) -> None:
        self.here = list(members)
        self.train, self.validation, self.settings = train, validation, settings
        # Train is measured on as many observations as validation: the same precision, and a
        # pass over all of them would cost a third of the training itself.
        rows = keyed.permutation(schedule.ORDER_SEED, 0, len(train), train.device)
        self.shown = train[rows[: len(validation)]]
        self.steps = schedule.steps_per_epoch(len(train), settings.minibatch)
        stack = initialise(
            architecture,
            [m.latent for m in members],
            [m.seed for m in members],
            device=train.device,
            dtype=train.dtype,
        )
        self.trained: dict[Member, Trained] = {}
        self.history: dict[Member, list[dict]] = {m: [] for m in members}
        self.seconds = dict.fromkeys(members, 0.0)
        self.stopping = Stopping.start(stack, settings.warmup, settings.patience)
        self._place(stack, moments=None)

    def _place(self, stack: Stack, moments: list[dict[str, Tensor]] | None) -> None:
        """Put a stack in training; `moments` are the optimiser's, one per parameter."""
        for p in stack.parameters.values():
            p.requires_grad_(True)
        self.stack = stack
        device = self.train.device
        seeds = sorted({m.seed for m in self.here})
        self.seeds = torch.tensor(seeds, device=device)
        self.seed_of = torch.tensor([seeds.index(m.seed) for m in self.here], device=device)
        self.betas = torch.tensor([m.beta for m in self.here], device=device).to(self.train)
        self.held_out_noise = self._noise(keyed.VALIDATION, 0, len(self.validation))
        self.optimiser = torch.optim.Adam(
            stack.parameters.values(), lr=self.settings.learning_rate, fused=True
        )
        for p, state in zip(stack.parameters.values(), moments or [], strict=bool(moments)):
            self.optimiser.state[p] = state

    def _noise(self, purpose: int, step: int, n: int) -> Tensor:
        shape = n, max(self.stack.latents)
        return keyed.normal(self.seeds, purpose, step, shape, self.train.dtype)[self.seed_of]

    def descend(self, epoch: int) -> None:
        """One epoch of optimiser steps."""
        noise = self._noise(keyed.NOISE, epoch, len(self.train))
        rows_of = schedule.minibatches(
            len(self.train), self.settings.minibatch, epoch, self.train.device
        )
        for i, rows in enumerate(rows_of, start=1):
            beta = self.betas * self._warmup(self.steps * (epoch - 1) + i)
            self._step(self.train[rows], noise[:, rows], beta)

    def _warmup(self, step: int) -> float:
        return schedule.warmup(step, self.settings.warmup * self.steps)

    def _step(self, x: Tensor, noise: Tensor, beta: Tensor) -> None:
        mean, log_var = self.stack.encode(x)
        x_hat = self.stack.decode(self.stack.sample(mean, log_var, noise))
        distortion = likelihoods.gaussian(x, x_hat)
        # Summed over members: a member's gradient is that of its own loss.
        objective(distortion, rate(mean, log_var).sum(dim=-1), beta).sum().backward()
        clip_per_member(self.stack.parameters, self.settings.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)

    def judge(self, epoch: int, started: float) -> None:
        """Measure, note in the history, keep the best weights, part with those who stopped."""
        measured = {
            split: self._measure(x)
            for split, x in (("train", self.shown), ("validation", self.validation))
        }
        held_out = measured["validation"]
        score = held_out[:, 0] + self.betas.cpu().double() * held_out[:, 1]
        stopped = self.stopping.update(epoch, self.stack, score)
        self._note(epoch, measured, time.perf_counter() - started)
        for status in set(stopped.values()):
            self.finish([self.here[i] for i, s in stopped.items() if s == status], status)
        if stopped:
            self._compact([i for i in range(len(self.here)) if i not in stopped])

    def _measure(self, x: Tensor) -> Tensor:
        """Mean distortion, rate and mse of each member, shape (member, 3), on the host."""
        found = encode(self.stack, x, self.held_out_noise[:, : len(x)])
        means = [found.distortion.mean(-1), found.rate.mean(-1), found.mse.mean(-1)]
        return torch.stack(means, dim=-1).cpu().double()

    def _note(self, epoch: int, measured: dict[str, Tensor], seconds: float) -> None:
        factor = self._warmup(self.steps * epoch)
        for i, member in enumerate(self.here):
            self.seconds[member] += seconds / len(self.here)
            for split, values in measured.items():
                self.history[member].append(
                    {"member": member.name, "epoch": epoch, "split": split}
                    | dict(zip(MEASURED, values[i].tolist(), strict=True))
                    | {"beta_now": member.beta * factor}
                    | {"learning_rate": self.settings.learning_rate}
                )

    def finish(self, members: Sequence[Member], status: str) -> None:
        """Keep the best weights of members whose training has ended."""
        best = self.stopping.best
        for member in members:
            i = self.here.index(member)
            parameters = {k: p.cpu() for k, p in unpad(best, i).items()}
            history = self.history[member]
            epochs = history[-1]["epoch"]
            self.trained[member] = Trained(
                member, parameters, status, epochs, self.seconds[member], history
            )

    def _compact(self, keep: list[int]) -> None:
        """Take the finished members out of the stack, so that they cost nothing."""
        self.here = [self.here[i] for i in keep]
        if not keep:
            return
        moments = [self.optimiser.state[p] for p in self.stack.parameters.values()]
        names = list(self.stack.parameters)
        parts = {
            part: Stack(
                self.stack.architecture,
                self.stack.latents,
                dict(zip(names, [m[part] for m in moments], strict=True)),
            ).take(keep)
            for part in ("exp_avg", "exp_avg_sq")
        }
        self.stopping = self.stopping.take(keep)
        kept = [
            {"step": m["step"]} | {part: taken.parameters[name] for part, taken in parts.items()}
            for name, m in zip(names, moments, strict=True)
        ]
        self._place(self.stack.take(keep), kept)

    def mse_range(self) -> tuple[float, float]:
        """Lowest and highest last validation mse over all members."""
        last = [rows[-1]["mse"] for rows in self.history.values()]
        return min(last), max(last)


def clip_per_member(parameters: Parameters, limit: float) -> None:
    """Shorten the gradient of each member to a norm of at most `limit`, in place."""
    gradients = [p.grad for p in parameters.values()]
    norms = [torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients]
    total = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    factor = (limit / total).clamp(max=1.0)
    for g in gradients:
        g.mul_(factor.view(-1, *[1] * (g.ndim - 1)))
