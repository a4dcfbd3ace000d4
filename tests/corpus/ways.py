"""The ways a user's input takes into the program: a verb, a plan, real processes.

Each gives an attempt: a function that is called in the folder of the case and tells the outcome.
"""

import io
import re
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PREPARED, SUMMARY = "out/p.h5ad", "out/p.json"
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python does not show to a user."""


@dataclass
class Outcome:
    """How an attempt ended: exit code, what was said, Python's own warnings, and what was made."""

    code: int = 0
    said: str = ""
    python_warnings: list[str] = field(default_factory=list)
    made: Any = None


Attempt = Callable[[], Outcome]


def verb(*words: str) -> Attempt:
    """A verb of the command line, in this process."""

    def attempt() -> Outcome:
        from vaebio.cli.main import main

        return _watched(lambda: main(words))

    return attempt


def prepare(matrix: str, *words: str, **options: str) -> Attempt:
    """`vaebio prepare` with the outputs every case has."""
    return verb(*prepare_words(matrix, *words, **options))


def prepare_words(matrix: str, *words: str, **options: str) -> list[str]:
    """The words of `vaebio prepare`."""
    given = [word for key, value in options.items() for word in (f"--{key}", value)]
    return ["prepare", matrix, *words, *given, "--prepared", PREPARED, "--summary", SUMMARY]


def plan(**settings: Any) -> Attempt:
    """The check of settings and sheet while Snakemake reads the Snakefile."""

    def attempt() -> Outcome:
        from vaebio.workflow import plan_or_exit

        made = []
        outcome = _watched(lambda: made.append(plan_or_exit({"datasets": "sheet.tsv"} | settings)))
        outcome.made = made[0] if made else None
        return outcome

    return attempt


def process(*words: str, before: tuple[str, ...] = ()) -> Attempt:
    """A verb in a process of its own, started through other commands where they are given."""
    return started([*before, sys.executable, "-m", "vaebio.cli.main", *words])


def dry_run(settings: Mapping[str, Any] | str) -> Attempt:
    """A real `snakemake --dry-run`; settings as a mapping or as the text of the file."""
    text = settings if isinstance(settings, str) else yaml.safe_dump(dict(settings))
    command = [str(Path(sys.executable).with_name("snakemake")), "--dry-run", "--quiet", "all"]
    command += ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "mine.yaml"]

    def attempt() -> Outcome:
        Path("mine.yaml").write_text(text)
        return started(command)()

    return attempt


def started(command: list[str]) -> Attempt:
    """Any command, in a process of its own."""

    def attempt() -> Outcome:
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
        python = re.findall(r"^.*\b[A-Z]\w+Warning: .*$", run.stderr, re.M)
        return Outcome(run.returncode, run.stderr, python)

    return attempt


def _watched(call: Callable[[], int | None]) -> Outcome:
    """What a user would see of a call; a crash ends with code 1 and its traceback."""
    said = io.StringIO()
    outcome = Outcome()
    with redirect_stderr(said), redirect_stdout(io.StringIO()), _listening(outcome):
        try:
            outcome.code = call() or 0
        except SystemExit as end:
            outcome.code = end.code
        except Exception:
            outcome.code = 1
            traceback.print_exc()
    outcome.said = said.getvalue()
    return outcome


@contextmanager
def _listening(outcome: Outcome) -> Iterator[None]:
    """Keep the warnings of Python that a user would see."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.resetwarnings()
        warnings.simplefilter("always")
        for category in UNSEEN:
            warnings.simplefilter("ignore", category)
        yield
    outcome.python_warnings = [f"{w.category.__name__}: {w.message}" for w in heard]
