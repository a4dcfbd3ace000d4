"""Look at a matrix before anything is done with it.

Says what the values are and in which layer, which way the matrix lies, which columns could be the
label or the technical batch, and what looks odd. Nothing is written.
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from vaebio.errors import about

if TYPE_CHECKING:
    from vaebio.data.inspect import Inspection

PARTS = ("layer", "modality", "genome")
"""Arguments that choose a part of a file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio inspect`."""
    add_matrix_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_matrix_arguments(parser: argparse.ArgumentParser) -> None:
    """The matrix and how to read it, where nothing need be known of it yet."""
    add = parser.add_argument
    add(
        "matrix",
        metavar="MATRIX",
        help="table of measurements (for instance cells x genes): a file or folder as `vaebio "
        "prepare` takes it, or builtin:pbmc68k",
    )
    add(
        "--annotation",
        metavar="FILE",
        default="",
        help="table with one row per cell or sample, its name in the first column",
    )
    add(
        "--orientation",
        metavar="ORIENTATION",
        default="",
        help="observations_by_features when each row is a cell or sample, features_by_observations "
        "when each row is a gene or protein (default: what the names tell, else the former)",
    )
    for part, what in (
        ("layer", "layer of the file to read: X, raw, or the name of a layer"),
        ("modality", "modality of a file with several"),
        ("genome", "genome of a 10x file with several"),
    ):
        add(f"--{part}", metavar=part.upper(), default="", help=what)


def run(arguments: argparse.Namespace) -> None:
    """Inspect and print."""
    from vaebio.cli.findings import as_text, as_values

    seen = inspected(arguments)
    if arguments.json:
        print(json.dumps(as_values(arguments.matrix, seen), indent=2, ensure_ascii=False))
    else:
        print(as_text(arguments.matrix, seen))
        print(_next(arguments, seen))


def inspected(arguments: argparse.Namespace, kind: str = "auto") -> "Inspection":
    """The inspection that the arguments of `add_matrix_arguments` ask for.

    Parameters
    ----------
    kind
        As declared: it has a say in which layer is read.
    """
    from vaebio.data.inspect import inspect

    given = {part: getattr(arguments, part) for part in PARTS if getattr(arguments, part)}
    given["kind"] = kind
    with about(arguments.matrix):
        return inspect(
            arguments.matrix, arguments.annotation, arguments.orientation, given, _teller()
        )


def _next(arguments: argparse.Namespace, seen: "Inspection") -> str:
    """The command that goes on from here."""
    words = ["vaebio", "init", arguments.matrix]
    for option in ("annotation", "orientation", *PARTS):
        if getattr(arguments, option):
            words += [f"--{option}", getattr(arguments, option)]
    command = shlex.join(words)
    label = "" if not any(c.role == "label" for c in seen.candidates) else " --label COLUMN"
    return f"Next: {command}{label}"


def _teller() -> Callable[[int, int], None]:
    """A plain line now and then, so that what takes a second says nothing."""
    from vaebio.cli.progress import SECONDS_BETWEEN_LINES

    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"Looked at {done:,} of {total:,} observations", file=sys.stderr, flush=True)

    return tell
