"""Arguments about a matrix that several verbs take: what is said of each is said once."""

import argparse
import re
from pathlib import Path

PARTS = {
    "layer": "layer of the file to read: X, raw, or the name of a layer",
    "modality": "modality of a file with several",
    "genome": "genome of a 10x file with several",
}
"""Arguments that choose a part of a file."""


def add_matrix(parser: argparse.ArgumentParser, *, orientation: str, otherwise: str) -> None:
    """The matrix, its annotation and which way it lies.

    Parameters
    ----------
    orientation
        Taken when none is given; `otherwise` says in words what that means.
    """
    add = parser.add_argument
    add(
        "matrix",
        metavar="MATRIX",
        help="table of measurements (for instance cells x genes): an .h5ad, .h5mu, .zarr, .loom, "
        ".mtx, .parquet, .csv, .tsv or .txt (text and .mtx also .gz), a folder or .h5 of 10x, or "
        "builtin:pbmc68k, the blood cells that ship with scanpy",
    )
    add(
        "--annotation",
        metavar="FILE",
        default="",
        help="table (.csv, .tsv, .parquet or .h5ad) with one row per cell or sample, its name in "
        "the first column",
    )
    add(
        "--orientation",
        metavar="ORIENTATION",
        default=orientation,
        help="observations_by_features when each row is a cell or sample, features_by_observations "
        f"when each row is a gene or protein (default: {otherwise})",
    )


def add_parts(parser: argparse.ArgumentParser) -> None:
    """Which part of a file; `vaebio prepare` has these in its settings."""
    for part, what in PARTS.items():
        parser.add_argument(f"--{part}", metavar=part.upper(), default="", help=what)


def add_roles(parser: argparse.ArgumentParser, *, label: str) -> None:
    """Columns with a part to play, the kind of the values and the data set's name.

    Parameters
    ----------
    label
        What the verb does with the known classes.
    """
    add = parser.add_argument
    add(
        "--label",
        metavar="COLUMN",
        default="",
        help=f"column with the known classes (cell type, tissue, diagnosis); {label}",
    )
    add("--batch", metavar="COLUMN", default="", help="column with the technical batch")
    add(
        "--kind",
        metavar="KIND",
        default="auto",
        help="what the values are: counts (raw reads or UMIs), continuous (for instance "
        "logarithms), intensity (of mass spectrometry, 0 or nothing where none was found), "
        "fraction (for instance beta values of methylation), binary (0 and 1), or auto, which "
        "looks at them (default: %(default)s)",
    )
    add("--name", metavar="NAME", default="", help="name of the data set (default: from MATRIX)")


def name_of(matrix: str) -> str:
    """Name of a data set by its matrix: up to its first dot, of what a name may hold."""
    from vaebio.settings import BUILTIN

    stem = Path(matrix.removeprefix(BUILTIN)).name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", stem).lstrip("_.-") or "mine"
