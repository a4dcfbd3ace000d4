"""How far a diagnosis is: its step, and in that the stack and epoch of what is trained."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vaebio.cli.progress import Progress as Bar
from vaebio.diagnosis.diagnosed import ALL_STEPS

if TYPE_CHECKING:
    from vaebio.training.fit import Progress
    from vaebio.training.grid import Member


class Steps:
    """Progress of one diagnosis."""

    def __init__(self, name: str) -> None:
        self.bar = Bar(f"diagnosing {name}", len(ALL_STEPS), "step")
        self.step, self.stacks = "", 0

    def on_step(self, step: str) -> None:
        """One step further."""
        self.step, self.stacks = step, 0
        self.bar.step(step)

    def on_stack(self, members: "Sequence[Member]", need: int) -> None:
        """One more stack that is trained for the step."""
        self.stacks += 1

    def on_epoch(self, at: "Progress") -> None:
        """One epoch further in what is trained for the step."""
        stack = f"stack {self.stacks}, {at.training} in training"
        epoch = f"epoch {at.epoch} of {at.epochs} at most"
        self.bar.step(f"{self.step}: {stack}, {epoch}", by=0)

    def close(self) -> None:
        """End the bar."""
        self.bar.close()
