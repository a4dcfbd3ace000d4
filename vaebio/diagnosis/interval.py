"""A mean over seeds with the interval that the seeds give it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vaebio.metrics.intervals import t_interval


@dataclass(frozen=True)
class Interval:
    """A mean over seeds; `low` and `high` are None with fewer than two seeds."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def above_zero(self) -> bool:
        """Whether 0 lies below the whole interval; one seed never says so."""
        return self.low is not None and self.low > 0

    @property
    def half(self) -> float | None:
        """Half of its width."""
        return None if self.low is None else (self.high - self.low) / 2

    def over(self, scale: float) -> "Interval":
        """As a share of a positive scale."""
        bounds = (None if v is None else v / scale for v in (self.low, self.high))
        return Interval(self.value / scale, *bounds)


def over_seeds(values: Sequence[float], confidence: float) -> Interval:
    """Mean with Student's interval; one value has none.

    Examples
    --------
    >>> found = over_seeds([1.0, 2.0, 3.0], 0.95)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (2.0, -0.484, 4.484)
    """
    found = t_interval(np.asarray(values, dtype=float), confidence)
    if len(values) < 2:
        return Interval(found.value)
    return Interval(found.value, found.low, found.high)
