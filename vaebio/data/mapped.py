"""A prepared data set whose values stay in their file until they are asked for.

The file is a plain h5ad. Where its arrays are stored in one piece (neither compressed nor in
chunks, as `vaebio prepare` writes them), they are mapped: the system reads what is touched and
lets go of it when memory is short, so that data may be larger than the memory.
"""

import warnings
from pathlib import Path

import h5py
import numpy as np
from anndata import AnnData
from anndata.io import read_elem
from scipy import sparse


def read_mapped(path: Path) -> AnnData:
    """The data set, X and layers mapped where they can be and in memory else.

    Raises
    ------
    OSError, KeyError
        When the file is damaged or no h5ad.
    """
    with h5py.File(path) as file:
        frames = {name: read_elem(file[name]) for name in ("obs", "var", "uns")}
        layers = {name: _matrix(node) for name, node in file.get("layers", {}).items()}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".* names are not unique")
            return AnnData(_matrix(file["X"]), layers=layers, **frames)


def mapped(dataset: h5py.Dataset) -> np.ndarray:
    """The array of a dataset: mapped when it lies in one piece, else read.

    Changes to it stay in memory and never reach the file.
    """
    start = dataset.id.get_offset()
    if start is None or dataset.size == 0:
        return dataset[()]
    name = dataset.file.filename
    return np.memmap(name, dataset.dtype, mode="c", offset=start, shape=dataset.shape)


def _matrix(node: h5py.Group | h5py.Dataset) -> np.ndarray | sparse.csr_matrix:
    if isinstance(node, h5py.Dataset):
        return mapped(node)
    if node.attrs["encoding-type"] != "csr_matrix":
        return read_elem(node)
    parts = (mapped(node[part]) for part in ("data", "indices", "indptr"))
    return sparse.csr_matrix(tuple(parts), tuple(node.attrs["shape"]))
