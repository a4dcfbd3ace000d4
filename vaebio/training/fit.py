"""Train a stack: one pass over the data for all its members, early stopping for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from vaebio.model.vae import Architecture
from vaebio.training.grid import Member
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
    train: Float[Tensor, "observation feature"],
    validation: Float[Tensor, "held_out feature"],
    settings: "Train",
    on_epoch: Callable[[Progress], None] = lambda progress: None,
    keeper: Keeper | None = None,
) -> list[Trained]:
    """Train members of one architecture together, on the device and in the type of `train`.

    A member does not depend on the others of its stack: minibatches are shared, noise and
    initialisation are keyed by its own seed, gradients do not meet. A run that is resumed from
    its keeper ends on the CPU with the same bits as one that was never interrupted.

    Returns
    -------
    The members in the order given, each with its best weights on the validation objective.
    """
    run = Run(members, architecture, train, validation, settings)
    if keeper and (kept := keeper.load()):
        run.resume(kept)
    while not run.done:
        run.advance()
        on_epoch(Progress(run.epoch, settings.epochs, len(run.here), run.mse_range()))
        if keeper and not run.done:
            keeper.keep(run.state)
    return run.results()
