"""State of a stack in training: weights, optimiser, and what each member has reached."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
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
MOMENTS = ("exp_avg", "exp_avg_sq")


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
        (observation, feature) scaled; their device and type are those of the run.
    """

    def __init__(
        self,
        members: Sequence[Member],
        architecture: Architecture,
        train: Tensor,
        validation: Tensor,
        settings: "Train",
    ) -> None:
        self.all, self.here, self.epoch = list(members), list(members), 0
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
        self.history: dict[Member, list[dict[str, Any]]] = {m: [] for m in members}
        self.seconds = dict.fromkeys(members, 0.0)
        self.stopping = Stopping.start(stack, settings.warmup, settings.patience)
        self._place(stack, moments=None)

    def advance(self) -> None:
        """One epoch: descend, measure, keep the best weights, part with those who stopped."""
        started = time.perf_counter()
        self.epoch += 1
        self._descend()
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
        """Everything a restart needs to go on with the same bits, copied to the host."""
        moments = self._moments()
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
            f"{part}.{name}": tensor.detach().cpu().clone()
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
        self.stopping = Stopping(self.settings.warmup, self.settings.patience, best, **reached)
        step = torch.tensor(record["optimiser_steps"], device=device)
        averages = {name: part(name) for name in MOMENTS}
        weights = part("stack")
        moments = [
            {"step": step.clone()} | {m: averages[m][name] for m in MOMENTS} for name in weights
        ]
        if self.here:
            self._place(Stack(architecture, latents, weights), moments)

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

    def _moments(self) -> dict[str, dict[str, Tensor]]:
        """The optimiser's state by name of the parameter."""
        return {name: self.optimiser.state[p] for name, p in self.stack.parameters.items()}

    def _noise(self, purpose: int, step: int, n: int) -> Tensor:
        shape = n, max(self.stack.latents)
        return keyed.normal(self.seeds, purpose, step, shape, self.train.dtype)[self.seed_of]

    def _descend(self) -> None:
        n, size = len(self.train), self.settings.minibatch
        noise = self._noise(keyed.NOISE, self.epoch, n)
        for i, rows in enumerate(
            schedule.minibatches(n, size, self.epoch, self.train.device), start=1
        ):
            beta = self.betas * self._warmup(self.steps * (self.epoch - 1) + i)
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

    def _judge(self, started: float) -> None:
        measured = {
            split: self._measure(x)
            for split, x in (("train", self.shown), ("validation", self.validation))
        }
        held_out = measured["validation"]
        score = held_out[:, 0] + self.betas.cpu().double() * held_out[:, 1]
        stopped = self.stopping.update(self.epoch, self.stack, score)
        self._note(measured, time.perf_counter() - started)
        for i, status in stopped.items():
            self._finish([self.here[i]], status)
        if stopped:
            self._compact([i for i in range(len(self.here)) if i not in stopped])

    def _measure(self, x: Tensor) -> Tensor:
        """Mean distortion, rate and mse of each member, shape (member, 3), on the host."""
        found = encode(self.stack, x, self.held_out_noise[:, : len(x)])
        means = [found.distortion.mean(-1), found.rate.mean(-1), found.mse.mean(-1)]
        return torch.stack(means, dim=-1).cpu().double()

    def _note(self, measured: dict[str, Tensor], seconds: float) -> None:
        factor = self._warmup(self.steps * self.epoch)
        for i, member in enumerate(self.here):
            self.seconds[member] += seconds / len(self.here)
            for split, values in measured.items():
                self.history[member].append(
                    {"member": member.name, "epoch": self.epoch, "split": split}
                    | dict(zip(MEASURED, values[i].tolist(), strict=True))
                    | {"beta_now": member.beta * factor}
                    | {"learning_rate": self.settings.learning_rate}
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
        if not keep:
            return
        moments = self._moments()
        architecture, latents = self.stack.architecture, self.stack.latents
        averages = {
            m: Stack(architecture, latents, {k: s[m] for k, s in moments.items()}).take(keep)
            for m in MOMENTS
        }
        self.stopping = self.stopping.take(keep)
        kept = [
            {"step": state["step"]} | {m: averages[m].parameters[name] for m in MOMENTS}
            for name, state in moments.items()
        ]
        self._place(self.stack.take(keep), kept)


def clip_per_member(parameters: Parameters, limit: float) -> None:
    """Shorten the gradient of each member to a norm of at most `limit`, in place."""
    gradients = [p.grad for p in parameters.values()]
    norms = [torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients]
    total = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    factor = (limit / total).clamp(max=1.0)
    for g in gradients:
        g.mul_(factor.view(-1, *[1] * (g.ndim - 1)))
