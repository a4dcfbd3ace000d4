"""The second pass over a data set: values of the chosen features, as models see them, to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
from scipy import sparse

from vaebio.data.choose import Choice, among
from vaebio.data.counts import log_normalised, totals
from vaebio.data.impute import learn
from vaebio.data.matrix import Matrix, dense, stacked, stored
from vaebio.data.scaling import Moments
from vaebio.data.survey import Survey
from vaebio.data.transformed import DENSE, transformed
from vaebio.data.written import SparseArray, room_for, values_of

if TYPE_CHECKING:
    from vaebio.settings import Prepare

LOOKED_AT = 50  # observations kept in memory for a closer look


class Filling:
    """Values on their way to a file, and what is learned of them on train.

    Parameters
    ----------
    file
        Where they go: `X`, and beside it `layers/counts` (counts) and `layers/imputed` (where
        something is missing).
    survey, choice
        What the first pass found, and the features chosen from it.
    blank
        (observation,) whether an observation has no value in the chosen features.
    settings
        How they are prepared.

    Attributes
    ----------
    kept
        (observation,) whether an observation is in the file.
    total
        (observation,) counts: what it was scaled by.
    moments
        Of the values on train that are not missing.
    missing, zeros
        Numbers of values.
    imputation
        What missing values are filled with, as plain content; None where none is missing.
    """

    def __init__(
        self,
        file: h5py.File,
        survey: Survey,
        choice: Choice,
        blank: np.ndarray,
        settings: "Prepare",
    ) -> None:
        self.survey, self.features, self.settings = survey, choice.features, settings
        self.kept, self.total = survey.enough & ~blank, np.zeros(len(survey.enough))
        self.moments = Moments(len(self.features))
        self.zeros, self.imputation = 0, None
        self.missing = survey.missing_of(self.features, blank)
        self._of_total = among(choice.total_features, len(survey.seen))
        self._looked_at: list[Matrix] = []
        self._open(file)

    def add(self, rows: slice, values: Matrix) -> None:
        """Bring some observations to the file."""
        kept = self.kept[rows]
        if self.survey.kind == "counts":
            values, kept = self._of_counts(rows, values)
        else:
            values = transformed(values[kept][:, self.features], self.survey.transform)
        lean = isinstance(self.x, SparseArray)
        self._write(values if lean else dense(values), self.survey.train[rows][kept])

    def end(self) -> "Filling":
        """Fill what is missing, with what train says."""
        self.moments.end()
        for array in (self.x, self.counts, self.imputed):
            if array is not None:
                array.end()
        if self.missing:
            self._impute(self.survey.train[self.kept])
        return self

    @property
    def looked_at(self) -> Matrix:
        """(observation, feature) values of some train observations."""
        return stacked(self._looked_at)

    def _open(self, file: h5py.File) -> None:
        survey, width = self.survey, len(self.features)
        unseen = np.count_nonzero(survey.enough & ~self.kept) * width
        size = int(survey.stored[self.features].sum()) - unseen  # what is missing is stored too
        lean = survey.sparse and survey.transform not in DENSE and not self.missing
        counted = survey.kind == "counts"
        rows = np.count_nonzero(self.kept)
        of_x = 8 * size if lean or counted else 4 * rows * width
        room_for(Path(file.filename), of_x + counted * 4 * size + 5 * self.missing)
        self.x = values_of(file, "X", width, rows, size if lean or counted else None)
        self.counts = self.imputed = None
        if counted:
            whole = np.int32 if survey.evidence.high < 2**31 else np.int64
            self.counts = SparseArray(file, "layers/counts", width, size, whole, pattern="X")
        if self.missing:
            self.imputed = SparseArray(file, "layers/imputed", width, self.missing, np.uint8)

    def _of_counts(self, rows: slice, values: Matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
        """Logarithms of counts over their totals, and which observations have any."""
        counts = sparse.csr_matrix(values)
        total = totals(counts, self._of_total)
        kept = self.kept[rows] & (total > 0)
        self.kept[rows], self.total[rows] = kept, total
        chosen = counts[kept][:, self.features]
        self.counts.add(chosen)
        return log_normalised(chosen, total[kept], self.settings.target_total), kept

    def _write(self, values: Matrix, train: np.ndarray) -> None:
        self.zeros += values.shape[0] * values.shape[1] - np.count_nonzero(stored(values))
        self.moments.add(values[train])
        if sum(part.shape[0] for part in self._looked_at) < LOOKED_AT:
            self._looked_at.append(values[train][:LOOKED_AT])
        if self.imputed is not None:
            self.imputed.add(sparse.csr_matrix(np.isnan(values), dtype=np.uint8))
        self.x.add(values)

    def _impute(self, train: np.ndarray) -> None:
        """Learn on train, and fill the file part by part."""
        method = imputation_of(self.survey.kind, self.settings.impute)
        scale = "log2" if self.survey.transform == "log2" else "original"
        learned = learn(method, self.x.take(train), scale=scale)
        for rows, values in self.x.parts():
            self.x.put(rows, learned.fill(values)[0])
        self.imputation = learned.to_dict()


def imputation_of(kind: str, impute: str) -> str:
    """How missing values of a kind are filled.

    What an instrument does not find is mostly what there is little of, so that half of the least
    intensity is the usual guess; of other kinds nothing is known but the middle.
    """
    if impute != "auto":
        return impute
    return "half_minimum" if kind == "intensity" else "median"
