"""The noise floor of a data set, and the explained fraction of everything that was measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.noise_floor import explained_row, floor_row
from vaebio.metrics.noise_floor_counts import counting_noise
from vaebio.metrics.noise_floor_spectrum import noise_variance
from vaebio.metrics.panel import Row
from vaebio.metrics.reconstruction import mean_with_interval
from vaebio.terms import FLOOR_METHODS, NOISE_FLOOR, SPLITS

FEWEST = 10
"""Train observations, and features, from which singular values say anything about noise."""


@dataclass(frozen=True)
class Floor:
    """Least squared error per feature that can be expected of each observation.

    `method` says how it was estimated; where there is none, `values` is None and `method` says
    why. `errors` has by split half of a 95 % interval of what its observations have in common.
    """

    values: Float[np.ndarray, " observation"] | None
    method: str
    errors: dict[str, float] = field(default_factory=dict)


def noise_floor(
    data: Observations, kind: str, total: Float[np.ndarray, " observation"] | None
) -> Floor:
    """The floor by the method for the kind of values.

    Parameters
    ----------
    kind
        Of the prepared data set.
    total
        Counts: what each observation's counts were divided by.
    """
    if kind == "binary":
        return Floor(None, FLOOR_METHODS["binary"])
    if data.inputs.counts is not None and total is not None:
        return _of_counts(data, total)
    if min(data.train.shape) < FEWEST:
        return Floor(None, f"train has fewer than {FEWEST} observations or features")
    known = 1.0 if data.observed is None else float(data.observed[data.rows["train"]].mean())
    found = noise_variance(data.train, known, squares=data.decomposition.squares)
    half = max(found.high - found.value, found.value - found.low)
    values = np.full(len(data.x), found.value)
    return Floor(values, FLOOR_METHODS["spectrum"], dict.fromkeys(SPLITS, half))


def with_floor(data: Observations, found: Sequence[Measured], floor: Floor) -> list[Measured]:
    """All that was measured, each with its explained fraction, and the floor after them."""
    null = next(one.errors for one in found if one.name == "null")
    levels = {split: _level(split, rows, found, floor) for split, rows in data.rows.items()}
    extended = [
        replace(one, metrics=[*one.metrics, *_rows(one, data, null, levels)]) for one in found
    ]
    return [*extended, Measured(NOISE_FLOOR, [_floor(split, levels[split]) for split in SPLITS])]


def _of_counts(data: Observations, total: Float[np.ndarray, " observation"]) -> Floor:
    """Train's is that of the others: its own noise had a say in which features were chosen.

    What is chosen for its variance on train has more of it there than its rates have, and the
    estimate would take the surplus for signal.
    """
    own, train = data.inputs, data.rows["train"]
    target = float(total[0] / own.size[0])
    values = counting_noise(own.counts, total, target, own.mean, own.scale, own.clip)
    others = mean_with_interval(values[~train])
    values[train] = others.value
    half = float(np.nan_to_num(others.high - others.value))
    return Floor(values, FLOOR_METHODS["counts"], {"train": half})


def _level(split: str, rows: np.ndarray, found: Sequence[Measured], floor: Floor) -> Floor:
    """The floor of one split: never below 0 nor above the best error that was reached there.

    An error can be below the floor of all predictions, because a reconstruction has seen the very
    value it is held against: k components can take k of the noise's dimensions. On train an error
    below it is noise that was learned, and changes nothing.
    """
    if floor.values is None:
        return floor
    values = floor.values[rows]
    values = values - min(float(values.mean()), 0.0)
    reached = [
        (float(e.mean()), one.name, e) for one in found if (e := _errors(one, rows)) is not None
    ]
    best, name, errors = min(reached, key=lambda each: each[0])
    if split == "train" or values.mean() <= best:
        return replace(floor, values=values)
    said = f"{floor.method}; that is {values.mean():.3g}, above the error of {name}, which is used"
    return Floor(errors, said)


def _errors(one: Measured, rows: np.ndarray) -> Float[np.ndarray, " observation"] | None:
    """Errors on some observations; None where there are none, or some are not finite."""
    if one.errors is None or not np.isfinite(one.errors[rows]).all():
        return None
    return one.errors[rows]


def _floor(split: str, level: Floor) -> Row:
    if level.values is None:
        return Row(split, "mse", reason=level.method)
    return floor_row(split, level.values, level.errors.get(split, 0.0), level.method)


def _rows(
    one: Measured, data: Observations, null: np.ndarray, levels: dict[str, Floor]
) -> list[Row]:
    return [_explained(split, one, rows, null, levels[split]) for split, rows in data.rows.items()]


def _explained(split: str, one: Measured, rows: np.ndarray, null: np.ndarray, level: Floor) -> Row:
    if level.values is None:
        return Row(split, "explained", reason=f"no noise floor: {level.method}")
    if one.errors is None:
        reasons = [row.reason for row in one.metrics if row.measure == "mse"]
        return Row(split, "explained", reason=reasons[0] if reasons else "no error was measured")
    return explained_row(
        split, one.errors[rows], null[rows], level.values, level.errors.get(split, 0.0)
    )
