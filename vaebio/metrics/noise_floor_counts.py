"""Noise floor of counts: how much their logarithms vary by counting alone.

A count X with a known rate is Poisson, and the error of the best prediction of g(X) is its
variance, E g(X)² - (E g(X))². The square of a single count estimates the first term. The second
wants two counts of the same rate, and there is one. But g(x) = log(1 + x / size) is the integral
over b of w(b) (1 - exp(-b x)) with w(b) = exp(-b size) / b, so that

    (E g)² = integral over b, b' of w(b) w(b') (1 - exp(-mu u)) (1 - exp(-mu u')),  u = 1 - exp(-b)

and exp(-mu t) has the unbiased estimate (1 - t)^X, which is bounded for all t = u + u' up to 2:
the extrapolation of Good and Toulmin (1956, Biometrika 43:45) to a second sample of equal size.
So the variance is estimated without any bias from the counts alone. No rate has to be denoised,
and neither an overfitted nor an underfitted model of the rates can move the floor.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

STEP = 0.5
"""Distance of the nodes in log b; the error of the sum falls as exp(-pi² / STEP)."""

LOWEST = -17.0
"""First node in log b; what lies below is about exp(LOWEST) x the largest count."""

HIGHEST = 1024
"""Largest count with an estimate of its own; beyond, the slope of the logarithm tells enough."""

SPACING = 0.05
"""Distance of the sizes, in the logarithm, between which the estimate is interpolated."""

ROWS = 1024  # observations at a time


def counting_noise(
    counts: sparse.csr_matrix,
    total: Float[np.ndarray, " observation"],
    target_total: float,
    mean: Float[np.ndarray, " feature"],
    scale: Float[np.ndarray, " feature"],
    clip: float | None,
) -> Float[np.ndarray, " observation"]:
    """Variance of the scaled log-normalised counts given their rates, mean over features.

    An unbiased estimate for each observation, which may be below 0; a mean over observations is
    what counts. Counts are Poisson given the rate and the observation's total: technical noise
    beyond that (amplification of reads, say) is not in it, so that the floor is a lower bound.

    Parameters
    ----------
    counts
        (observation, feature), of whole numbers.
    total
        Of each observation: what its counts were divided by.
    target_total
        What they were scaled to before log1p.
    mean, scale, clip
        Constants of train, as the values were scaled and cut.
    """
    size = total / target_total
    weight = _kept(counts, size, mean, scale, clip) / np.square(scale, dtype=np.float64)
    table = Table(size, int(counts.data.max(initial=1)))
    found = np.zeros(counts.shape[0])
    for rows, row, count, feature in _parts(counts):
        estimate = _of_shares(table, total[rows][row], size[rows][row], count)
        found[rows] = np.bincount(row, estimate * weight[feature], len(total[rows]))
    return found / counts.shape[1]


class Table:
    """Unbiased estimates of Var log(1 + X / size) for the sizes and counts of a data set."""

    def __init__(self, size: Float[np.ndarray, " observation"], largest: int) -> None:
        low, high = np.log(size.min()), np.log(size.max())
        self.nodes = np.linspace(low, high, 2 + int((high - low) / SPACING))
        self.values = variance_estimates(np.exp(self.nodes), min(largest, HIGHEST))

    def at(
        self, size: Float[np.ndarray, " entry"], count: Int[np.ndarray, " entry"]
    ) -> Float[np.ndarray, " entry"]:
        """Estimates for single counts, each with its size."""
        step = max(float(self.nodes[1] - self.nodes[0]), 1e-12)
        place = np.clip((np.log(size) - self.nodes[0]) / step, 0, len(self.nodes) - 1)
        below = np.minimum(place.astype(int), len(self.nodes) - 2)
        known = np.minimum(count, self.values.shape[1] - 1)
        ends = self.values[below, known], self.values[below + 1, known]
        found = ends[0] + (place - below) * (ends[1] - ends[0])
        return np.where(count > HIGHEST, count / (count + size) ** 2, found)


def variance_estimates(
    size: Float[np.ndarray, " size"], highest: int
) -> Float[np.ndarray, "size count"]:
    """Unbiased estimates of Var log(1 + X / size), one for each count from 0 to `highest`."""
    b = np.exp(np.arange(LOWEST, np.log(20 / size.min()) + STEP, STEP))
    weight = STEP * np.exp(-np.outer(b, size))
    left = np.exp(-b)
    pair = left[:, None] + left - 1  # 1 - u - u'
    both, one = np.ones_like(pair), np.ones_like(left)
    found = np.zeros((len(size), highest + 1))
    for count in range(1, highest + 1):
        both *= pair
        one *= left
        # Of g² and of the estimate of (E g)², in which all but these two terms are alike.
        found[:, count] = (one @ weight) ** 2 - ((both @ weight) * weight).sum(axis=0)
    return found


def _of_shares(
    table: Table,
    total: Float[np.ndarray, " entry"],
    size: Float[np.ndarray, " entry"],
    count: Int[np.ndarray, " entry"],
) -> Float[np.ndarray, " entry"]:
    """Estimates of counts whose total is given: the variance is less by their share of it.

    Given the total, a count is binomial and its variance smaller by 1 - mu / total. As X h(X - 1)
    estimates mu E h(X) of a Poisson count, the estimate stays unbiased.
    """
    return table.at(size, count) - count / total * table.at(size, count - 1)


def _kept(
    counts: sparse.csr_matrix,
    size: Float[np.ndarray, " observation"],
    mean: Float[np.ndarray, " feature"],
    scale: Float[np.ndarray, " feature"],
    clip: float | None,
) -> Float[np.ndarray, " feature"]:
    """Share of each feature's squared values that is left when scaled values are cut.

    It is taken for the share of the variance that is left. Values that are cut are those of
    features so rare that nearly all of their second moment is variance.
    """
    if clip is None:
        return np.ones(counts.shape[1])
    top = mean.astype(np.float64) + clip * scale.astype(np.float64)
    whole, cut = np.zeros((2, counts.shape[1]))
    for rows, row, count, feature in _parts(counts):
        value = np.log1p(count / size[rows][row])
        whole += np.bincount(feature, value**2, len(top))
        cut += np.bincount(feature, np.minimum(value, top[feature]) ** 2, len(top))
    return np.divide(cut, whole, out=np.ones_like(cut), where=whole > 0)


def _parts(
    counts: sparse.csr_matrix,
) -> Iterator[tuple[slice, np.ndarray, np.ndarray, np.ndarray]]:
    """Observations, and the row among them, the number and the feature of their counts above 0."""
    for start in range(0, counts.shape[0], ROWS):
        rows = slice(start, min(start + ROWS, counts.shape[0]))
        part = counts[rows]
        above = part.data > 0
        if above.any():
            row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
            yield rows, row[above], np.rint(part.data[above]).astype(np.int64), part.indices[above]
