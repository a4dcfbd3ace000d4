"""Where a matrix or an annotation comes from: a file of a known form, or a builtin.

Imports the standard library alone, so that the workflow can check a sheet in no time.
"""

from pathlib import Path

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
}
"""Data sets that ship with a dependency, each with the columns of its observations."""

DELIMITED = (".csv", ".tsv", ".txt")
TEXT_SUFFIXES = (*DELIMITED, *(suffix + ".gz" for suffix in DELIMITED))
MATRIX_SUFFIXES = (".h5ad", *TEXT_SUFFIXES)

_MAGIC = {
    b"\x1f\x8b": "gzip-compressed",
    b"\x89HDF": "an HDF5 file",
    b"PK\x03\x04": "a zip or xlsx",
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


def checked_path(path: str, role: str, suffixes: tuple[str, ...]) -> Path:
    """The path of an existing file of a known form.

    Parameters
    ----------
    role
        What the file is for (matrix, annotation), for the message.
    suffixes
        Ends of the file names that can be read.

    Raises
    ------
    VaebioError
        When nothing is there, a folder is there, or the file has another form.
    """
    file = Path(path)
    if file.is_dir():
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


def is_hdf5(path: Path) -> bool:
    """Whether the name says that the file is an h5ad."""
    return path.name.lower().endswith(".h5ad")


def disguise(path: Path) -> str | None:
    """What a file without a compressed or binary name truly is, when its first bytes tell."""
    with path.open("rb") as stream:
        start = stream.read(4)
    return next((word for magic, word in _MAGIC.items() if start.startswith(magic)), None)


def damaged(path: Path, form: str, error: Exception) -> VaebioError:
    """The refusal of a file whose reader failed, in one line of the reader's words."""
    reason = " ".join(str(error).split())[:200].rstrip(". ") or type(error).__name__
    return VaebioError(
        found=f"{path} cannot be read as {form}: {reason}",
        expected=f"a complete {form} file",
        hint="the file may be cut off or of another form; copy or download it again",
    )
