"""How many observations have each count in each feature, gathered from parts of rows.

It says all that can be asked of one feature at a time (mean, variance, sums of clipped counts)
after a single pass. What is gathered are whole numbers, so it is the same however the rows are cut.
"""

import numpy as np
from scipy import sparse

DENSE = 64  # counts below have a place each; larger ones are few in most data
_WAITING = 2**21  # keys gathered before they are told apart


class Tally:
    """Number of observations with each count above 0, by feature.

    Memory: 512 bytes per feature, and 24 for every different count of 64 or more that a feature
    has.

    Parameters
    ----------
    features
        Number of features.
    """

    def __init__(self, features: int) -> None:
        self.features = features
        self.observations = 0
        self._low = np.zeros(features * DENSE, np.int64)
        self._keys: list[np.ndarray] = []
        self._waiting = 0
        self._high = _nothing()
        self._more: list[tuple[np.ndarray, ...]] = []

    def add(self, counts: sparse.csr_matrix) -> None:
        """Take in some observations.

        Parameters
        ----------
        counts
            (observation, feature) non-negative whole numbers without repeated entries; stored
            zeros do no harm.
        """
        self.observations += counts.shape[0]
        feature = counts.indices.astype(np.int64)
        count = counts.data.astype(np.int64)
        low = count < DENSE
        if not low.all():
            self._add_high(feature[~low], count[~low])
            feature, count = feature[low], count[low]
        feature *= DENSE
        feature += count
        self._keys.append(feature)
        self._waiting += len(feature)
        # An array as long as the histogram is made each time: not for a handful of counts.
        if self._waiting >= max(_WAITING, len(self._low)):
            self._settle_low()

    @property
    def detected(self) -> np.ndarray:
        """(feature,) numbers of observations with a count above 0."""
        feature, _, times = self.pairs()
        return self._summed(feature, times).astype(np.int64)

    @property
    def sums(self) -> np.ndarray:
        """(feature,) sums of counts over all observations, float64."""
        feature, count, times = self.pairs()
        return self._summed(feature, count * times.astype(np.float64))

    @property
    def mean(self) -> np.ndarray:
        """(feature,) mean count, float64; 0 without observations."""
        return self.sums / max(self.observations, 1)

    def variance(self, ddof: int = 1) -> np.ndarray:
        """(feature,) variance of the count, summed about the mean in float64; 0 of fewer than two.

        Parameters
        ----------
        ddof
            The divisor is the number of observations less this.
        """
        feature, count, times = self.pairs()
        mean = self.mean
        squares = self._summed(feature, times * (count - mean[feature]) ** 2)
        zeros = self.observations - self.detected
        return (squares + zeros * mean**2) / max(self.observations - ddof, 1)

    def clipped_sums(self, limit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(feature,) sum and sum of squares of the counts, each cut at its feature's limit.

        Parameters
        ----------
        limit
            (feature,) largest value, at least 0.
        """
        feature, count, times = self.pairs()
        cut = np.minimum(count, limit[feature]).astype(np.float64)  # squares outgrow integers
        return self._summed(feature, times * cut), self._summed(feature, times * cut**2)

    def of(self, features: np.ndarray) -> "Tally":
        """The tally of some features alone.

        Parameters
        ----------
        features
            (feature,) sorted positions.
        """
        feature, count, times = self.pairs()
        place = np.full(self.features, -1)
        place[features] = np.arange(len(features))
        kept = place[feature] >= 0
        feature, count, times = place[feature[kept]], count[kept], times[kept]
        part, low = Tally(len(features)), count < DENSE
        part.observations = self.observations
        part._low[feature[low] * DENSE + count[low]] = times[low]
        part._high = _distinct(feature[~low], count[~low], times[~low])
        return part

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Feature, count above 0, and number of observations that have it; each pair once."""
        self._settle_low()
        self._settle_high()
        table = self._low.reshape(self.features, DENSE)
        feature, count = np.nonzero(table[:, 1:])
        low = (feature, count + 1, table[feature, count + 1])
        return tuple(np.concatenate(both) for both in zip(low, self._high, strict=True))

    def _summed(self, feature: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(feature, values, self.features)

    def _add_high(self, feature: np.ndarray, count: np.ndarray) -> None:
        self._more.append(_distinct(feature, count, np.ones(len(count), np.int64)))
        # Each merging at least doubles what is merged, so no pair is sorted often.
        if sum(len(more[0]) for more in self._more) > max(_WAITING, len(self._high[0])):
            self._settle_high()

    def _settle_low(self) -> None:
        if self._keys:
            self._low += np.bincount(np.concatenate(self._keys), minlength=len(self._low))
            self._keys, self._waiting = [], 0

    def _settle_high(self) -> None:
        if self._more:
            together = zip(self._high, *self._more, strict=True)
            self._high = _distinct(*(np.concatenate(part) for part in together))
            self._more = []


def _nothing() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)


def _distinct(
    feature: np.ndarray, count: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same pairs sorted, each once, with the sum of its times."""
    if not len(feature):
        return feature, count, times
    order = np.lexsort((count, feature))
    feature, count, times = feature[order], count[order], times[order]
    new = np.append(True, (np.diff(feature) != 0) | (np.diff(count) != 0))
    return feature[new], count[new], np.add.reduceat(times, np.flatnonzero(new))
