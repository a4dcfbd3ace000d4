"""What lies in a file beside the one matrix that is read: its form, size and other arrays.

Reads the structure of an HDF5 file or a zarr folder, and of each array of numbers a sample, never
the whole.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vaebio.data.formats.stored import layout
from vaebio.data.sources import (
    BUILT_IN,
    H5AD,
    H5MU,
    LOOM,
    ZARR,
    builtin_name,
    checked_matrix,
    files_of,
    reading,
)

SAMPLE = 4_000_000
"""Numbers of an array that are looked at, spread over it."""

_BLOCKS = 16


@dataclass(frozen=True)
class Array:
    """An array of numbers in a file.

    Parameters
    ----------
    place
        As a user of the file calls it: X, layers[`counts`], raw.
    storage
        `dense`, `CSR` or `CSC`.
    low, high
        Of the values looked at that are finite and stored: a sparse array stores no zeros. None
        when there are none.
    whole
        Whether all of these are whole numbers and none is negative.
    sampled
        Whether it was too large to look at every value.
    """

    place: str
    shape: tuple[int, int]
    storage: str
    dtype: str
    low: float | None
    high: float | None
    whole: bool
    sampled: bool


@dataclass(frozen=True)
class Contents:
    """A file or folder and what lies in it.

    Parameters
    ----------
    size_bytes
        On the disk; None for what is made from a dependency.
    arrays
        Of the shape of the data set; empty where the form holds one matrix alone.
    aside
        Names of further arrays about observations, such as obsm[`X_pca`].
    """

    form: str
    size_bytes: int | None
    arrays: tuple[Array, ...] = ()
    aside: tuple[str, ...] = ()


def contents(matrix: str) -> Contents:
    """Contents of a matrix that can be read.

    Raises
    ------
    VaebioError
        When its structure is damaged.
    """
    if builtin_name(matrix):
        return Contents(BUILT_IN, None)
    path, form = checked_matrix(matrix)
    files = path.rglob("*") if form == ZARR and path.is_dir() else map(Path, files_of(matrix))
    size = sum(file.stat().st_size for file in files if file.is_file())
    with reading(path, form), _opened(path, form) as root:
        return Contents(form, size, tuple(_arrays(root, form == LOOM)), tuple(_aside(root)))


@contextmanager
def _opened(path: Path, form: str) -> Iterator[Mapping[str, Any]]:
    """The root of an HDF5 file or a zarr; nothing of other forms."""
    if form in (H5AD, H5MU, LOOM):
        import h5py

        with h5py.File(path) as file:
            yield file
    elif form == ZARR:
        import zarr

        store = zarr.storage.ZipStore(path, mode="r") if path.is_file() else str(path)
        yield zarr.open_group(store, mode="r")
    else:
        yield {}


def _arrays(root: Mapping[str, Any], turned: bool) -> Iterator[Array]:
    """Arrays of a file; `turned` where the form has features in rows."""
    if turned:
        named = [("X", root["matrix"])]
        named += [(f"layers[`{name}`]", node) for name, node in root.get("layers", {}).items()]
        for place, node in named:
            yield from (replace(a, shape=a.shape[::-1]) for a in _array(node, place))
        return
    for before, group in _modalities(root):
        if "X" in group:
            yield from _array(group["X"], f"{before}X")
        for name in group.get("layers", ()):
            yield from _array(group["layers"][name], f"{before}layers[`{name}`]")
        if "raw" in group and "X" in group["raw"]:
            yield from _array(group["raw"]["X"], f"{before}raw")


def _aside(root: Mapping[str, Any]) -> Iterator[str]:
    for before, group in _modalities(root):
        yield from (f"{before}obsm[`{name}`]" for name in group.get("obsm", ()))


def _modalities(root: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Parts of a file with an X each, with what their places are called by."""
    if "mod" not in root:
        yield "", root
        return
    for name in root["mod"]:
        yield f"{name}: ", root["mod"][name]


def _array(node: Any, place: str) -> Iterator[Array]:  # noqa: ANN401 - of h5py or of zarr
    """The array at a place; none where it is something else, such as no X."""
    if hasattr(node, "shape"):
        if len(node.shape) == 2 and node.dtype.kind in "biuf":
            yield Array(place, tuple(node.shape), "dense", str(node.dtype), *_looked_at(node))
        return
    shape = node.attrs.get("shape", node.attrs.get("h5sparse_shape"))
    if shape is not None and "data" in node:
        values = node["data"]
        storage = layout(node).upper()
        sizes = tuple(int(n) for n in shape)
        yield Array(place, sizes, storage, str(values.dtype), *_looked_at(values))


def _looked_at(values: Any) -> tuple[float | None, float | None, bool, bool]:  # noqa: ANN401
    """Low, high, whole and sampled of a stored array of one or two dimensions."""
    blocks = _blocks(values.shape)
    lows, highs, whole = [], [], True
    for block in blocks:
        part = np.asarray(values[block]).ravel()
        part = part[np.isfinite(part)]
        if part.size:
            lows.append(float(part.min()))
            highs.append(float(part.max()))
            whole = whole and lows[-1] >= 0 and bool((part == np.rint(part)).all())
    sampled = sum(block.stop - block.start for block in blocks) < values.shape[0]
    return min(lows, default=None), max(highs, default=None), whole and bool(lows), sampled


def _blocks(shape: tuple[int, ...]) -> list[slice]:
    """Places along the first axis: all, or some spread evenly."""
    rows, width = shape[0], max(1, int(np.prod(shape[1:])))
    if rows * width <= SAMPLE:
        return [slice(0, rows)]
    size = max(1, SAMPLE // width // _BLOCKS)
    starts = np.unique(np.linspace(0, rows - size, min(_BLOCKS, rows)).astype(int))
    return [slice(start, start + size) for start in starts.tolist()]
