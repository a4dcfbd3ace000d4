"""Where a matrix or an annotation comes from: a file or folder of a known form, or a builtin.

Imports the standard library alone, so that the workflow can check a sheet in no time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaebio.data.formats.triplet import beside, in_folder
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import BUILTIN

BUILTINS: dict[str, tuple[str, ...]] = {
    "pbmc68k": (
        "bulk_labels",
        "n_genes",
        "percent_mito",
        "n_counts",
        "S_score",
        "G2M_score",
        "phase",
        "louvain",
    ),
    "simulated784": ("group",),
    "noise784": ("group",),
}
"""Data sets that need no file, each with the columns of its observations."""

DELIMITED = (".csv", ".tsv", ".txt")
TEXT_SUFFIXES = (*DELIMITED, *(suffix + ".gz" for suffix in DELIMITED))
TEXT, H5AD, H5MU, ZARR, TENX_H5, TENX, LOOM, MTX, NAMED_MTX, PARQUET = (
    "text table",
    "h5ad",
    "h5mu",
    "zarr",
    "10x h5",
    "10x folder",
    "loom",
    "Matrix Market",
    "Matrix Market with names beside it",
    "parquet",
)
"""Forms of a matrix, as messages call them."""
BUILT_IN = "builtin"

FORMS = {
    ".h5ad": H5AD,
    ".h5mu": H5MU,
    ".zarr": ZARR,
    ".zarr.zip": ZARR,
    ".h5": TENX_H5,
    ".loom": LOOM,
    ".mtx": MTX,
    ".mtx.gz": MTX,
    ".parquet": PARQUET,
    **dict.fromkeys(TEXT_SUFFIXES, TEXT),
}
"""Form of a matrix by the end of its file's name; folders are told by what is in them."""

MATRIX_SUFFIXES = tuple(FORMS)
ANNOTATION_SUFFIXES = (*TEXT_SUFFIXES, ".parquet", ".h5ad")

ZARR_MARKS = (".zgroup", ".zattrs", "zarr.json")
"""Files at the top of a zarr folder, of its versions 2 and 3."""

_MAGIC = {
    b"\x1f\x8b": "gzip-compressed",
    b"\x89HDF": "an HDF5 file",
    b"PK\x03\x04": "a zip or xlsx",
    b"PAR1": "a parquet file",
    b"<!DO": "a web page",
    b"<!do": "a web page",
    b"<htm": "a web page",
    b"%%Ma": "a Matrix Market file",
}
_OWN_MAGIC = {
    H5AD: "an HDF5 file",
    H5MU: "an HDF5 file",
    TENX_H5: "an HDF5 file",
    LOOM: "an HDF5 file",
    ZARR: "a zip or xlsx",
    PARQUET: "a parquet file",
    MTX: "a Matrix Market file",
}


def builtin_name(matrix: str) -> str | None:
    """Name of the builtin that `matrix` asks for, or None when it is a path.

    Raises
    ------
    VaebioError
        When there is no such builtin.
    """
    if not matrix.startswith(BUILTIN):
        return None
    name = matrix.removeprefix(BUILTIN)
    if name not in BUILTINS:
        raise VaebioError(
            found=f"no builtin data set `{name}`",
            expected=f"one of {', '.join(BUILTIN + known for known in BUILTINS)}",
            hint=did_you_mean(name, BUILTINS, "give the path of a file"),
        )
    return name


def checked_path(path: str, role: str, suffixes: tuple[str, ...], folder: bool = False) -> Path:
    """The path of an existing file of a known form.

    Parameters
    ----------
    role
        What the file is for (matrix, annotation), for the message.
    suffixes
        Ends of the file names that can be read.
    folder
        Whether a folder will do as well.

    Raises
    ------
    VaebioError
        When nothing is there, a folder is there, or the file has another form.
    """
    file = Path(path)
    if file.is_dir():
        if folder:
            return file
        raise VaebioError(
            found=f"{path}, the {role}, is a folder",
            expected=f"a file ending in {', '.join(suffixes)}",
            hint="name the file inside the folder",
        )
    if not file.exists():
        siblings = [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else []
        raise VaebioError(
            found=f"no file {file.resolve()}, the {role}",
            expected="an existing file; a relative path starts at the folder of the command",
            hint=did_you_mean(file.name, siblings, "check the path"),
        )
    if not file.name.lower().endswith(suffixes):
        raise VaebioError(
            found=f"{path}, the {role}, ends in `{''.join(file.suffixes[-2:])}`",
            expected=f"a file ending in {', '.join(suffixes)}",
            hint="convert it to one of these forms, or rename it when it is one of them",
        )
    return file


def checked_matrix(matrix: str) -> tuple[Path, str]:
    """The path of an existing matrix, a file or a folder, and its form.

    Raises
    ------
    VaebioError
        When nothing is there or it has an unknown form.
    """
    path = checked_path(matrix, "matrix", MATRIX_SUFFIXES, folder=True)
    if path.is_dir():
        is_zarr = any((path / mark).exists() for mark in ZARR_MARKS)
        return path, ZARR if is_zarr or path.name.lower().endswith(".zarr") else TENX
    ends = (end for end in sorted(FORMS, key=len, reverse=True) if path.name.lower().endswith(end))
    form = FORMS[next(ends)]
    return path, NAMED_MTX if form == MTX and beside(path) else form


def files_of(matrix: str) -> list[str]:
    """Files that make up an existing matrix: what has to change for the data set to change.

    Of a zarr these are its own descriptions, which every writer renews: it may have a file for
    each of a million chunks.
    """
    path, form = checked_matrix(matrix)
    if form in (TENX, NAMED_MTX):
        return [*map(str, in_folder(path) if form == TENX else beside(path))]
    if not path.is_dir():
        return [matrix]
    places = (f"{above}{mark}" for above in ("", "*/", "*/*/") for mark in (*ZARR_MARKS, ".zarray"))
    return sorted(str(found) for place in places for found in path.glob(place)) or [matrix]


def disguise(path: Path) -> str | None:
    """What a file truly is, when its first bytes tell; None for plain text and a folder."""
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        start = stream.read(4)
    return next((word for magic, word in _MAGIC.items() if start.startswith(magic)), None)


@contextmanager
def reading(path: Path, form: str) -> Iterator[None]:
    """Refuse the file for whatever its reader raises inside the block.

    What a damaged file raises depends on where it is damaged, so there is no list of it. A lack of
    memory is no damage, and what was refused already stays as it is.
    """
    try:
        yield
    except (VaebioError, MemoryError):
        raise
    except Exception as error:
        raise damaged(path, form, error) from None


def damaged(path: Path, form: str, error: Exception) -> VaebioError:
    """The refusal of a file whose reader failed, in one line of the reader's words."""
    # Not every reader says why it could not open the file.
    if isinstance(error, PermissionError) or (path.exists() and not os.access(path, os.R_OK)):
        return _forbidden(getattr(error, "filename", None) or path)
    truth = disguise(path)
    reason = " ".join(str(error).split())[:200].rstrip(". ") or type(error).__name__
    as_named = truth == "gzip-compressed" and path.suffix.lower() == ".gz"
    if truth and not as_named and truth != _OWN_MAGIC.get(form, truth):
        reason = f"it is {truth}"
    return VaebioError(
        found=f"{path} cannot be read as {form}: {reason}",
        expected=f"complete data of the form {form}",
        hint="the file may be cut off or of another form; copy or download it again",
    )


def _forbidden(path: Path | str) -> VaebioError:
    return VaebioError(
        found=f"{path}: permission denied",
        expected="files that may be read",
        hint="give yourself the permission to read it (`chmod u+r`), or ask its owner for it",
    )
