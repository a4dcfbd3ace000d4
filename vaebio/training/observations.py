"""Observations of a split wherever they lie: on the device, or streamed from the host's memory.

They are kept as they are before scaling, dense or sparse, in memory or mapped from a file. A
minibatch is brought to the device, made dense and scaled there; nothing of the size of the whole
is ever made.
"""

from copy import copy
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from vaebio.model.likelihoods.protocol import Target
from vaebio.model.minibatch import Minibatch


@dataclass(frozen=True)
class Constants:
    """Constants of the train split that scale values: (value - mean) / scale, cut at ±clip."""

    mean: Float[Tensor, " feature"]
    scale: Float[Tensor, " feature"]
    clip: float | None

    @classmethod
    def of(cls, mean: NDArray, scale: NDArray, clip: float | None) -> "Constants":
        """From arrays; float32, as the scaled values are."""
        return cls(*(torch.from_numpy(np.asarray(c, np.float32)) for c in (mean, scale)), clip)

    def to(self, device: torch.device) -> "Constants":
        """The same on a device."""
        return Constants(self.mean.to(device), self.scale.to(device), self.clip)

    def scaled(self, values: Float[Tensor, "*any feature"]) -> Float[Tensor, "*any feature"]:
        """Scaled values; the operations and their order are those of the preparation."""
        z = (values - self.mean).div_(self.scale)
        return z if self.clip is None else z.clamp_(-self.clip, self.clip)


def is_mapped(matrix: sparse.csr_matrix | NDArray) -> bool:
    """Whether the values are read from a file as they are asked for."""
    array = matrix.data if sparse.issparse(matrix) else matrix
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


class Dense:
    """Rows of a dense matrix.

    Parameters
    ----------
    positions
        (row,) rows of it, in that order; None: all.
    mapped
        Whether the matrix lies in a file.
    """

    def __init__(
        self, values: Tensor, positions: Tensor | None = None, *, mapped: bool = False
    ) -> None:
        self.values, self.positions, self.mapped = values, positions, mapped
        self.shape = len(values if positions is None else positions), values.shape[1]

    def rows(self, index: Tensor, device: torch.device) -> Tensor:
        """Some rows, dense, on a device."""
        if self.positions is not None:
            index = self.positions[index]
        return self.values[index].to(device, non_blocking=True)

    @property
    def dtype(self) -> torch.dtype:
        """Type of the numbers."""
        return self.values.dtype

    @property
    def place(self) -> torch.device:
        """Where the matrix lies."""
        return self.values.device

    @property
    def bytes(self) -> int:
        """Bytes of memory its rows take there: none in a file."""
        return 0 if self.mapped else self.shape[0] * self.shape[1] * self.values.element_size()


class Sparse:
    """Rows of a CSR matrix, made dense on the device that asks for them.

    As many entries are fetched for every row as the fullest row has, so that the shape is known
    beforehand: asking for the real number would stop a device in the middle of an epoch.

    Parameters
    ----------
    matrix
        Shared, not copied: it may be mapped from a file.
    positions
        (row,) rows of it, in that order; None: all.
    """

    dtype = torch.float32
    """Type of the numbers of a minibatch; counts may lie as whole numbers."""

    def __init__(self, matrix: sparse.csr_matrix, positions: NDArray | None = None) -> None:
        self.mapped = is_mapped(matrix)
        at = slice(None) if positions is None else positions
        bounds = matrix.indptr[:-1], matrix.indptr[1:]
        starts, ends = (bound[at].astype(np.int64) for bound in bounds)
        self.starts, self.ends = torch.from_numpy(starts), torch.from_numpy(ends)
        self.columns, self.data = torch.from_numpy(matrix.indices), torch.from_numpy(matrix.data)
        self.shape = len(starts), matrix.shape[1]
        self.most = int((ends - starts).max(initial=0))
        self.entries = int((ends - starts).sum())

    def to(self, device: torch.device) -> "Sparse":
        """The same on a device, columns and values as short as it can do with."""
        moved = copy(self)
        moved.mapped = False
        moved.starts, moved.ends = self.starts.to(device), self.ends.to(device)
        moved.columns = self.columns.to(torch.int32).to(device)
        moved.data = self.data.to(self.dtype).to(device)
        return moved

    def rows(self, index: Tensor, device: torch.device) -> Tensor:
        """Some rows, dense, on a device."""
        start, end = self.starts[index], self.ends[index]
        entry = start[:, None] + torch.arange(self.most, device=start.device)
        there = entry < end[:, None]
        entry = entry.where(there, 0)
        # What lies beyond the end of a row goes to a column that is cut off.
        column = self.columns[entry].where(there, self.shape[1]).to(device, non_blocking=True)
        data = self.data[entry].to(device, self.dtype, non_blocking=True)
        dense = data.new_zeros(len(index), self.shape[1] + 1)
        return dense.scatter_(1, column.long(), data)[:, :-1]

    @property
    def place(self) -> torch.device:
        """Where the matrix lies."""
        return self.data.device

    @property
    def bytes(self) -> int:
        """Bytes of memory its rows take there; in a file, only where each begins and ends."""
        own = self.columns.element_size() + self.data.element_size()
        own = 0 if self.mapped else own
        return self.entries * own + self.starts.nbytes + self.ends.nbytes


@dataclass(frozen=True)
class Observations:
    """Observations of one split for models of one likelihood.

    Parameters
    ----------
    values
        (observation, feature) before scaling; as they are where there are no `constants`.
    counts
        (observation, feature), where the likelihood is one of counts.
    log_size, batch
        (observation,) as in `Minibatch`.
    imputed
        (observation, feature) 1 where a value was filled in and has no say, where some were.
    target
        What the likelihood is a density of.
    device
        Where minibatches go.
    """

    values: Dense | Sparse
    constants: Constants | None = None
    counts: Dense | Sparse | None = None
    log_size: Float[Tensor, " observation"] | None = field(default=None, repr=False)
    batch: Int[Tensor, " observation"] | None = field(default=None, repr=False)
    target: Target = "scaled"
    device: torch.device = torch.device("cpu")
    imputed: Dense | Sparse | None = None

    @classmethod
    def of(cls, x: Float[Tensor, "observation feature"]) -> "Observations":
        """Scaled values, on their device."""
        return cls(Dense(x), device=x.device)

    def __len__(self) -> int:
        """Number of observations."""
        return self.values.shape[0]

    @property
    def features(self) -> int:
        """Number of features."""
        return self.values.shape[1]

    @property
    def dtype(self) -> torch.dtype:
        """Type of the numbers."""
        return self.values.dtype

    @property
    def place(self) -> torch.device:
        """Where the observations lie; indices have to lie there too."""
        return self.values.place

    @property
    def bytes(self) -> int:
        """Bytes of memory the observations take where they lie."""
        return sum(m.bytes for m in (self.values, self.counts, self.imputed) if m)

    def minibatch(self, index: Int[Tensor, " row"]) -> Minibatch:
        """Some observations, dense and scaled, on the device."""
        values = self.values.rows(index, self.device)
        x = values if self.constants is None else self.constants.scaled(values)
        target = {"scaled": x, "fractions": values}.get(self.target)
        if target is None:
            target = self.counts.rows(index, self.device)
        here = index.to(self.device, non_blocking=True)
        given = (None if t is None else t[here] for t in (self.log_size, self.batch))
        observed = self.imputed and 1 - self.imputed.rows(index, self.device).to(x.dtype)
        return Minibatch(x, target, *given, observed)

    def target_mean(self, rows_at_once: int = 4096) -> Float[Tensor, " feature"]:
        """Mean of target over size of each feature, parts summed in float64 on the host.

        Over what was measured; 0 where nothing was.
        """
        total = torch.zeros(self.features, dtype=torch.float64)
        times = torch.zeros_like(total)
        for index in torch.arange(len(self), device=self.place).split(rows_at_once):
            seen = self.minibatch(index)
            values = seen.target
            if seen.log_size is not None:
                values = values / seen.log_size.exp()[:, None]
            observed = torch.ones_like(values) if seen.observed is None else seen.observed
            total += (values * observed).sum(0).cpu()
            times += observed.sum(0).cpu()
        return (total / times.clamp(min=1)).to(self.device, self.dtype)
