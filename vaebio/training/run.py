"""State of a stack in training: weights, optimiser, and what each member has reached."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vaebio.model import keyed
from vaebio.model.vae import Architecture, Parameters, Stack, initialise, unpad
from vaebio.training.descent import Descent
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.grid import Member
from vaebio.training.observations import Observations
from vaebio.training.optimiser import MOMENTS, Optimiser
from vaebio.training.schedule import ORDER_SEED, Schedule, steps_per_epoch, warmup_epochs
from vaebio.training.start import go_on
from vaebio.training.stopping import Stopping

if TYPE_CHECKING:
    from vaebio.settings import Train


@dataclass(frozen=True)
class Trained:
    """A member after training, at its best weights."""

    member: Member
    parameters: Parameters
    status: str
    epochs: int
    seconds: float
    history: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class State:
    """All of a run that a restart needs: tensors by name, and a record that fits into JSON."""

    tensors: dict[str, Tensor]
    record: dict[str, Any]


class Run:
    """A stack in training.

    Parameters
    ----------
    members
        All members the run starts with, also when it is resumed later.
    train, validation
        On one device, in one type: those of the run.
    starts
        Weights that some of the members go on from; the others start from random ones.
    """

    def __init__(
        self,
        members: Sequence[Member],
        architecture: Architecture,
        train: Observations,
        validation: Observations,
        settings: "Train",
        starts: Mapping[Member, Parameters] | None = None,
    ) -> None:
        self.all, self.here, self.epoch = list(members), list(members), 0
        self.train, self.validation, self.settings = train, validation, settings
        # Train is measured on as many observations as validation: the same precision, and a
        # pass over all of them would cost a third of the training itself.
        rows = keyed.permutation(ORDER_SEED, 0, len(train), train.place)
        self.measured = {
            "train": (train, rows[: len(validation)]),
            "validation": (validation, torch.arange(len(validation), device=validation.place)),
        }
        self.schedule = Schedule(settings, steps_per_epoch(len(train), settings.minibatch))
        self.trained: dict[Member, Trained] = {}
        self.history: dict[Member, list[dict[str, Any]]] = {m: [] for m in members}
        self.seconds = dict.fromkeys(members, 0.0)
        stack = self._first(architecture, starts or {})
        self.stopping = Stopping.start(stack, warmup_epochs(settings), settings.patience)
        self._place(stack)

    def advance(self) -> None:
        """One epoch: descend, measure, keep the best weights, part with those who stopped."""
        started = time.perf_counter()
        self.epoch += 1
        self.descent.epoch(self.epoch, self.train, self.schedule, self.optimiser)
        self._judge(started)

    @property
    def done(self) -> bool:
        """Every member has stopped, or all epochs have passed."""
        return not self.here or self.epoch >= self.settings.epochs

    def results(self) -> list[Trained]:
        """Every member in the order given, when the run is done."""
        self._finish(self.here, "finished")
        return [self.trained[member] for member in self.all]

    def mse_range(self) -> tuple[float, float]:
        """Lowest and highest last validation mse over all members."""
        last = [rows[-1]["mse"] for rows in self.history.values() if rows]
        return min(last), max(last)

    def state(self) -> State:
        """Everything a restart needs to go on with the same bits.

        On the CPU the tensors are those in training: they change with the next epoch.
        """
        moments = self.optimiser.moments()
        parts = {
            "stack": self.stack.parameters,
            "best": self.stopping.best.parameters,
            "stopping": {"score": self.stopping.score, "epoch": self.stopping.epoch},
            **{part: {k: m[part] for k, m in moments.items()} for part in MOMENTS},
            **{f"trained{self.all.index(m)}": t.parameters for m, t in self.trained.items()},
        }
        record = {
            "epoch": self.epoch,
            "optimiser_steps": float(next(iter(moments.values()))["step"]),
            "here": [self.all.index(m) for m in self.here],
            "latents": self.stack.latents,
            "history": [self.history[m] for m in self.all],
            "seconds": [self.seconds[m] for m in self.all],
            "trained": {
                self.all.index(m): {"status": t.status, "epochs": t.epochs}
                for m, t in self.trained.items()
            },
        }
        tensors = {
            f"{part}.{name}": tensor.detach().cpu()
            for part, named in parts.items()
            for name, tensor in named.items()
        }
        return State(tensors, record)

    def resume(self, state: State) -> None:
        """Take up a run of the same members, data and settings where its state was taken."""
        record, device = state.record, self.train.device

        def part(name: str) -> dict[str, Tensor]:
            start = f"{name}."
            found = {k: v for k, v in state.tensors.items() if k.startswith(start)}
            return {k.removeprefix(start): v.to(device) for k, v in found.items()}

        self.epoch = record["epoch"]
        self.here = [self.all[i] for i in record["here"]]
        self.history = dict(zip(self.all, record["history"], strict=True))
        self.seconds = dict(zip(self.all, record["seconds"], strict=True))
        for i, ended in record["trained"].items():
            self._keep(self.all[int(i)], part(f"trained{i}"), ended["status"])
        architecture, latents = self.stack.architecture, tuple(record["latents"])
        reached = {k: v.cpu() for k, v in part("stopping").items()}
        best = Stack(architecture, latents, part("best"))
        before = self.stopping
        self.stopping = Stopping(before.warmup, before.patience, best, **reached)
        step = torch.tensor(record["optimiser_steps"], device=device)
        averages, weights = {name: part(name) for name in MOMENTS}, part("stack")
        moments = {
            name: {"step": step.clone()} | {m: averages[m][name] for m in MOMENTS}
            for name in weights
        }
        if self.here:
            self._place(Stack(architecture, latents, weights), moments)

    def _first(self, architecture: Architecture, starts: Mapping[Member, Parameters]) -> Stack:
        """The stack before the first step; at random, the first map expects the train mean."""
        stack = initialise(
            architecture,
            [m.latent for m in self.all],
            [m.seed for m in self.all],
            device=self.train.device,
            dtype=self.train.dtype,
        )
        mean = self.train.target_mean()
        stack.parameters["output.bias"] += stack.likelihood.intercept(mean)
        go_on(stack, {i: starts[m] for i, m in enumerate(self.all) if m in starts})
        return stack

    def _place(self, stack: Stack, moments: dict[str, dict[str, Tensor]] | None = None) -> None:
        """Put a stack in training, with the optimiser's moments if it has been there before."""
        self.stack = stack
        self.optimiser = Optimiser(stack, self.settings, moments)
        self.descent = Descent(self.here, stack, self.settings)
        seeds, n = self.descent.seeds, len(self.validation)
        noise = fixed_noise(seeds, n, max(stack.latents), self.train.dtype)
        self.held_out_noise = noise[self.descent.seed_of] * self.descent.sampled

    def _judge(self, started: float) -> None:
        measured = {split: self._measure(*at) for split, at in self.measured.items()}
        stopped = self.stopping.update(self.epoch, self.stack, measured["validation"]["score"])
        self._note(measured, time.perf_counter() - started)
        for i, status in stopped.items():
            self._finish([self.here[i]], status)
        if stopped:
            self._compact([i for i in range(len(self.here)) if i not in stopped])

    def _measure(self, data: Observations, rows: Tensor) -> dict[str, Tensor]:
        """Mean distortion, rate, mse and score of each member, shape (member,), on the host."""
        found = encode(self.stack, data, rows, self.held_out_noise[:, : len(rows)])
        distortion, per_unit = found.distortion.mean(1), found.rate_per_unit.mean(1)
        rate = per_unit.sum(1)
        price = rate if self.settings.stopping == "elbo" else self.descent.price(per_unit)
        # A deterministic code has no rate: nothing but the distortion is left to look at.
        price = price.where(self.descent.sampled[:, 0, 0] > 0, 0)
        measured = {
            "distortion_nats": distortion,
            "rate_nats": rate,
            "mse": found.mse.mean(1),
            "score": distortion + price,
        }
        # One copy, because each is a stop of the device.
        on_host = torch.stack(list(measured.values())).detach().cpu().double()
        return dict(zip(measured, on_host, strict=True))

    def _note(self, measured: dict[str, dict[str, Tensor]], seconds: float) -> None:
        last = self.schedule.steps * self.epoch
        share = self.schedule.share(last) if self.settings.capacity is None else 1.0
        for i, member in enumerate(self.here):
            self.seconds[member] += seconds / len(self.here)
            for split, values in measured.items():
                found = {k: v[i].item() for k, v in values.items() if k != "score"}
                found |= {"rate_nats": None} if member.deterministic else {}
                self.history[member].append(
                    {"member": member.name, "epoch": self.epoch, "split": split}
                    | found
                    | {"beta_now": member.beta * share}
                    | {"learning_rate": self.schedule.learning_rate(last)}
                )

    def _finish(self, members: Sequence[Member], status: str) -> None:
        for member in members:
            self._keep(member, unpad(self.stopping.best, self.here.index(member)), status)

    def _keep(self, member: Member, parameters: Parameters, status: str) -> None:
        """Keep the best weights of a member whose training has ended."""
        on_host = {k: p.cpu() for k, p in parameters.items()}
        history, seconds = self.history[member], self.seconds[member]
        epochs = history[-1]["epoch"]
        self.trained[member] = Trained(member, on_host, status, epochs, seconds, history)

    def _compact(self, keep: list[int]) -> None:
        """Take the finished members out of the stack, so that they cost nothing."""
        self.here = [self.here[i] for i in keep]
        if keep:
            self.stopping = self.stopping.take(keep)
            moments = self.optimiser.take(self.stack, keep)
            self._place(self.stack.take(keep), moments)
