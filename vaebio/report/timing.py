"""Time and memory of every step, from Snakemake's benchmark files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vaebio.errors import VaebioError


@dataclass(frozen=True)
class Step:
    """One job: wall-clock seconds, and peak memory in MiB or None where it was not measured.

    Snakemake's load is left out: it is sampled too rarely to be true of a short job.
    """

    name: str
    seconds: float
    memory: float | None


def read_timing(folder: Path) -> list[Step]:
    """The steps under a folder of benchmark files as they ended; a step is named by its path."""
    files = sorted(folder.rglob("*.tsv"), key=lambda path: (path.stat().st_mtime, path))
    return [_step(path, path.relative_to(folder).with_suffix("").as_posix()) for path in files]


def total(steps: Sequence[Step]) -> Step | None:
    """Sum of the seconds and the largest memory of all steps; None without steps."""
    if not steps:
        return None
    memory = [step.memory for step in steps if step.memory is not None]
    return Step("total", sum(s.seconds for s in steps), max(memory, default=None))


def _step(path: Path, name: str) -> Step:
    try:
        # Snakemake writes `-` or NA where it could not measure, and one row per repetition.
        table = pd.read_csv(path, sep="\t", na_values=["-", "NA"])
        seconds = float(table["s"].mean())
    except (KeyError, ValueError, TypeError, pd.errors.ParserError) as error:
        raise VaebioError(
            found=f"{path} is not a benchmark file of Snakemake: {error}",
            expected="tab-separated columns s and max_rss",
            hint="remove it, or run its step again",
        ) from None
    return Step(name, seconds, _measured(table, "max_rss"))


def _measured(table: pd.DataFrame, column: str) -> float | None:
    if column not in table:
        return None
    highest = pd.to_numeric(table[column], errors="coerce").max()
    return None if pd.isna(highest) else float(highest)
