"""The errors of members and baselines by abundance: what rare features cost, and common ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.floor import Floor, noise_floor, with_floor
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.features import Strata, of_stratum, spread, weights
from vaebio.metrics.panel import Row, mean_row, r2_row
from vaebio.terms import FLOOR_METHODS, NOISE_FLOOR, SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

OF_ALL = "the noise was estimated for all features together, not for those of one stratum"
UNMEASURED = "no error was measured"
UNDIVIDED = "its error was not told apart by feature"
NOWHERE = "none of these features was measured in any observation of this split"


@dataclass(frozen=True)
class StratumRow:
    """One stratum of features as one member or baseline reconstructs it, on one split."""

    split: str
    stratum: int
    lowest: float
    highest: float
    features: int
    weight: float
    mse: float | None
    low: float | None
    high: float | None
    null_mse: float | None
    explained: float | None
    explained_low: float | None
    explained_high: float | None
    r2: float | None
    reason: str


@dataclass(frozen=True)
class _Stratum:
    """What is the same for all: one stratum, and by how much it counts."""

    number: int
    lowest: float
    highest: float
    features: int
    weight: Float[np.ndarray, " observation"]
    share: dict[str, float]
    variance: dict[str, float]


def stratum_rows(
    data: Observations,
    found: Sequence[Measured],
    settings: "Evaluate",
    kind: str,
    total: Float[np.ndarray, " observation"] | None,
) -> list[tuple[str, StratumRow]]:
    """Every stratum of everything in `found` and of the noise floor, on every split.

    Parameters
    ----------
    found
        What was measured, the train mean, `null`, among it.
    kind, total
        As in `noise_floor`.
    """
    strata = data.strata(settings.strata)
    rows = [
        row
        for one in _strata(data, strata)
        for row in _of(data, found, one, _floor(data, strata == one.number, kind, total))
    ]
    order = [*(one.name for one in found), NOISE_FLOOR]
    return sorted(rows, key=lambda row: order.index(row[0]))


def _strata(data: Observations, strata: Strata) -> Iterator[_Stratum]:
    weight = weights(data.x.shape, data.observed, data.rows["test"], strata).strata
    parts = {s: spread(data.x, data.observed, data.rows[s], strata) for s in SPLITS}
    for number in range(weight.shape[1]):
        own, abundance = weight[:, number], data.abundance[strata == number]
        share = {split: float(own[rows].mean()) for split, rows in data.rows.items()}
        variance = {s: float(part[strata == number].sum()) for s, part in parts.items()}
        variance = {s: value / share[s] if share[s] else 0.0 for s, value in variance.items()}
        ends = float(abundance.min()), float(abundance.max())
        yield _Stratum(number, *ends, len(abundance), own, share, variance)


def _floor(data: Observations, own: np.ndarray, kind: str, total: np.ndarray | None) -> Floor:
    """The floor of some features, where it is a sum over features."""
    inputs = data.inputs
    if kind == "binary" or inputs.counts is None or total is None:
        return Floor(None, FLOOR_METHODS["binary"] if kind == "binary" else OF_ALL)
    constants = {"mean": inputs.mean[own], "scale": inputs.scale[own]}
    part = replace(inputs, counts=inputs.counts[:, np.flatnonzero(own)], **constants)
    return noise_floor(replace(data, inputs=part), kind, total)


def _of(
    data: Observations, found: Sequence[Measured], stratum: _Stratum, floor: Floor
) -> Iterator[tuple[str, StratumRow]]:
    """One stratum of everything, with the explained fractions and the floor of its features."""
    parts = [_part(data, one, stratum) for one in found]
    null = next(one.errors for one in parts if one.name == "null")
    for one in with_floor(data, parts, floor):
        for split, rows in data.rows.items():
            known = stratum.share[split] > 0
            said = {row.measure: row for row in one.metrics if row.split == split}
            own = said if known else dict.fromkeys(said, Row(split, "mse", reason=NOWHERE))
            yield one.name, _row(stratum, split, own, float(null[rows].mean()) if known else None)


def _part(data: Observations, one: Measured, stratum: _Stratum) -> Measured:
    """What was measured, as if there were no other features."""
    if one.divided is None:
        said = [row.reason or UNDIVIDED for row in one.metrics if row.measure == "mse"]
        reason = said[0] if said else UNMEASURED
        return replace(one, metrics=[Row(s, "mse", reason=reason) for s in SPLITS], errors=None)
    part, errors, metrics = one.divided.strata[:, stratum.number], np.empty(len(data.x)), []
    for split, rows in data.rows.items():
        errors[rows] = own = of_stratum(part[rows], stratum.weight[rows])
        metrics += [mean_row(split, "mse", own), r2_row(split, own, stratum.variance[split])]
    return replace(one, metrics=metrics, errors=errors)


def _row(stratum: _Stratum, split: str, said: dict[str, Row], null_mse: float | None) -> StratumRow:
    absent = Row(split, "")
    mse, r2, explained = (said.get(name, absent) for name in ("mse", "r2", "explained"))
    reasons = [f"{row.measure}: {row.reason}" for row in (r2, explained) if row.reason]
    return StratumRow(
        split=split,
        stratum=stratum.number + 1,
        lowest=stratum.lowest,
        highest=stratum.highest,
        features=stratum.features,
        weight=stratum.share[split],
        mse=mse.value,
        low=mse.low,
        high=mse.high,
        null_mse=null_mse,
        explained=explained.value,
        explained_low=explained.low,
        explained_high=explained.high,
        r2=r2.value,
        reason=mse.reason or "; ".join(reasons),
    )
