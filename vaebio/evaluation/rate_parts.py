"""The rate of a split in parts, as rows; what so few observations cannot show is absent."""

import math

import numpy as np
from jaxtyping import Bool, Float, Int

from vaebio.metrics.aggregate import Parts, parts
from vaebio.metrics.panel import Row, mean_row

PARTS = (
    "mutual_information_nats",
    "marginal_kl_nats",
    "total_correlation_nats",
    "dimension_kl_nats",
)


def part_rows(
    split: str,
    mean: Float[np.ndarray, "observation unit"],
    log_var: Float[np.ndarray, "observation unit"],
    noise: Float[np.ndarray, "observation unit"],
) -> list[Row]:
    """Mutual information, marginal KL, total correlation and dimension-wise KL of observations.

    The intervals are those of means over observations, as of all measures; what the draws of z add
    to the spread is in them.
    """
    # A member that is about to diverge can be finite and its densities not.
    with np.errstate(over="ignore", invalid="ignore"):
        found = parts(mean, log_var, noise)
    values = found.information, found.marginal_kl, found.total_correlation, found.dimension_kl
    rows = [mean_row(split, *pair) for pair in zip(PARTS, values, strict=True)]
    return [_or_absent(row, found) for row in rows]


def sample(
    rows: Bool[np.ndarray, " observation"], most: int, seed: int
) -> Int[np.ndarray, " chosen"]:
    """Positions of a split's observations in their order; of more than `most`, a sample of them."""
    found = np.flatnonzero(rows)
    if len(found) <= most:
        return found
    return np.sort(np.random.default_rng(seed).choice(found, most, replace=False))


def _or_absent(row: Row, found: Parts) -> Row:
    """The row, unless the mutual information that it rests on is near the most there can be.

    The marginal KL and the total correlation, from which it is taken away, would be too large.
    """
    by_unit = row.measure == "dimension_kl_nats"
    if row.value is None or not (found.unit_saturated if by_unit else found.saturated):
        return row
    n, whose = len(found.rate), "the posteriors of a unit" if by_unit else "the posteriors"
    reason = (
        f"{whose} hardly overlap: {n} observations can show a mutual information of ln {n} = "
        f"{math.log(n):.3g} nats at most, and it is near that"
    )
    return Row(row.split, row.measure, reason=reason)
