"""The noise floor as a level, and how much of the way to it a reconstruction has come."""

import numpy as np
from jaxtyping import Float

from vaebio.metrics.panel import Row
from vaebio.metrics.reconstruction import mean_with_interval

LEAST_ROOM = 0.01
"""Share of the null's error that must lie above the floor for a fraction of it to mean anything."""


def floor_row(
    split: str, floor: Float[np.ndarray, " observation"], error: float, method: str
) -> Row:
    """Row of a floor; how it was estimated stands where the reason of an absent value would.

    Parameters
    ----------
    floor
        Least squared error per feature that can be expected of each observation.
    error
        Half of a 95 % interval of what all observations have in common.
    method
        How it was estimated.
    """
    found = mean_with_interval(floor)
    half = float(np.hypot(np.nan_to_num(found.high - found.value), error))
    return Row(split, "mse", found.value, max(found.value - half, 0.0), found.value + half, method)


def explained_row(
    split: str,
    mse: Float[np.ndarray, " observation"],
    null: Float[np.ndarray, " observation"],
    floor: Float[np.ndarray, " observation"],
    error: float = 0.0,
) -> Row:
    """Row of (null - mse) / (null - floor) of means over observations.

    The interval is that of a ratio of two means over the same observations, linearised; errors of
    all three are paired. That of the floor is in it.

    Parameters
    ----------
    mse, null
        Squared error per feature of each observation, of the reconstruction and of the train mean.
    floor, error
        As in `floor_row`.
    """
    if not np.isfinite(mse).all():
        return Row(split, "explained", reason="not a finite number: the member diverged")
    room, gain = null - floor, null - mse
    width = float(np.mean(room, dtype=np.float64))
    if not width - _half(room, error) > LEAST_ROOM * float(np.mean(null, dtype=np.float64)):
        return Row(split, "explained", reason=_no_room(null, floor))
    value = float(np.mean(gain, dtype=np.float64)) / width
    if len(room) < 2:
        return Row(split, "explained", value)
    half = _half(gain - value * room, value * error) / width
    return Row(split, "explained", value, value - half, value + half)


def _half(values: Float[np.ndarray, " observation"], error: float) -> float:
    """Half of the 95 % interval of a mean, with what its values have in common."""
    found = mean_with_interval(values)
    return float(np.hypot(np.nan_to_num(found.high - found.value), error))


def _no_room(null: np.ndarray, floor: np.ndarray) -> str:
    return (
        f"the noise floor ({np.mean(floor):.3g}) cannot be told from the error of the train mean "
        f"({np.mean(null):.3g}): there is nothing to explain"
    )
