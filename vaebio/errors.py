"""Errors the user can repair: what was found, what was expected, what to do."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class VaebioError(Exception):
    """A mistake in the input or the settings that the user can repair.

    The message is always three lines, `Found:`, `Expected:` and `Hint:`. The command line prints
    them without a traceback and ends with exit code 2.
    """

    def __init__(self, *, found: str, expected: str, hint: str) -> None:
        self.found, self.expected, self.hint = found, expected, hint
        parts = (("Found", found), ("Expected", expected), ("Hint", hint))
        super().__init__("\n".join(f"{word}: {_ended(text)}" for word, text in parts))


class NoRoom(VaebioError):
    """Too little space on a disk: no fault of any file of the user."""


def _ended(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, regardless of case, or None when nothing is like it."""
    by_lower = {str(k).lower(): str(k) for k in known}
    match = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[match[0]] if match else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A hint that names the nearest known name, or `otherwise`."""
    known = list(known)
    close = nearest(name, known)
    return f"did you mean `{close}`?" if close else otherwise


def of_the_system(error: OSError) -> VaebioError:
    """The refusal of what the system did not allow: a full disk, a folder without permission."""
    reason = " ".join(str(error.strerror or error).split())[:200].rstrip(". ")
    return VaebioError(
        found=f"{error.filename or 'a file'}: {reason}",
        expected="files that can be read, and a folder with room that can be written",
        hint="check the path, the permissions and the free space; nothing was half-written",
    )


@contextmanager
def about(file: str) -> Iterator[None]:
    """Name the file in what is refused inside the block, unless the message does already."""
    try:
        yield
    except VaebioError as error:
        if file in error.found or isinstance(error, NoRoom):
            raise
        raise VaebioError(
            found=f"{error.found}, in {file}", expected=error.expected, hint=error.hint
        ) from None


def refusals(logs: Path, since: float) -> dict[str, str]:
    """The three lines of every job log under `logs` that was refused after `since`.

    Parameters
    ----------
    since
        Seconds since the epoch; older logs belong to an earlier run and are passed over.

    Returns
    -------
    Log path to the three lines, in the order of the paths.
    """
    found = {}
    for path in sorted(logs.rglob("*.log")):
        if path.stat().st_mtime < since:
            continue
        lines = path.read_text(errors="replace").splitlines()
        start = next((i for i, line in enumerate(lines) if line.startswith("Found: ")), None)
        if start is not None:
            found[str(path)] = "\n".join(lines[start:])
    return found
