"""The knee of the frontier of rate and distortion."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

FEWEST = 3
"""Points of a frontier that can have a knee."""

LEAST_DEPTH = 1e-9
"""Depth below the line between the ends that is more than rounding."""


@dataclass(frozen=True)
class Knee:
    """Place of the knee among all points, its depth below the line (0 to 1), size of the frontier.

    The line is that between the ends of the frontier, both axes scaled to its range.
    """

    index: int
    depth: float
    points: int


def frontier(
    rate: Float[np.ndarray, " point"], distortion: Float[np.ndarray, " point"]
) -> Int[np.ndarray, " kept"]:
    """Points of which none has both a lower rate and a lower distortion, by rising rate.

    Examples
    --------
    >>> frontier(np.array([3.0, 1.0, 2.0, 2.5]), np.array([1.0, 9.0, 4.0, 5.0])).tolist()
    [1, 2, 0]
    """
    order = np.lexsort((distortion, rate))
    least = np.minimum.accumulate(distortion[order])
    return order[np.r_[True, least[1:] < least[:-1]]] if len(order) else order


def knee(rate: Float[np.ndarray, " point"], distortion: Float[np.ndarray, " point"]) -> Knee | str:
    """The frontier's point farthest below the straight line between its ends, or why there is none.

    Both axes are scaled to the frontier's range, as in Kneedle [satopaa2011], of which this is the
    part without smoothing and threshold. Only points below the line can be a knee. A frontier that
    is not convex has several such bends, of which this is the deepest; and a wider grid has other
    ends, so that its knee can be another.

    Parameters
    ----------
    rate, distortion
        Nats per observation.
    """
    kept = frontier(rate, distortion)
    if len(kept) < FEWEST:
        return (
            f"the frontier of rate and distortion has {len(kept)} of {len(rate)} points: a knee "
            f"needs {FEWEST}"
        )
    x, y = rate[kept], distortion[kept]
    depth = 1 - (x - x[0]) / (x[-1] - x[0]) - (y - y[-1]) / (y[0] - y[-1])
    deepest = int(depth.argmax())
    if depth[deepest] <= LEAST_DEPTH:
        return "no point of the frontier lies below the line between its ends: it has no knee"
    return Knee(int(kept[deepest]), float(depth[deepest]), len(kept))
