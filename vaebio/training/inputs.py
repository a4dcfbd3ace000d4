"""What a prepared data set gives the models: arrays on the host, and where to put them."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy import sparse

from vaebio.model.likelihoods.protocol import Target
from vaebio.training.observations import Constants, Dense, Observations, Sparse

Matrix = sparse.csr_matrix | NDArray

DATA_SHARE = 0.5
"""Share of the memory that observations may take where the models lie; the rest is theirs."""


@dataclass(frozen=True)
class Inputs:
    """Observations before scaling, with all that a likelihood or a model may want of them.

    Parameters
    ----------
    values
        (observation, feature) float32 before scaling, dense or CSR.
    mean, scale, clip
        Constants of train.
    counts
        (observation, feature), where the data set has counts.
    size
        (observation,) total over the common target total, where there are counts.
    batch
        (observation,) numbers of the technical batches, where models are told.
    """

    values: Matrix
    mean: Float[np.ndarray, " feature"]
    scale: Float[np.ndarray, " feature"]
    clip: float | None
    counts: Matrix | None = None
    size: Float[np.ndarray, " observation"] | None = None
    batch: Int[np.ndarray, " observation"] | None = None

    def __len__(self) -> int:
        """Number of observations."""
        return self.values.shape[0]

    @property
    def features(self) -> int:
        """Number of features."""
        return self.values.shape[1]

    def take(self, rows: NDArray) -> "Inputs":
        """Some of the observations."""
        own = {
            name: array[rows]
            for name in ("values", "counts", "size", "batch")
            if (array := getattr(self, name)) is not None
        }
        return replace(self, **own)

    def hash(self) -> str:
        """Hash of every number that a model may get from here."""
        found = hashlib.sha256(repr((self.values.shape, self.clip)).encode())
        arrays = [self.mean, self.scale, self.size, self.batch]
        for matrix in (self.values, self.counts):
            arrays += [matrix] if not sparse.issparse(matrix) else _parts(matrix)
        for array in arrays:
            found.update(b"none" if array is None else np.ascontiguousarray(array).data)
        return found.hexdigest()

    def placed(self, target: Target, device: torch.device, room: int) -> Observations:
        """Observations for a likelihood, where they are fastest to get and still fit.

        Dense on the device, else sparse on the device, else in the host's memory, from where
        every minibatch is brought.

        Parameters
        ----------
        room
            Bytes that observations and models may take on the device.
        """
        counts = self.counts if target == "counts" else None
        log_size = None if counts is None else _on(np.log(self.size), device)
        values = [m for m in (self.values, counts) if m is not None]
        made = _stored(values, device, int(DATA_SHARE * room))
        return Observations(
            values=made[0],
            constants=Constants.of(self.mean, self.scale, self.clip).to(device),
            counts=None if counts is None else made[1],
            log_size=log_size,
            batch=None if self.batch is None else torch.from_numpy(self.batch).long().to(device),
            target=target,
            device=device,
        )


def _stored(matrices: list[Matrix], device: torch.device, room: int) -> list[Dense | Sparse]:
    if sum(4 * m.shape[0] * m.shape[1] for m in matrices) <= room:
        return [Dense(_dense(m).to(device)) for m in matrices]
    if not all(sparse.issparse(m) for m in matrices):
        return [Dense(_pinned(_dense(m), device)) for m in matrices]
    on_device = sum(a.nbytes for m in matrices for a in _parts(m)) <= room
    place = device if on_device else torch.device("cpu")
    return [Sparse(m.astype(np.float32), place) for m in matrices]


def _parts(matrix: sparse.csr_matrix) -> list[NDArray]:
    return [matrix.data, matrix.indices, matrix.indptr]


def _dense(matrix: Matrix) -> torch.Tensor:
    dense = matrix.toarray() if sparse.issparse(matrix) else matrix
    return torch.from_numpy(np.ascontiguousarray(dense, dtype=np.float32))


def _pinned(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Memory that a device can fetch from while the processor goes on."""
    return values.pin_memory() if device.type == "cuda" else values


def _on(array: NDArray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.float32)).to(device)
