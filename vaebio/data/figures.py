"""What one pass over the values of a raw data set finds, nothing of the size of the whole kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

import numpy as np
from scipy import sparse

from vaebio.data.evidence import Evidence
from vaebio.data.matrix import Matrix, canonical, stored
from vaebio.data.raw import Raw

WHOLE_PASS = 2_000_000_000
"""Numbers, were they dense, up to which every one is looked at."""

PART = 2**22
"""Numbers in a part of rows, were it dense."""

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

    @classmethod
    def joined(cls, parts: list["Extent"]) -> "Extent":
        """Of places side by side."""
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

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
class Figures:
    """Figures about the values that were looked at.

    Parameters
    ----------
    rows
        (observation,) positions of the observations looked at, all of them unless `sampled`.
    observations, features
        Extent over the observations looked at, and over all features.
    infinite
        Number of infinite values.
    evidence
        What the values look like; infinite ones count as missing there.
    """

    rows: np.ndarray
    observations: Extent
    features: Extent
    sampled: bool
    infinite: int = 0
    evidence: Evidence = field(default_factory=Evidence)

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


def figures(
    raw: Raw, told: Callable[[int, int], None] | None = None, most: int = WHOLE_PASS
) -> Figures:
    """Pass over the values once; over rows spread through the file when there are very many.

    Parameters
    ----------
    told
        Called after each part with the observations done and to do.
    most
        Numbers, were they dense, up to which every one is looked at, and the size of a sample.
    """
    pieces = parts(*raw.shape, most)
    found = Figures(
        rows=np.concatenate([np.arange(p.start, p.stop) for p in pieces] or [[]]).astype(int),
        observations=Extent.empty(0),
        features=Extent.empty(raw.shape[1]),
        sampled=raw.shape[0] * raw.shape[1] > most,
    )
    across, done = [found.observations], 0
    for piece, values in _sample(raw, pieces) if found.sampled else raw.chunks(PART):
        across.append(_across(values, axis=1))
        found.features.add(_across(values, axis=0))
        found.infinite += int(np.isinf(stored(values)).sum())
        found.evidence.add(_finite(values), raw.obs.index[piece], raw.var.index)
        done += piece.stop - piece.start
        if told:
            told(done, len(found.rows))
    found.observations = Extent.joined(across)
    return found


def parts(n: int, features: int, most: int = WHOLE_PASS) -> list[slice]:
    """Rows to look at: all in order, or blocks spread evenly from the first row to the last."""
    step = max(1, PART // max(1, features))
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


def _finite(values: Matrix) -> Matrix:
    """Values with infinite ones as missing."""
    bad = np.isinf(stored(values))
    if not bad.any():
        return values
    values = values.copy()
    stored(values)[bad] = np.nan  # of both forms a view
    return values


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
