"""Time per epoch, and how much of it the processor was ours."""

import time
from dataclasses import dataclass, field

import torch


def now(device: torch.device) -> float:
    """Seconds on the wall, after the device has done all it was asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


@dataclass
class EpochClock:
    """Marks at the ends of epochs; call it there, with any arguments.

    What goes before the first mark (building, first epoch) is not counted. The share of the
    processor tells a disturbed run: a single thread alone on its core has nearly 1.
    """

    device: torch.device
    seconds: float = 0.0
    epochs: int = 0
    processor_seconds: float = 0.0
    _last: tuple[float, float] | None = field(default=None, repr=False)

    def __call__(self, *_: object) -> None:
        """Mark the end of an epoch."""
        wall, processor = now(self.device), time.process_time()
        if self._last is not None:
            self.seconds += wall - self._last[0]
            self.processor_seconds += processor - self._last[1]
            self.epochs += 1
        self._last = wall, processor

    def restart(self) -> None:
        """Go on with another model: what goes before its first mark is not counted either."""
        self._last = None

    @property
    def seconds_per_epoch(self) -> float:
        """Mean over all marked epochs."""
        return self.seconds / self.epochs

    @property
    def processor_share(self) -> float:
        """Processor time over wall time."""
        return self.processor_seconds / self.seconds
