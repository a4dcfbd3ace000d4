"""Whose error it is: the share of single features, and features brought to one scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.outlook import sample
from vaebio.training.encode import ROWS, reconstruction
from vaebio.training.inputs import Inputs

ALIKE = 2.0
"""Features are of one scale when the standard deviation of each, but for its outliers, is at most
so many times that of the median feature, and at least one over so many."""

CUT = 10.0
"""Standard deviations beyond which a value is an outlier."""

ENDS = (0.5, 99.5)
"""Percentiles of a feature beyond which values have no say in its scale."""

TOP_SHARE = 0.01
"""Which features are the top ones of an audit: so many of them, one at least."""


@dataclass(frozen=True)
class Audit:
    """How unequally features contribute, on test.

    Parameters
    ----------
    error
        (feature,) mean squared error of each feature in scaled units.
    """

    error: Float[np.ndarray, " feature"]

    @property
    def top(self) -> int:
        """How many features are the top ones."""
        return max(1, round(TOP_SHARE * len(self.error)))

    @property
    def top_share(self) -> float:
        """Share of all squared error that the top features carry."""
        return share_of_largest(self.error, self.top)

    @property
    def gini(self) -> float:
        """Gini coefficient of the squared error: 0 when all features have the same."""
        return gini(self.error)


def share_of_largest(values: Float[np.ndarray, " any"], n: int) -> float:
    """Share of the sum that the n largest have; 0 when the sum is 0.

    Examples
    --------
    >>> share_of_largest(np.array([1.0, 6.0, 3.0]), 1)
    0.6
    """
    total = float(values.sum())
    return float(np.sort(values)[-n:].sum()) / total if total > 0 else 0.0


def gini(values: Float[np.ndarray, " any"]) -> float:
    """Gini coefficient of values that are not negative; 0 when all are the same.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 1.0]))
    (0.0, 0.75)
    """
    n, total = len(values), float(values.sum())
    if total <= 0:
        return 0.0
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ np.sort(values) / (n * total))


def audit(measuring: Measuring, members: Sequence[Measured]) -> Audit:
    """Of members of one architecture, the mean over them."""
    parts = [(e.sum((0, 1)), n.sum(0)) for e, n in _squares(measuring, members, "test", measuring)]
    total, times = (sum(part) for part in zip(*parts, strict=True))
    mean = total / (len(members) * times.clamp(min=1))
    return Audit(mean.double().cpu().numpy())


def mse_in_units_of(
    other: Measuring, measuring: Measuring, members: Sequence[Measured], split: str
) -> list[float]:
    """Squared error per feature of each member in the units of another bench."""
    parts = [
        (e.sum(-1) / n.sum(-1).clamp(min=1)).double()
        for e, n in _squares(measuring, members, split, other)
    ]
    return torch.cat(parts, dim=1).mean(1).tolist()


def comparable(data: dict[str, Inputs]) -> dict[str, Inputs] | None:
    """Features brought to one scale on train and cut beyond it; None where they are already.

    The scale is that of most of a feature's values: a single outlier can be all of a standard
    deviation, and leave nothing of the others.
    """
    train = data["train"]
    x = sample(train).x.numpy().astype(np.float64)
    inner = np.clip(x, *np.percentile(x, ENDS, axis=0))
    deviation = np.where(inner.std(axis=0) > 0, inner.std(axis=0), x.std(axis=0))
    there = deviation > 0
    if not there.any() or _of_one_scale(deviation[there], x[:, there]):
        return None
    times = np.where(there, deviation, 1.0)
    constants = {
        "mean": (train.mean + train.scale * inner.mean(axis=0)).astype(train.mean.dtype),
        "scale": (train.scale * times).astype(train.scale.dtype),
        "clip": CUT,
    }
    return {split: replace(inputs, **constants) for split, inputs in data.items()}


def _of_one_scale(deviation: NDArray, x: NDArray) -> bool:
    ratio = deviation / np.median(deviation)
    alike = ratio.max() <= ALIKE and ratio.min() >= 1 / ALIKE
    return bool(alike and np.abs(x).max() <= CUT * deviation.max())


@torch.no_grad()
def _squares(
    measuring: Measuring, members: Sequence[Measured], split: str, units: Measuring
) -> Iterator[tuple[Tensor, Tensor]]:
    """Squared errors (member, row, feature), 0 where not measured, and (row, feature) 1 or 0."""
    stack = measuring.stack(members)
    target = stack.likelihood.target
    own, other = measuring.split(split, target), units.split(split, target)
    for rows in torch.arange(len(own), device=own.place).split(ROWS):
        seen, wanted = own.minibatch(rows), other.minibatch(rows).x
        maps = stack.decode(stack.encode(seen.x, seen.batch)[0], seen.batch)
        x_hat = reconstruction(stack, own, maps, seen)
        if other is not own:
            values = x_hat * own.constants.scale + own.constants.mean
            x_hat = (values - other.constants.mean) / other.constants.scale
        measured = torch.ones_like(wanted) if seen.observed is None else seen.observed
        yield (x_hat - wanted).square() * measured, measured
