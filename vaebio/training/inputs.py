"""What a prepared data set gives the models: arrays on the host, and where to put them."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import sparse

from vaebio.model.likelihoods.protocol import Target
from vaebio.training.observations import Constants, Dense, Observations, Sparse, is_mapped

Matrix = sparse.csr_matrix | NDArray

DATA_SHARE = 0.5
"""Share of the memory that observations may take where the models lie; the rest is theirs."""

BYTES_PER_ENTRY = 8
"""Of a sparse matrix on a device: a column and a value."""

HASHED_NUMBERS = 2**24
"""Numbers brought into memory at a time to be hashed, were they dense."""


@dataclass(frozen=True)
class Inputs:
    """Observations before scaling, with all that a likelihood or a model may want of them.

    Parameters
    ----------
    values
        (row, feature) float32 before scaling, dense or CSR, in memory or mapped from a file.
    mean, scale, clip
        Constants of train.
    counts
        (row, feature), where the data set has counts.
    size
        (observation,) total over the common target total, where there are counts.
    batch
        (observation,) numbers of the technical batches, where models are told.
    imputed
        (row, feature) 1 where a value was filled in and shall have no say, where some were.
    rows
        (observation,) which rows of `values` and `counts` the observations are; None: all of
        them. Taking a part copies nothing, so that a file that is mapped stays on disk.
    """

    values: Matrix
    mean: Float[np.ndarray, " feature"]
    scale: Float[np.ndarray, " feature"]
    clip: float | None
    counts: Matrix | None = None
    size: Float[np.ndarray, " observation"] | None = None
    batch: Int[np.ndarray, " observation"] | None = None
    imputed: Matrix | None = None
    rows: Int[np.ndarray, " observation"] | None = None

    def __len__(self) -> int:
        """Number of observations."""
        return self.values.shape[0] if self.rows is None else len(self.rows)

    @property
    def features(self) -> int:
        """Number of features."""
        return self.values.shape[1]

    def take(self, chosen: NDArray) -> "Inputs":
        """Some of the observations: their positions, or a mask."""
        rows = np.arange(len(self)) if self.rows is None else self.rows
        own = {
            name: array[chosen]
            for name in ("size", "batch")
            if (array := getattr(self, name)) is not None
        }
        return replace(self, rows=rows[chosen], **own)

    def hash(self) -> str:
        """Hash of every number that a model may get from here."""
        found = hashlib.sha256(repr((len(self), self.features, self.clip)).encode())
        for matrix in (self.values, self.counts, self.imputed):
            found.update(b"none" if matrix is None else self._hash(matrix))
        for array in (self.mean, self.scale, self.size, self.batch):
            found.update(b"none" if array is None else np.ascontiguousarray(array).data)
        return found.hexdigest()

    def _hash(self, matrix: Matrix) -> bytes:
        """Hash of the observations' rows, the same wherever they lie and in whatever parts."""
        rows = np.arange(len(self)) if self.rows is None else self.rows
        size = max(1, HASHED_NUMBERS // max(1, self.features))
        hashes: list = []
        for start in range(0, len(rows), size):
            part = matrix[rows[start : start + size]]
            arrays = [part]
            if sparse.issparse(part):
                arrays = [part.data, part.indices.astype(np.int64), np.diff(part.indptr)]
            hashes = hashes or [hashlib.sha256(str(a.dtype).encode()) for a in arrays]
            for one, array in zip(hashes, arrays, strict=True):
                one.update(np.ascontiguousarray(array).data)
        return b"".join(one.digest() for one in hashes)

    def placed(self, target: Target, device: torch.device, room: int) -> Observations:
        """Observations for a likelihood, where they are fastest to get and still fit.

        Dense on the device, else sparse on the device, else where they lie, in the host's memory
        or in a file, from where every minibatch is brought.

        Parameters
        ----------
        room
            Bytes that observations and models may take on the device.
        """
        counts = self.counts if target == "counts" else None
        log_size = None if counts is None else _on(np.log(self.size), device)
        matrices = {"values": self.values, "counts": counts, "imputed": self.imputed}
        there = {name: m for name, m in matrices.items() if m is not None}
        stored = _stored(list(there.values()), self.rows, device, int(DATA_SHARE * room))
        return Observations(
            **dict(zip(there, stored, strict=True)),
            constants=Constants.of(self.mean, self.scale, self.clip).to(device),
            log_size=log_size,
            batch=None if self.batch is None else torch.from_numpy(self.batch).long().to(device),
            target=target,
            device=device,
        )


def _stored(
    matrices: list[Matrix], rows: NDArray | None, device: torch.device, room: int
) -> list[Dense | Sparse]:
    n = matrices[0].shape[0] if rows is None else len(rows)
    if sum(4 * n * m.shape[1] for m in matrices) <= room:
        return [Dense(_dense(_part(m, rows)).to(device)) for m in matrices]
    lying = [
        Sparse(m, rows) if sparse.issparse(m) else _dense_on_host(m, rows, device) for m in matrices
    ]
    if device.type == "cpu" or not all(isinstance(one, Sparse) for one in lying):
        return lying
    if sum(BYTES_PER_ENTRY * one.entries for one in lying) > room:
        return lying
    return [Sparse(_part(m, rows)).to(device) for m in matrices]


def _part(matrix: Matrix, rows: NDArray | None) -> Matrix:
    return matrix if rows is None else matrix[rows]


def _dense(matrix: Matrix) -> torch.Tensor:
    dense = matrix.toarray() if sparse.issparse(matrix) else matrix
    return torch.from_numpy(np.ascontiguousarray(dense, dtype=np.float32))


def _dense_on_host(matrix: Matrix, rows: NDArray | None, device: torch.device) -> Dense:
    if is_mapped(matrix):
        positions = None if rows is None else torch.from_numpy(rows).long()
        return Dense(torch.from_numpy(matrix), positions, mapped=True)
    return Dense(_pinned(_dense(_part(matrix, rows)), device))


def _pinned(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Memory that a device can fetch from while the processor goes on."""
    return values.pin_memory() if device.type == "cuda" else values


def _on(array: NDArray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.float32)).to(device)
