"""Values that stay on disk until some of their rows are asked for, and what brings them in.

An element is an array or a group of an open HDF5 or zarr file that holds values: an array is
dense; a group has `data`, `indices` and `indptr`, and its attributes say by what they go.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix
from vaebio.data.raw import CHUNK_NUMBERS, Rows
from vaebio.data.sources import reading

Element = Any
"""An array or group of h5py or zarr: they share what is used here, but no type."""

_BLOCKS = 16
_SAMPLED = 2**18  # numbers


class SparseRows:
    """(observation, feature) values that lie on disk row by row, each row without its zeros.

    Parameters
    ----------
    group
        With the arrays `data`, `indices` and `indptr`.
    shape
        Numbers of observations and features.
    path, form
        Of the file, for the message when it turns out to be damaged.

    Raises
    ------
    ValueError
        When the three arrays do not fit together.
    """

    def __init__(
        self, group: Mapping[str, Element], shape: Iterable[int], path: Path, form: str
    ) -> None:
        self.shape = _two(shape)
        self._data, self._indices = group["data"], group["indices"]
        self._indptr = np.asarray(group["indptr"][:]).astype(np.int64)
        self._place = path, form
        self.dtype = _plain_type(self._data.dtype)
        self._refuse_misfit()

    def __getitem__(self, rows: slice) -> sparse.csr_matrix:
        """(row, feature) values of some rows side by side."""
        rows = _span(rows, self.shape[0])
        indptr = self._indptr[rows.start : rows.stop + 1]
        with reading(*self._place):
            part = slice(int(indptr[0]), int(indptr[-1]))
            data = np.asarray(self._data[part]).astype(self.dtype, copy=False)
            indices = np.asarray(self._indices[part]).astype(np.int64, copy=False)
            if indices.size and not 0 <= indices.min() <= indices.max() < self.shape[1]:
                raise ValueError("a value lies beyond the last feature")
            shape = (rows.stop - rows.start, self.shape[1])
            return sparse.csr_matrix((data, indices, indptr - indptr[0]), shape=shape)

    def _refuse_misfit(self) -> None:
        n = self._data.shape[0]
        if len(self._indptr) != self.shape[0] + 1 or self._indices.shape[0] != n:
            raise ValueError("numbers of values, indices and rows do not fit together")
        if self._indptr[0] != 0 or self._indptr[-1] != n or (np.diff(self._indptr) < 0).any():
            raise ValueError("rows do not begin and end where the values do")


class DenseRows:
    """(observation, feature) values that lie on disk as an array.

    Parameters
    ----------
    array
        (observation, feature), of h5py or zarr.
    path, form
        Of the file, for the message when it turns out to be damaged.
    """

    def __init__(self, array: Element, path: Path, form: str) -> None:
        self.shape = _two(array.shape)
        self.dtype = _plain_type(array.dtype)
        self._array, self._place = array, (path, form)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """(row, feature) values of some rows side by side."""
        rows = _span(rows, self.shape[0])
        with reading(*self._place):
            return np.asarray(self._array[rows]).astype(self.dtype, copy=False)


class SomeFeatures:
    """Rows of other values with some of their features.

    Parameters
    ----------
    rows
        (observation, all features).
    features
        Positions of the features that are kept.
    """

    def __init__(self, rows: Rows, features: np.ndarray) -> None:
        self.shape, self.dtype = (rows.shape[0], len(features)), rows.dtype
        self._rows, self._features = rows, features

    def __getitem__(self, rows: slice) -> Matrix:
        """(row, kept feature) values of some rows side by side."""
        return self._rows[rows][:, self._features]


def layout(element: Element) -> str:
    """`dense`, `csr` or `csc`.

    Raises
    ------
    ValueError
        When the values are stored in another way.
    """
    if not hasattr(element, "keys"):
        return "dense"
    mark = text_of(element.attrs.get("encoding-type") or element.attrs.get("h5sparse_format"))
    for known in ("csr", "csc"):
        if mark.startswith(known):
            return known
    raise ValueError(f"{element.name} holds values stored as `{mark}`")


def rows_of(element: Element, path: Path, form: str) -> Rows:
    """(observation, feature) values of an element: on disk where rows lie together, else loaded.

    Raises
    ------
    ValueError
        When the element holds no such values.
    """
    way = layout(element)
    if way == "dense":
        return DenseRows(element, path, form)
    shape = element.attrs.get("shape", element.attrs.get("h5sparse_shape"))
    if way == "csr":
        return SparseRows(element, shape, path, form)
    return turned(SparseRows(element, shape[::-1], path, form))


def sample(element: Element) -> np.ndarray:
    """(value,) stored values of blocks spread evenly over the element."""
    array = element if layout(element) == "dense" else element["data"]
    n, width = array.shape[0], max(1, int(np.prod(array.shape[1:])))
    size = max(1, _SAMPLED // _BLOCKS // width)
    if n <= _BLOCKS * size:
        return np.ravel(array[:])
    starts = np.linspace(0, n - size, _BLOCKS).astype(int).tolist()
    return np.concatenate([np.ravel(array[start : start + size]) for start in starts])


def turned(rows: Rows) -> Matrix:
    """(feature, observation) values of (observation, feature) ones, all in memory."""
    n, width = rows.shape
    if isinstance(rows, np.ndarray) or sparse.issparse(rows):
        values = rows
    elif isinstance(rows, SparseRows):
        values = rows[0:n]
    else:
        size = max(1, CHUNK_NUMBERS // max(1, width))
        values = gathered(rows[slice(i, min(i + size, n))] for i in range(0, max(1, n), size))
    return values.T.tocsr() if sparse.issparse(values) else np.ascontiguousarray(values.T)


def gathered(blocks: Iterable[Matrix]) -> Matrix:
    """Blocks of rows, one under the other; CSR when more than half of all values are zero."""
    parts, zeros, total = [], 0, 0
    for block in blocks:
        size = int(np.prod(block.shape))
        none = size - (block.count_nonzero() if sparse.issparse(block) else np.count_nonzero(block))
        zeros, total = zeros + none, total + size
        parts.append(sparse.csr_matrix(block) if 2 * none > size else block)
    if 2 * zeros > total:
        return sparse.vstack([sparse.csr_matrix(part) for part in parts], format="csr")
    return np.concatenate([p.toarray() if sparse.issparse(p) else p for p in parts])


def text_of(value: object) -> str:
    """An attribute or a name as text: some writers keep bytes, or an array of one."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def texts_of(array: Element) -> list[str]:
    """Names of a stored array as text."""
    return [text_of(value) for value in np.ravel(array[:])]


def _two(shape: Iterable[int]) -> tuple[int, int]:
    sizes = tuple(int(size) for size in shape)
    if len(sizes) != 2:
        raise ValueError(f"values with {len(sizes)} dimensions instead of 2")
    return sizes


def _span(rows: slice, n: int) -> slice:
    start, stop, step = rows.indices(n)
    if step != 1:
        raise ValueError("rows are read side by side alone")
    return slice(start, max(start, stop))


def _plain_type(dtype: np.dtype) -> np.dtype:
    """Of the machine's own byte order, and not of half precision, which sums cannot stand."""
    dtype = np.dtype(dtype).newbyteorder("=")
    return np.dtype(np.float32) if dtype == np.float16 else dtype
