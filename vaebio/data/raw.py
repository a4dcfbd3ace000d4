"""A raw data set as it was read: what is known of rows and columns, values in parts of rows.

The values may lie on disk. Whoever wants them passes over `chunks`, and nothing of the size of the
whole is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from vaebio.data.matrix import Matrix, canonical

CHUNK_NUMBERS = 2**25
"""Numbers in a part of rows, were it dense: small beside a machine, large beside a request."""


class Rows(Protocol):
    """Values of a data set, in memory or on disk."""

    shape: tuple[int, int]
    dtype: np.dtype

    def __getitem__(self, rows: slice) -> np.ndarray | sparse.spmatrix | sparse.sparray:
        """(row, feature) values of some rows side by side, dense or sparse."""


@dataclass
class Raw:
    """A raw data set.

    Parameters
    ----------
    obs, var
        What is known of each observation and feature; their index holds the names, unique text.
    x
        (observation, feature) values as they stand in the source.
    steps, warnings
        Sentences about how it was read.
    """

    obs: pd.DataFrame
    var: pd.DataFrame
    x: Rows
    steps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, adata: AnnData) -> "Raw":
        """From an AnnData in memory."""
        x = sparse.csr_matrix(adata.X) if sparse.issparse(adata.X) else np.asarray(adata.X)
        return cls(adata.obs, adata.var, x)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of observations and features."""
        return self.x.shape

    def chunks(self, numbers: int = CHUNK_NUMBERS) -> Iterator[tuple[slice, Matrix]]:
        """Parts of rows in order, in canonical form, with the rows they are.

        Parameters
        ----------
        numbers
            Numbers in a part, were it dense.
        """
        n, features = self.shape
        size = max(1, numbers // max(1, features))
        for start in range(0, n, size):
            rows = slice(start, min(start + size, n))
            yield rows, canonical(self.x[rows])
