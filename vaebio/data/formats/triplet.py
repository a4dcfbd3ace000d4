"""A matrix in Matrix Market form with the two files that name its rows and columns.

Cell Ranger writes them into a folder of their own, repositories put what belongs together under
one prefix. Standard library alone, so that the workflow can name the files.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from vaebio.errors import VaebioError

_MATRIX = ("matrix.mtx", "matrix.mtx.gz")
_OBSERVATIONS = ("barcodes", "cells")
_FEATURES = ("features", "genes", "peaks")
_SUFFIXES = (".tsv", ".tsv.gz", ".txt", ".txt.gz", ".csv", ".csv.gz")


class Triplet(NamedTuple):
    """Paths of a matrix, the names of its observations and those of its features."""

    matrix: Path
    observations: Path
    features: Path


def in_folder(folder: Path) -> Triplet:
    """The one set of files in a folder.

    Raises
    ------
    VaebioError
        When the folder holds none, several, or a part of one.
    """
    names = sorted(path.name for path in folder.iterdir())
    matrices = [name for name in names if name.endswith(_MATRIX)]
    if not matrices:
        raise _no_matrix(folder)
    if len(matrices) > 1:
        raise VaebioError(
            found=f"{folder} holds {len(matrices)} matrices: {', '.join(matrices[:5])}",
            expected="one matrix.mtx or matrix.mtx.gz, with any prefix",
            hint=f"name one of them as the matrix, for instance {folder / matrices[0]}",
        )
    found = beside(folder / matrices[0])
    if found is None:
        raise VaebioError(
            found=f"{folder} holds {matrices[0]}, but not both of the files with the names",
            expected="barcodes.tsv and features.tsv (or genes.tsv) with the same prefix, plain "
            "or .gz",
            hint="copy them into the folder, or name the .mtx file itself to have its rows and "
            "columns numbered",
        )
    return found


def beside(matrix: Path) -> Triplet | None:
    """The set of files a matrix belongs to; None when it lies alone."""
    for prefix in _prefixes(matrix.name):
        observations = _one(matrix.parent, prefix, _OBSERVATIONS)
        features = _one(matrix.parent, prefix, _FEATURES)
        if observations and features:
            return Triplet(matrix, observations, features)
    return None


def _prefixes(name: str) -> list[str]:
    """Beginnings that the names of the files of a set may share, the longest first."""
    stem = name.lower().removesuffix(".gz").removesuffix(".mtx")
    if stem.endswith("matrix"):
        return [name[: len(stem) - len("matrix")]]
    shared = len(stem) - len(re.split("[_.]", stem)[-1])
    return [f"{name[: len(stem)]}_", f"{name[: len(stem)]}.", name[:shared]]


def _one(folder: Path, prefix: str, words: Iterable[str]) -> Path | None:
    """The file of that prefix, one of the words and a known end."""
    paths = [folder / f"{prefix}{word}{suffix}" for word in words for suffix in _SUFFIXES]
    there = [path for path in paths if path.is_file()]
    if len(there) > 1:
        raise VaebioError(
            found=f"both {there[0]} and {there[1].name}",
            expected="one file with these names",
            hint="move the one that does not belong to the matrix elsewhere",
        )
    return there[0] if there else None


def _no_matrix(folder: Path) -> VaebioError:
    below = sorted(path.parent for end in _MATRIX for path in folder.glob(f"*/*{end}"))
    return VaebioError(
        found=f"{folder}, a folder, holds no matrix.mtx or matrix.mtx.gz",
        expected="a folder as Cell Ranger writes it, with matrix, barcodes and features, or a "
        "zarr; else a file",
        hint=f"name the folder inside it, for instance {below[0]}"
        if below
        else "name the file inside the folder",
    )
