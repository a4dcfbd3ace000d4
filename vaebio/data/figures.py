"""What one pass over the values of a raw data set finds, nothing of the size of the whole kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix, canonical, stored
from vaebio.data.raw import Raw

WHOLE_PASS = 2_000_000_000
"""Numbers, were they dense, up to which every one is looked at."""

PART = 2**22
"""Numbers in a part of rows, were it dense."""

_POWERS = 1100  # double precision goes from 2**-1074 to 2**1024
_BLOCKS = 64  # parts of a sample, spread over all rows


@dataclass
class Extent:
    """Smallest and largest finite value, number of non-zeros and missing, sum and sum of squares.

    Each is an array over one axis; a place without a finite value has low = inf, high = -inf.
    """

    low: np.ndarray
    high: np.ndarray
    nonzero: np.ndarray
    missing: np.ndarray
    total: np.ndarray
    squares: np.ndarray

    @classmethod
    def empty(cls, n: int) -> "Extent":
        """Of nothing yet."""
        zeros = [np.zeros(n) for _ in range(4)]
        return cls(np.full(n, np.inf), np.full(n, -np.inf), *zeros)

    def add(self, other: "Extent") -> None:
        """Take in what was found in further values at the same places."""
        np.minimum(self.low, other.low, out=self.low)
        np.maximum(self.high, other.high, out=self.high)
        for name in ("nonzero", "missing", "total", "squares"):
            getattr(self, name).__iadd__(getattr(other, name))

    @property
    def constant(self) -> np.ndarray:
        """Where every finite value is the same, but not all are zero."""
        return (self.low == self.high) & (self.low != 0)

    @property
    def blank(self) -> np.ndarray:
        """Where no value is finite and other than zero."""
        return (self.low > self.high) | ((self.low == 0) & (self.high == 0))


@dataclass
class Tally:
    """Figures about the values that were looked at.

    Parameters
    ----------
    rows
        (observation,) positions of the observations looked at, all of them unless `sampled`.
    observations, features
        Extent over the observations looked at, and over all features.
    negative, broken, ones, infinite
        Numbers of finite values below 0, that are not whole, and exactly 1, and of infinite ones.
    a_negative, a_broken
        The first value below 0, and the first that is not whole.
    smallest
        The smallest above 0; inf when there is none.
    powers
        How many values above 0 lie in each power of two, from 2**-1100 on.
    """

    rows: np.ndarray
    observations: Extent
    features: Extent
    sampled: bool
    negative: int = 0
    broken: int = 0
    ones: int = 0
    infinite: int = 0
    a_negative: float = 0.0
    a_broken: float = 0.0
    smallest: float = np.inf
    powers: np.ndarray = field(default_factory=lambda: np.zeros(2 * _POWERS, np.int64))

    @property
    def size(self) -> int:
        """Number of values looked at."""
        return len(self.rows) * len(self.features.low)

    @property
    def low(self) -> float:
        """Smallest finite value; inf when there is none."""
        return float(self.features.low.min(initial=np.inf))

    @property
    def high(self) -> float:
        """Largest finite value; -inf when there is none."""
        return float(self.features.high.max(initial=-np.inf))

    @property
    def missing(self) -> int:
        """Number of missing values (NaN)."""
        return int(self.features.missing.sum())

    @property
    def zero_share(self) -> float:
        """Zeros among the values that are not missing, in [0, 1]."""
        present = self.size - self.missing
        return 1 - float(self.features.nonzero.sum()) / present if present else 0.0

    @property
    def whole(self) -> bool:
        """Whether every finite value is a whole number."""
        return self.broken == 0

    def quantile(self, share: float) -> float:
        """Quantile of the values above 0, good to a factor of two; 1 when there are none."""
        total = self.powers.sum()
        if not total:
            return 1.0
        return float(2.0 ** (np.searchsorted(np.cumsum(self.powers), share * total) - _POWERS))


def tally(
    raw: Raw, told: Callable[[int, int], None] | None = None, most: int = WHOLE_PASS
) -> Tally:
    """Pass over the values once; over rows spread through the file when there are very many.

    Parameters
    ----------
    told
        Called after each part with the observations done and to do.
    most
        Numbers, were they dense, up to which every one is looked at, and the size of a sample.
    """
    pieces = parts(*raw.shape, most)
    found = Tally(
        rows=np.concatenate([np.arange(p.start, p.stop) for p in pieces] or [[]]).astype(int),
        observations=Extent.empty(0),
        features=Extent.empty(raw.shape[1]),
        sampled=raw.shape[0] * raw.shape[1] > most,
    )
    by_part, done = [], 0
    for piece, values in _sample(raw, pieces) if found.sampled else raw.chunks(PART):
        by_part.append(_across(values, axis=1))
        found.features.add(_across(values, axis=0))
        _count(found, stored(values))
        done += piece.stop - piece.start
        if told:
            told(done, len(found.rows))
    names = Extent.__dataclass_fields__
    if by_part:
        joined = {n: np.concatenate([getattr(part, n) for part in by_part]) for n in names}
        found.observations = Extent(**joined)
    return found


def parts(n: int, features: int, most: int = WHOLE_PASS) -> list[slice]:
    """Rows to look at: all in order, or blocks spread evenly from the first row to the last."""
    if 0 in (n, features):
        return []
    step = max(1, PART // features)
    if n * features <= most:
        return [slice(start, min(start + step, n)) for start in range(0, n, step)]
    rows = max(1, most // features)
    size = max(1, rows // _BLOCKS)
    starts = np.unique(np.linspace(0, n - size, min(_BLOCKS, rows)).astype(int))
    ends = np.minimum(starts + size, [*starts[1:], n])  # blocks never overlap
    return [
        slice(a, min(a + step, end))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        for a in range(start, end, step)
    ]


def _sample(raw: Raw, pieces: list[slice]) -> Iterator[tuple[slice, Matrix]]:
    for piece in pieces:
        yield piece, canonical(raw.x[piece])


def _across(values: Matrix, axis: int) -> Extent:
    """Extent of each row (axis 1) or column (axis 0)."""
    return _of_sparse(values, axis) if sparse.issparse(values) else _of_dense(values, axis)


def _of_dense(values: np.ndarray, axis: int) -> Extent:
    missing, finite = np.isnan(values), np.isfinite(values)
    kept = np.where(finite, values, 0).astype(np.float64)
    return Extent(
        low=np.where(finite, values, np.inf).min(axis=axis, initial=np.inf),
        high=np.where(finite, values, -np.inf).max(axis=axis, initial=-np.inf),
        nonzero=np.count_nonzero((values != 0) & ~missing, axis=axis),
        missing=missing.sum(axis=axis),
        total=kept.sum(axis=axis),
        squares=np.square(kept).sum(axis=axis),
    )


def _of_sparse(values: sparse.csr_matrix, axis: int) -> Extent:
    """The same from the stored values alone; what is not stored is a zero."""
    n, other = values.shape[1 - axis], values.shape[axis]
    place = values.indices if axis == 0 else np.repeat(np.arange(n), np.diff(values.indptr))
    data = values.data.astype(np.float64)
    missing, finite = np.isnan(data), np.isfinite(data)
    kept = np.where(finite, data, 0)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, place[finite], data[finite])
    np.maximum.at(high, place[finite], data[finite])
    gaps = np.bincount(place, minlength=n) < other
    return Extent(
        low=np.where(gaps, np.minimum(low, 0), low),
        high=np.where(gaps, np.maximum(high, 0), high),
        nonzero=np.bincount(place[~missing], minlength=n),
        missing=np.bincount(place[missing], minlength=n),
        total=np.bincount(place, weights=kept, minlength=n),
        squares=np.bincount(place, weights=np.square(kept), minlength=n),
    )


def _count(found: Tally, kept: np.ndarray) -> None:
    """Add what the stored values of a part say, whatever their place."""
    finite = kept[np.isfinite(kept)].astype(np.float64)
    found.infinite += int(np.isinf(kept).sum())
    found.ones += int(np.count_nonzero(finite == 1))
    below, broken = finite[finite < 0], finite[finite != np.rint(finite)]
    found.a_negative = found.a_negative or float(below[0] if below.size else 0)
    found.a_broken = found.a_broken or float(broken[0] if broken.size else 0)
    found.negative += below.size
    found.broken += broken.size
    positive = finite[finite > 0]
    found.smallest = min(found.smallest, float(positive.min(initial=np.inf)))
    found.powers += np.bincount(np.frexp(positive)[1] + _POWERS, minlength=2 * _POWERS)
