"""The bench: trials are trained on it, by the engine of the grid and into its store."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from vaebio import __version__
from vaebio.errors import NoRoom, VaebioError
from vaebio.model.vae import Architecture, Parameters
from vaebio.training import store
from vaebio.training.fit import Progress
from vaebio.training.grid import ELSEWHERE, Member, key
from vaebio.training.inputs import Inputs
from vaebio.training.job import Job
from vaebio.training.record import record

SPLITS = ("train", "validation", "test")
LEARNED_FROM = SPLITS[:2]


@dataclass(frozen=True)
class Trained:
    """What came of a trial; its weights stay in the store, for there can be many.

    Parameters
    ----------
    folder
        Where it lies; None where there was no room to train it.
    """

    key: str
    folder: Path | None
    status: str
    seconds: float = 0.0
    epochs: int = 0

    @property
    def parameters(self) -> Parameters:
        """Its weights, without member axis and padding."""
        return store.load(self.folder).parameters


@dataclass(frozen=True)
class Trial:
    """A member to be trained, with all else that decides its weights.

    Parameters
    ----------
    training
        Settings of the training by key, as the store keeps them.
    start
        Whose weights it goes on from; None: random ones.
    """

    member: Member
    architecture: Architecture
    training: dict[str, Any]
    start: Trained | None = None

    def trained_with(self, **changes: object) -> "Trial":
        """The same with other settings of the training."""
        return replace(self, training=self.training | changes)

    @property
    def alike(self) -> str:
        """What it has in common with the trials that can be trained beside it."""
        return json.dumps([asdict(self.architecture), self.training], sort_keys=True)


@dataclass(frozen=True)
class Bench:
    """Where trials are trained.

    Parameters
    ----------
    folder
        The store of the data set: what the grid or an earlier diagnosis has trained is there.
    data
        Observations by split.
    preparation
        Text that tells how raw observations become the models' input; it is in the keys.
    room
        Bytes that data and models may take on the device.
    warn
        Told in a sentence when something is damaged or has no room.
    on_stack, on_epoch
        Told before every stack its members and the bytes it is predicted to take, and after
        every epoch where it stands.
    """

    folder: Path
    data: dict[str, Inputs]
    preparation: str
    device: torch.device
    room: int
    warn: Callable[[str], None]
    on_stack: Callable[[list[Member], int], None] = lambda members, need: None
    on_epoch: Callable[[Progress], None] = lambda progress: None

    def key(self, trial: Trial) -> str:
        """Key in the store: that of a member of the grid, where it is trained as one."""
        training = {k: v for k, v in trial.training.items() if k not in ELSEWHERE}
        if trial.start:
            training["start"] = trial.start.key
        data = self._hashes[_ignored(trial)] + self.preparation
        return key(trial.member, trial.architecture, training, data, __version__)

    def train(self, trials: Sequence[Trial]) -> list[Trained]:
        """Every trial, trained or found in the store, in the order given.

        Trials that are alike are trained together. They are put in an order of their own first,
        so that the order in which they are asked for changes no bit.
        """
        keys = [self.key(trial) for trial in trials]
        every = dict(zip(keys, trials, strict=True))
        groups: dict[str, dict[str, Trial]] = {}
        for at in sorted(every):
            groups.setdefault(every[at].alike, {})[at] = every[at]
        found: dict[str, Trained] = {}
        for alike in sorted(groups):
            found |= self._train(groups[alike])
        return [found[at] for at in keys]

    def _train(self, alike: dict[str, Trial]) -> dict[str, Trained]:
        job = self._job(alike)
        try:
            job.run(job.missing(), self.on_stack, self.on_epoch)
        except NoRoom:
            raise
        except VaebioError as error:
            self.warn(f"a probe could not be trained: {error.found}")
        return {at: self._found(at) for at in alike}

    def _job(self, alike: dict[str, Trial]) -> Job:
        """One job for trials that differ in member and start alone.

        Two that differ in their start alone are told apart by a variant, which no key heeds.
        """
        seen: Counter[Member] = Counter()
        members: dict[Member, str] = {}
        for at, trial in alike.items():
            again = seen[trial.member]
            seen[trial.member] += 1
            members[replace(trial.member, variant=str(again) if again else "")] = at
        first = next(iter(alike.values()))
        train, validation = (self._inputs(split, _ignored(first)) for split in LEARNED_FROM)
        return Job(
            folder=self.folder,
            keys=members,
            architectures={m.variant: first.architecture for m in members},
            train=train,
            validation=validation,
            settings=SimpleNamespace(**first.training),
            device=self.device,
            room=self.room,
            record=record({"train": first.training}),
            preparation=self.preparation,
            warn=self.warn,
            starts={m: start.parameters for m, at in members.items() if (start := alike[at].start)},
        )

    def _found(self, at: str) -> Trained:
        folder = self.folder / at
        if not store.holds(folder, self.warn):
            return Trained(at, None, "diverged")
        return Trained(at, folder, **store.describe(folder)["training"])

    def _inputs(self, split: str, ignored: bool) -> Inputs:
        inputs = self.data[split]
        return inputs if ignored else replace(inputs, imputed=None)

    @cached_property
    def _hashes(self) -> dict[bool, str]:
        """Hash of what models learn from, by whether filled-in values have no say."""
        return {
            ignored: "".join(self._inputs(split, ignored).hash() for split in LEARNED_FROM)
            for ignored in (True, False)
        }


def _ignored(trial: Trial) -> bool:
    return trial.training.get("ignore_imputed", True)
