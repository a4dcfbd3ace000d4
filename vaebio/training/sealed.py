"""Folders that are there whole or not at all, with checksums that tell damage from health."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

CHECKSUMS = "SHA256SUMS"
"""In the form of `sha256sum`, so that `sha256sum --check SHA256SUMS` verifies it too."""


@contextmanager
def sealed(path: Path) -> Iterator[Path]:
    """A new folder to fill, which appears at `path` with its checksums when the block ends.

    A folder that is there already stays and the new one is thrown away: two processes that make
    the same one do not disturb each other or a reader.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by the number of the process: in a container one that was killed had the same.
    temporary = path.with_name(f".{path.name}.{token_hex(4)}.partial")
    temporary.mkdir()
    try:
        yield temporary
        lines = [f"{_digest(file)}  {file.name}\n" for file in sorted(temporary.iterdir())]
        (temporary / CHECKSUMS).write_text("".join(lines))
        try:
            temporary.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def damage(path: Path) -> str | None:
    """What is wrong with a sealed folder, in a few words; None when it is whole."""
    try:
        lines = (path / CHECKSUMS).read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return f"no readable {CHECKSUMS}"
    for line in lines:
        digest, _, name = line.partition("  ")
        file = path / name
        if not name or not file.is_file():
            return f"{name or 'a file'} is missing"
        try:
            if _digest(file) != digest:
                return f"{name} differs from its checksum"
        except OSError:
            return f"{name} cannot be read"
    return None if lines else f"{CHECKSUMS} is empty"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
