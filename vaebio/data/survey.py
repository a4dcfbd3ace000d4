"""The first pass over a data set: all that has to be known before its values can be prepared."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from vaebio.data import check
from vaebio.data.evidence import Evidence
from vaebio.data.kind import decide_kind, known_kind, likely_kind, misfit
from vaebio.data.matrix import Matrix, dense, stacked, stored
from vaebio.data.raw import Raw
from vaebio.data.scaling import Moments
from vaebio.data.tally import Tally
from vaebio.data.transformed import transformation, transformed

if TYPE_CHECKING:
    from vaebio.settings import Prepare

Chunks = Iterable[tuple[slice, Matrix]]
Watch = Callable[[str, int, Chunks], Chunks]
"""Told what passes over how many observations, and the parts; gives the parts on."""

DETECTED = ("counts", "binary")
"""Kinds of which a 0 says that nothing was detected."""


def unwatched(what: str, n: int, chunks: Chunks) -> Chunks:
    """The parts alone."""
    return chunks


class Survey:
    """What one pass over the values of a data set finds.

    Statistics of features are those of train observations that pass the filter, sizes those of all
    observations that pass it.

    Parameters
    ----------
    raw
        The data set.
    kind
        What its values are taken for.
    train
        (observation,) whether an observation is in train.
    settings
        How it will be prepared.

    Attributes
    ----------
    evidence
        What the values look like.
    enough
        (observation,) whether enough features are detected in an observation.
    least
        How many that is.
    absent
        (observation,) numbers of values that are missing, of observations that pass the filter.
    total
        (observation,) sums of all counts.
    sparse
        Whether the values came sparse.
    seen
        (feature,) numbers of train observations with a value other than 0.
    stored, missing
        (feature,) numbers of observations with a value other than 0, and without a value.
    tally
        Counts: how often each count occurs on train.
    moments
        Other kinds: of the transformed values on train.
    train_values
        (observation, feature) values of train, where the choice of features wants them.
    """

    def __init__(self, raw: Raw, kind: str, train: np.ndarray, settings: "Prepare") -> None:
        n, features = raw.shape
        self.names, self.kind, self.train = (raw.obs.index, raw.var.index), kind, train
        self.settings, self.transform = settings, transformation(kind, settings)
        self.evidence, self.sparse, self.reason = Evidence(), False, ""
        self.enough, self.total = np.ones(n, bool), np.zeros(n)
        self.absent = np.zeros(n, np.int64)
        self.seen, self.stored, self.missing = np.zeros((3, features), np.int64)
        self.tally = Tally(features) if kind == "counts" else None
        self.moments = None if kind == "counts" else Moments(features)
        # Where nothing is said to be detected, an observation without any value is of no use.
        self.least = settings.min_features if kind in (*DETECTED, "intensity") else 1
        self._held: list[Matrix] = []

    def add(self, rows: slice, values: Matrix) -> None:
        """Look at some observations."""
        names = self.names[0][rows], self.names[1]
        check.finite(values, *names)
        self.evidence.add(values, *names)
        self.sparse = sparse.issparse(values)
        if misfit(self.evidence, self.kind, self.settings.binarise):
            return  # the pass goes on for the evidence alone
        if self.kind == "counts":
            self.total[rows] = np.asarray(values.sum(axis=1, dtype=np.float64)).ravel()
        self.enough[rows] = self._detected(values) >= self.least
        enough, train = self.enough[rows], self.train[rows]
        values = values if enough.all() else values[enough]
        self._measure(values, train[enough], rows.start + np.flatnonzero(enough))

    def end(self) -> "Survey":
        """Finish the sums."""
        if self.moments:
            self.moments.end()
        return self

    @property
    def train_values(self) -> Matrix:
        """Values of train, transformed but for counts."""
        return stacked(self._held)

    def missing_of(self, features: np.ndarray, blank: np.ndarray) -> int:
        """Number of missing values of some features, without observations that have nothing else.

        Parameters
        ----------
        blank
            (observation,) which those are.
        """
        return int(self.missing[features].sum() - np.count_nonzero(blank) * len(features))

    def _detected(self, values: Matrix) -> np.ndarray:
        """(row,) numbers of features with a value that says that there is something."""
        if self.kind in DETECTED:
            return _nonzero(values, 1)
        all_there = _nonzero(values, 1) if self.kind == "intensity" else values.shape[1]
        if not np.isnan(stored(values)).any():
            return all_there
        return all_there - np.count_nonzero(np.isnan(dense(values)), axis=1)

    def _measure(self, values: Matrix, train: np.ndarray, at: np.ndarray) -> None:
        if self.kind == "counts":
            values = sparse.csr_matrix(values)
            self.tally.add(values[train])
        else:
            values = transformed(values, self.transform)
            self.moments.add(values[train])
        self.stored += _nonzero(values, 0)
        self.seen += _nonzero(values[train], 0)
        if np.isnan(stored(values)).any():
            missing = np.isnan(dense(values))
            self.missing += np.count_nonzero(missing, axis=0)
            self.absent[at] = np.count_nonzero(missing, axis=1)
        if wants_values(self.kind, self.settings.select):
            self._held.append(values[train])


def surveyed(
    raw: Raw, declared: str, train: np.ndarray, settings: "Prepare", watch: Watch = unwatched
) -> Survey:
    """One pass over the values, or two when their first part looks of another kind than the whole.

    Parameters
    ----------
    declared
        Kind, by the user.
    train
        (observation,) whether an observation is in train.

    Raises
    ------
    VaebioError
        For values that are infinite, or not of the kind declared.
    """
    known_kind(declared)
    kind = _first_guess(raw) if declared == "auto" else declared
    while True:
        found = Survey(raw, kind, train, settings)
        for rows, values in watch("Looking at the values", raw.shape[0], raw.chunks()):
            found.add(rows, values)
        decided, found.reason = decide_kind(found.evidence, declared, settings.binarise)
        if decided == kind:
            return found.end()
        kind = decided


def wants_values(kind: str, select: str) -> bool:
    """Whether features are chosen by what no running sum can tell."""
    return select in ("mad", "pearson") or (kind == "counts" and select == "variance")


def _first_guess(raw: Raw) -> str:
    """Kind of the first part of rows."""
    evidence = Evidence()
    for rows, values in _first(raw.chunks()):
        check.finite(values, raw.obs.index[rows], raw.var.index)
        evidence.add(values, raw.obs.index[rows], raw.var.index)
    return likely_kind(evidence)


def _first(chunks: Chunks) -> Iterator[tuple[slice, Matrix]]:
    yield next(iter(chunks))


def _nonzero(values: Matrix, axis: int) -> np.ndarray:
    """Numbers of values other than 0 of each feature (axis 0) or observation (axis 1)."""
    if not sparse.issparse(values):
        return np.count_nonzero(values, axis=axis)
    if axis == 1:
        return np.diff(values.indptr)
    return np.bincount(values.indices, minlength=values.shape[1])
