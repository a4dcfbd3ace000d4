"""Trials measured after their training, as the members of the grid are."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import torch

from vaebio.diagnosis.bench import SPLITS, Bench, Trained, Trial
from vaebio.metrics.information import active_units
from vaebio.model.likelihoods.protocol import Target
from vaebio.model.vae import Stack, pad
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.observations import Observations

Key = TypeVar("Key")

AT_ONCE = 8
"""Members whose latents of a split are held at a time."""


@dataclass(frozen=True)
class Measured:
    """A trial with what came of it.

    Parameters
    ----------
    mse
        Squared error per feature in scaled units of the posterior mean, by split.
    distortion, rate
        Nats per observation of test.
    active_units
        On test.
    """

    trial: Trial
    trained: Trained
    mse: dict[str, float] = field(default_factory=dict)
    distortion: float = math.nan
    rate: float = math.nan
    active_units: int = 0

    @property
    def validation(self) -> float:
        """The error by which trials are chosen; infinite where there is none."""
        found = self.mse.get("validation", math.inf)
        return found if math.isfinite(found) and self.trained.status != "diverged" else math.inf


@dataclass(frozen=True)
class Measuring:
    """Measures what a bench has trained."""

    bench: Bench

    def split(self, split: str, target: Target) -> Observations:
        """Observations of a split for a likelihood, on the device.

        They are not kept: the next stack in training needs the room.
        """
        inputs, n = self.bench.data[split], sum(map(len, self.bench.data.values()))
        return inputs.placed(target, self.bench.device, int(self.bench.room * len(inputs) / n))

    def trained(self, trials: Mapping[Key, Trial]) -> dict[Key, Measured]:
        """Trials by whatever they are called, trained where the store lacks them, and measured."""
        every = list(trials.values())
        return dict(zip(trials, self._measure(every, self.bench.train(every)), strict=True))

    def _measure(self, trials: Sequence[Trial], trained: Sequence[Trained]) -> list[Measured]:
        """Every trial, in the order given; those that were not trained without any number."""
        found = [Measured(*one) for one in zip(trials, trained, strict=True)]
        for some in _alike(found):
            for i, measures in zip(some, self._stack([found[i] for i in some]), strict=True):
                found[i] = measures
        return found

    def stack(self, members: Sequence[Measured]) -> Stack:
        """Trials of one architecture as a stack on the device."""
        stack = pad(members[0].trial.architecture, [m.trained.parameters for m in members])
        parameters = {k: p.to(self.bench.device) for k, p in stack.parameters.items()}
        return Stack(stack.architecture, stack.latents, parameters)

    def _stack(self, members: list[Measured]) -> list[Measured]:
        stack = self.stack(members)
        by_split = {s: self._split(stack, members, s) for s in SPLITS}
        return [
            Measured(
                m.trial,
                m.trained,
                {split: of[i]["mse"] for split, of in by_split.items()},
                *(by_split["test"][i][name] for name in ("distortion", "rate", "active_units")),
            )
            for i, m in enumerate(members)
        ]

    def _split(self, stack: Stack, members: list[Measured], split: str) -> list[dict[str, float]]:
        seen = self.split(split, stack.likelihood.target)
        noise = held_out_noise(members, len(seen), max(stack.latents), seen)
        found = encode(stack, seen, torch.arange(len(seen), device=seen.place), noise)
        means = {
            name: getattr(found, name).double().mean(1).tolist()
            for name in ("mse", "distortion", "rate")
        }
        active = [
            int(active_units(mean[:, :k].cpu().numpy()).sum()) if len(seen) > 1 else 0
            for mean, k in zip(found.mean, stack.latents, strict=True)
        ]
        return [
            {name: v[i] for name, v in means.items()} | {"active_units": active[i]}
            for i in range(len(members))
        ]


def held_out_noise(
    members: Sequence[Measured], n: int, units: int, like: Observations
) -> torch.Tensor:
    """(member, observation, unit) noise of held-out measurements, keyed by the members' seeds."""
    seeds = sorted({m.trial.member.seed for m in members})
    noise = fixed_noise(torch.tensor(seeds, device=like.device), n, units, like.dtype)
    return noise[[seeds.index(m.trial.member.seed) for m in members]]


def _alike(found: Sequence[Measured]) -> Iterator[list[int]]:
    """Positions of trained trials of one architecture, some at a time."""
    groups: dict[object, list[int]] = {}
    for i, one in enumerate(found):
        if one.trained.folder is not None:
            groups.setdefault(one.trial.architecture, []).append(i)
    for group in groups.values():
        for start in range(0, len(group), AT_ONCE):
            yield group[start : start + AT_ONCE]
