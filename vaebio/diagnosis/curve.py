"""A member's history as curves, and robust slopes of them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy import stats

POINTS = 200
"""Most points of a curve that slopes are taken from; longer ones are averaged in blocks. A slope
is the median over all pairs of points."""


@dataclass(frozen=True)
class Curve:
    """What a member's history says, epoch by epoch.

    Parameters
    ----------
    mse, rate
        On validation (of a foreign history: of whatever it was measured on).
    train
        MSE on train; NaN where it was not measured.
    beta
        Beta in force; NaN where it was not written down.
    """

    member: str
    epoch: Int[np.ndarray, " epoch"]
    mse: Float[np.ndarray, " epoch"]
    rate: Float[np.ndarray, " epoch"]
    train: Float[np.ndarray, " epoch"]
    beta: Float[np.ndarray, " epoch"]

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def end(self) -> float:
        """MSE at the end: the median of the last three epochs."""
        return float(np.median(self.mse[-3:]))

    @property
    def finite(self) -> "Curve":
        """The epochs before the first value that is not finite.

        A rate that is nowhere is none: a deterministic autoencoder has no rate.
        """
        rated = np.isfinite(self.rate) | np.isnan(self.rate).all()
        bad = np.flatnonzero(~(np.isfinite(self.mse) & rated))
        return self.part(slice(0, bad[0])) if len(bad) else self

    def part(self, where: slice) -> "Curve":
        """Some of the epochs."""
        names = ("epoch", "mse", "rate", "train", "beta")
        return replace(self, **{name: getattr(self, name)[where] for name in names})


@dataclass(frozen=True)
class Trend:
    """By how much a curve falls from its first point to its last; negative when it rises."""

    fall: float
    low: float
    high: float

    @property
    def falls(self) -> bool:
        """Whether it falls beyond its noise."""
        return self.low > 0


def curves(history: pd.DataFrame) -> list[Curve]:
    """Curves from the rows of history.tsv, in the order of the members' first rows.

    A split other than train is taken for validation; where there is train alone, its errors
    stand in both places.
    """
    found = []
    for member, rows in history.groupby("member", sort=False):
        held_out = rows[rows["split"] != "train"]
        train = rows[rows["split"] == "train"].set_index("epoch")["mse"]
        own = (rows if held_out.empty else held_out).sort_values("epoch")
        found.append(
            Curve(
                str(member),
                own["epoch"].to_numpy(int),
                *(own[name].to_numpy(float) for name in ("mse", "rate_nats")),
                train=train.reindex(own["epoch"]).to_numpy(float),
                beta=own["beta_now"].to_numpy(float),
            )
        )
    return found


def binned(curve: Curve) -> Curve:
    """At most `POINTS` points: means of blocks of epochs, each at its last epoch."""
    size = -(-len(curve) // POINTS)
    if size < 2:
        return curve
    starts = np.arange(0, len(curve), size)
    lengths = np.diff(np.append(starts, len(curve)))
    means = {n: np.add.reduceat(getattr(curve, n), starts) / lengths for n in ("mse", "rate")}
    last = starts + lengths - 1
    return replace(
        curve, epoch=curve.epoch[last], train=curve.train[last], beta=curve.beta[last], **means
    )


def trend(epoch: np.ndarray, values: np.ndarray, confidence: float) -> Trend:
    """Theil-Sen slope [sen1968] times the length, with its interval by Kendall's statistic."""
    slope = stats.theilslopes(values, epoch, confidence)
    length = float(epoch[-1] - epoch[0])
    fall, low, high = -slope.slope, -slope.high_slope, -slope.low_slope
    return Trend(*(float(v) * length for v in (fall, low, high)))


def noise(values: np.ndarray) -> float:
    """Standard deviation of the noise of a curve, whatever its course.

    By the median of second differences, which a straight course does not reach; those of white
    noise have six times its variance, and 0.6745 is the median of a half-normal.
    """
    if len(values) < 3:
        return 0.0
    return float(np.median(np.abs(np.diff(values, 2)))) / 0.6745 / np.sqrt(6)
