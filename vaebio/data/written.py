"""A prepared data set on its way to a file: values in parts of rows, all else at the end.

Arrays of numbers lie in one piece and as they are, so that a reader can map them into memory. It
is an h5ad like any other.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from anndata import AnnData
from anndata.io import write_elem
from scipy import sparse

from vaebio.errors import NoRoom, VaebioError

ROWS = 4096  # brought from the file at a time


class DenseArray:
    """A dense array in a file, filled from the top.

    Parameters
    ----------
    file, name
        Where it goes.
    shape
        Numbers of rows and columns; there must come as many rows.
    """

    def __init__(self, file: h5py.File, name: str, shape: tuple[int, int]) -> None:
        self.array, self.rows = file.create_dataset(name, shape, np.float32), 0
        self.array.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})

    def add(self, values: np.ndarray) -> None:
        """The next rows."""
        end = self.rows + values.shape[0]
        if values.size:
            self.array[self.rows : end] = values
        self.rows = end

    def put(self, rows: slice, values: np.ndarray) -> None:
        """Replace rows that came before."""
        self.array[rows] = values

    def end(self) -> None:
        """Check that all rows came."""
        _refuse_changed(self.rows, self.array.shape[0])

    def parts(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Rows in parts, with the place of each."""
        for start in range(0, self.rows, ROWS):
            rows = slice(start, min(start + ROWS, self.rows))
            yield rows, self.array[rows]

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Some (row,) of a mask, read in parts."""
        return np.concatenate([values[rows[at]] for at, values in self.parts()])


class SparseArray:
    """A CSR array in a file, filled from the top.

    Parameters
    ----------
    file, name
        Where it goes.
    columns
        Number of columns.
    stored
        Number of values that will be kept; there must come as many.
    dtype
        Of the values.
    pattern
        Name of an array that keeps values in the same places; its places are used.
    """

    def __init__(
        self,
        file: h5py.File,
        name: str,
        columns: int,
        stored: int,
        dtype: type,
        pattern: str = "",
    ) -> None:
        self.group, self.columns, self.filled = file.create_group(name), columns, 0
        self.group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        self.data = self.group.create_dataset("data", (stored,), dtype)
        if pattern:
            self.group["indices"] = file[pattern]["indices"]
        else:
            self.group.create_dataset("indices", (stored,), np.int32)
        self.own_places, self.ends = not pattern, [np.zeros(1, np.int64)]

    def add(self, values: sparse.csr_matrix) -> None:
        """The next rows."""
        end = self.filled + values.nnz
        if end > len(self.data):
            _refuse_changed(end, len(self.data))
        if values.nnz:
            self.data[self.filled : end] = values.data
            if self.own_places:
                self.group["indices"][self.filled : end] = values.indices
        self.ends.append(self.filled + values.indptr[1:].astype(np.int64))
        self.filled = end

    def end(self) -> None:
        """Write where every row begins."""
        _refuse_changed(self.filled, len(self.data))
        ends = np.concatenate(self.ends)
        small = self.filled < 2**31  # scipy keeps both kinds of index in one type
        self.group["indptr"] = ends.astype(np.int32 if small else np.int64)
        self.group.attrs["shape"] = np.array([len(ends) - 1, self.columns])


@contextmanager
def new_file(path: Path) -> Iterator[h5py.File]:
    """A new HDF5 file.

    Raises
    ------
    OSError
        When the system takes no more of it, for instance because the disk is full.
    """
    try:
        with h5py.File(path, "w") as file:
            yield file
    except (OSError, RuntimeError) as error:
        # HDF5 has the number of the system's error in its text alone.
        number = re.search(r"errno = (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error


def room_for(path: Path, size: int) -> None:
    """Refuse a file of that many bytes on a disk that lacks them."""
    free = shutil.disk_usage(path.parent).free
    if size > free:
        raise NoRoom(
            found=f"{_size(free)} of free space in {path.parent.resolve()}, but the prepared "
            f"values take {_size(size)}",
            expected=f"room for {_size(size)}",
            hint="make more free space there, write to another disk, or lower `prepare.features`",
        )


def _size(size: int) -> str:
    """A number of bytes with its unit."""
    for power, unit in ((9, "GB"), (6, "MB"), (3, "kB")):
        if size >= 10**power:
            return f"{size / 10**power:,.1f} {unit}"
    return f"{size} bytes"


def values_of(
    file: h5py.File, name: str, columns: int, rows: int, stored: int | None
) -> DenseArray | SparseArray:
    """A float32 array in a file: dense when the number of values it keeps is None."""
    if stored is None:
        return DenseArray(file, name, (rows, columns))
    return SparseArray(file, name, columns, stored, np.float32)


def _refuse_changed(came: int, announced: int) -> None:
    """Refuse a second pass over the values that found other numbers than the first."""
    if came != announced:
        raise VaebioError(
            found=f"{came:,} values or rows at the second reading of the matrix, {announced:,} at "
            "the first",
            expected="a matrix that stays as it is while it is read",
            hint="prepare it again when nothing writes to it any more",
        )


def add_frames(file: h5py.File, frames: AnnData) -> None:
    """Write all but the values, after which the file is a whole h5ad."""
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    file.require_group("layers").attrs.update(
        {"encoding-type": "dict", "encoding-version": "0.1.0"}
    )
    frames.strings_to_categoricals()
    for name, content in (("obs", frames.obs), ("var", frames.var), ("uns", dict(frames.uns))):
        write_elem(file, name, content)
