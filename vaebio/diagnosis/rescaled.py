"""Features brought to one scale, and errors feature by feature."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.outlook import sample
from vaebio.model.minibatch import Minibatch
from vaebio.training.encode import ROWS, reconstruction
from vaebio.training.inputs import Inputs

ALIKE = 2.0
"""Features are of one scale when the standard deviation of each is at most so many times that of
the median feature, and at least one over so many."""

CUT = 10.0
"""Standard deviations beyond which a value is an outlier, and times by which outliers may make a
standard deviation larger than that of the other values."""

ENDS = (2, 98)
"""Percentiles of a feature beyond which values have no say in its scale."""


def feature_errors(
    measuring: Measuring, members: Sequence[Measured]
) -> Float[np.ndarray, " feature"]:
    """Mean squared error of each feature on test in scaled units, mean over members.

    Parameters
    ----------
    members
        Of one architecture.
    """
    parts = [(e.sum((0, 1)), n.sum(0)) for e, n in _squares(measuring, members, "test", measuring)]
    total, times = (sum(part) for part in zip(*parts, strict=True))
    return (total / (len(members) * times.clamp(min=1))).double().cpu().numpy()


def null_mse(measuring: Measuring) -> float:
    """Squared error per feature on test of the train mean, in the units of a bench."""
    parts = [e.sum(1) / n.sum(1).clamp(min=1) for e, n in _null_squares(measuring)]
    return torch.cat(parts).double().mean().item()


def null_feature_errors(measuring: Measuring) -> Float[np.ndarray, " feature"]:
    """Mean squared error of the train mean for each feature on test, in the units of a bench."""
    parts = [(e.sum(0), n.sum(0)) for e, n in _null_squares(measuring)]
    total, times = (sum(part) for part in zip(*parts, strict=True))
    return (total / times.clamp(min=1)).double().cpu().numpy()


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
    own, without_ends = x.std(axis=0), inner.std(axis=0)
    if _of_one_scale(x, own, without_ends):
        return None
    # A feature that is the same nearly everywhere has no other scale than that of its ends.
    deviation = np.where(without_ends > 0, without_ends, own)
    times = np.where(deviation > 0, deviation, 1.0)
    constants = {
        "mean": (train.mean + train.scale * inner.mean(axis=0)).astype(train.mean.dtype),
        "scale": (train.scale * times).astype(train.scale.dtype),
        "clip": CUT,
    }
    return {split: replace(inputs, **constants) for split, inputs in data.items()}


def _of_one_scale(x: NDArray, own: NDArray, without_ends: NDArray) -> bool:
    """Whether no feature has another scale than most, by all of its values or by most of them."""
    there = own > 0
    if not there.any():
        return True
    ratio = own[there] / np.median(own[there])
    made_by_ends = (without_ends > 0) & (without_ends * CUT < own)
    alike = ratio.max() <= ALIKE and ratio.min() >= 1 / ALIKE
    return bool(alike and np.abs(x).max() <= CUT * own.max() and not made_by_ends.any())


def _null_squares(measuring: Measuring) -> Iterator[tuple[Tensor, Tensor]]:
    """Squared errors (row, feature) of the train mean on test, and 1 or 0 as in `_squares`."""
    means, test = [], []
    for split, into in (("train", means), ("test", test)):
        seen = measuring.split(split, "scaled")
        into += [seen.minibatch(r) for r in torch.arange(len(seen), device=seen.place).split(ROWS)]
    weights = [_measured(m) for m in means]
    times = sum(w.sum(0) for w in weights).clamp(min=1)
    mean = sum((m.x * w).sum(0) for m, w in zip(means, weights, strict=True)) / times
    for m in test:
        measured = _measured(m)
        yield (m.x - mean).square() * measured, measured


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
        if units is not measuring:
            values = x_hat * own.constants.scale + own.constants.mean
            x_hat = (values - other.constants.mean) / other.constants.scale
        measured = _measured(seen)
        yield (x_hat - wanted).square() * measured, measured


def _measured(seen: Minibatch) -> Tensor:
    """(row, feature) 1 where a value was measured, else 0."""
    return torch.ones_like(seen.x) if seen.observed is None else seen.observed
