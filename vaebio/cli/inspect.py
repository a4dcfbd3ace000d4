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

from vaebio.cli.arguments import PARTS, add_matrix, add_parts
from vaebio.errors import about

if TYPE_CHECKING:
    from vaebio.data.inspect import Inspection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio inspect`."""
    add_unknown_matrix(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_unknown_matrix(parser: argparse.ArgumentParser) -> None:
    """The matrix and how to read it, where nothing need be known of it yet."""
    add_matrix(parser, orientation="", otherwise="what the names tell, else the former")
    add_parts(parser)


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
    """The inspection that the arguments of `add_unknown_matrix` ask for.

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
    from vaebio.cli.progress import due

    last = started = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done < total and due(time.monotonic(), last, started):
            last = time.monotonic()
            print(f"Looked at {done:,} of {total:,} observations", file=sys.stderr, flush=True)

    return tell
