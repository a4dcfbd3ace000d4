"""Train members: one pass over the data for a whole stack, early stopping for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch

from vaebio.model.vae import Architecture, Parameters
from vaebio.training.grid import Member
from vaebio.training.observations import Observations
from vaebio.training.run import Run, State, Trained

if TYPE_CHECKING:
    from vaebio.settings import Train


@dataclass(frozen=True)
class Progress:
    """Where a stack stands after an epoch."""

    epoch: int
    epochs: int
    training: int
    mse: tuple[float, float]


@runtime_checkable
class Keeper(Protocol):
    """Keeps the state of a run from time to time, and gives it back after a restart."""

    def load(self) -> State | None:
        """The last state kept of this run, if there is one."""

    def keep(self, state: Callable[[], State]) -> None:
        """Offered after every epoch; takes the state when it is time."""


def fit(
    members: Sequence[Member],
    architecture: Architecture,
    train: Observations,
    validation: Observations,
    settings: "Train",
    on_epoch: Callable[[Progress], None] = lambda progress: None,
    keeper: Keeper | None = None,
    starts: Mapping[Member, Parameters] | None = None,
) -> list[Trained]:
    """Train members of one architecture together, on the device and in the type of `train`.

    Up to rounding a member does not depend on the others of its stack: minibatches are shared,
    noise and initialisation are keyed by its own seed, gradients do not meet. A run of the same
    members that is resumed from its keeper ends on the CPU with the same bits as one that was
    never interrupted.

    Parameters
    ----------
    starts
        Weights that some of the members go on from; the others start from random ones.

    Returns
    -------
    The members in the order given, each with its best weights on the validation score.

    Raises
    ------
    OutOfMemory
        When the device has no room for them together.
    """
    with _out_of_memory_named(), _precision(settings.precision):
        run = Run(members, architecture, train, validation, settings, starts)
        if keeper and (kept := keeper.load()):
            run.resume(kept)
        while not run.done:
            run.advance()
            on_epoch(Progress(run.epoch, settings.epochs, len(run.here), run.mse_range()))
            if keeper and not run.done:
                keeper.keep(run.state)
        return run.results()


class OutOfMemory(Exception):
    """The device has no room for a stack."""


@contextmanager
def _out_of_memory_named() -> Iterator[None]:
    """Torch has a class of its own for a device, and words alone for the host."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(str(error)) from None
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "can't allocate memory" not in str(error):
            raise
        raise OutOfMemory(str(error)) from None


@contextmanager
def _precision(wanted: str) -> Iterator[None]:
    """The precision of float32 products on CUDA while a stack trains."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = wanted == "tf32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
