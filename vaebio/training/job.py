"""Train what the store does not hold: architecture by architecture, in stacks that have room."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from vaebio.errors import VaebioError
from vaebio.model.vae import Architecture, Parameters
from vaebio.training import store
from vaebio.training.checkpoint import Checkpoint, interrupted
from vaebio.training.fit import OutOfMemory, Progress, fit
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.memory import passes, predicted
from vaebio.training.observations import Observations

if TYPE_CHECKING:
    from vaebio.settings import Train

CHECKPOINTS = "checkpoints"
"""Folder inside the store for runs that are not done."""


@dataclass(frozen=True)
class Job:
    """Members to be in the store, and what is needed to train them.

    Parameters
    ----------
    folder
        The store.
    keys
        Store key of every member.
    architectures
        By variant.
    train, validation
        Observations on the host.
    record, preparation
        Kept beside the weights: what goes to the JSON as it is, and how new observations become
        the model's input.
    room
        Bytes that data and models may take on the device.
    warn
        Told in a sentence when something is damaged or has no room.
    starts
        Weights that some of the members go on from; their keys have to tell which.
    """

    folder: Path
    keys: dict[Member, str]
    architectures: dict[str, Architecture]
    train: Inputs
    validation: Inputs
    settings: "Train"
    device: torch.device
    room: int
    record: dict[str, Any]
    preparation: str
    warn: Callable[[str], None]
    starts: dict[Member, Parameters] = field(default_factory=dict)

    def missing(self) -> list[Member]:
        """Members that the store does not hold, or holds damaged."""
        return [m for m, key in self.keys.items() if not store.holds(self.folder / key, self.warn)]

    def run(
        self,
        missing: Sequence[Member],
        on_stack: Callable[[list[Member], int], None],
        on_epoch: Callable[[Progress], None],
    ) -> None:
        """Train members and store them.

        Parameters
        ----------
        on_stack
            Told before every stack: its members, and the bytes it is predicted to take.
        on_epoch
            Told after every epoch.
        """
        for variant, architecture in self.architectures.items():
            todo = [m for m in missing if m.variant == variant]
            if not todo:
                continue
            target = architecture.distribution.target
            share = len(self.train) / (len(self.train) + len(self.validation))
            train = self.train.placed(target, self.device, int(share * self.room))
            validation = self.validation.placed(target, self.device, int((1 - share) * self.room))
            for stack in self._stacks(todo, architecture, train, validation):
                need = predicted(stack, architecture, len(validation), self.settings, self.device)
                on_stack(stack, need + train.bytes + validation.bytes)
                self._train(stack, architecture, (train, validation), on_epoch)

    def _stacks(
        self,
        todo: list[Member],
        architecture: Architecture,
        train: Observations,
        validation: Observations,
    ) -> Iterator[list[Member]]:
        """Interrupted runs as they were composed, then the rest in stacks that have room."""
        names = {key: m for m, key in self.keys.items()}
        for keys in interrupted(self.folder / CHECKPOINTS, [self.keys[m] for m in todo]):
            if set(keys) <= set(names):
                resumed = [names[key] for key in keys]
                todo = [m for m in todo if m not in resumed]
                yield resumed
        if todo:
            taken = sum(d.bytes for d in (train, validation) if d.place == self.device)
            held_out, room = len(validation), self.room - taken
            yield from passes(todo, architecture, held_out, self.settings, self.device, room)

    def _train(
        self,
        stack: list[Member],
        architecture: Architecture,
        data: tuple[Observations, Observations],
        on_epoch: Callable[[Progress], None],
    ) -> None:
        """Train a stack; where it has no room after all, each half of it."""
        keeper = Checkpoint(
            self.folder / CHECKPOINTS,
            [self.keys[m] for m in stack],
            self.settings.checkpoint,
            self.warn,
        )
        try:
            own = self.settings, on_epoch, keeper, self.starts
            trained = fit(stack, architecture, *data, *own)
        except OutOfMemory as error:
            reason = str(error).splitlines()[0]
        else:
            keeper.trained()
            for member in trained:
                key = self.keys[member.member]
                record = {"key": key, **self.record}
                store.save(self.folder / key, member, architecture, record, self.preparation)
            keeper.remove()
            return
        _release()
        keeper.remove()
        if len(stack) == 1:
            raise VaebioError(
                found=f"no room for the member {stack[0].name} on {self.device}: {reason}",
                expected="memory for one member and a minibatch",
                hint="make the model or train.minibatch smaller, or use a device with more memory",
            )
        self.warn(
            f"{len(stack)} members have no room together on {self.device} ({reason}); they are "
            "trained in two halves"
        )
        for half in (stack[::2], stack[1::2]):
            self._train(half, architecture, data, on_epoch)


def _release() -> None:
    """Give back what a failed run held."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
