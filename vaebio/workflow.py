"""What the Snakefile needs to know of a run: data sets, settings of each step, stacks.

The rules hold no logic; it is here, where it is tested.
"""

import math
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaebio.configuration import (
    SECTIONS,
    check_overrides,
    parse_config,
    read_cases,
    read_sheet,
    refuse_repeated_keys,
    resolve,
)
from vaebio.data.columns import check_columns
from vaebio.data.sources import files_of
from vaebio.errors import VaebioError, of_the_system, refusals
from vaebio.evaluation.installed import check_installed
from vaebio.settings import BUILTIN, Config, Dataset, as_yaml

STEPS = {
    "prepare": ("prepare",),
    "train": ("model", "grid", "train"),
    "evaluate": ("evaluate",),
    "choose": ("evaluate",),
    # Of the training it takes the device and its memory; the rest comes with the members.
    "diagnose": ("train", "diagnose"),
}
"""Sections of the settings that reach each step; a step runs again when one of them changes."""

WITHOUT = {"evaluate": ("choose",)}
"""Keys of these sections that do not reach a step."""

ALL_STEPS = "all"

COUNT_LIKELIHOODS = ("nb", "zinb", "poisson")


@dataclass(frozen=True)
class Plan:
    """A checked run: the sheet and each data set's own settings."""

    config: Config
    sheet: dict[str, Dataset]
    settings: dict[str, Config]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Plan":
        """Check settings, sheet, files and columns.

        Raises
        ------
        VaebioError
            At the first thing that the user has to repair.
        """
        parsed = parse_config(config, "the settings")
        sheet = read_sheet(Path(parsed.datasets))
        check_overrides(parsed, sheet)
        settings = {name: resolve(parsed, name) for name in sheet}
        for name, dataset in sheet.items():
            prepare = settings[name].prepare
            check_columns(dataset, prepare.modality, prepare.split)
        for name, dataset in sheet.items():
            _check_model(dataset, settings[name])
        if any(one.evaluate.scvi for one in settings.values()):
            check_installed()
        return cls(parsed, sheet, settings)

    def files(self, dataset: str) -> list[str]:
        """Files of the user that `vaebio prepare` reads; none for built-in data."""
        row = self.sheet[dataset]
        matrix = [] if row.matrix.startswith(BUILTIN) else files_of(row.matrix)
        return [*matrix, row.annotation] if row.annotation else matrix

    def flags(self, dataset: str) -> str:
        """The row of the sheet as arguments of `vaebio prepare`, quoted for a shell."""
        row = self.sheet[dataset]
        options = ("name", "annotation", "label", "batch", "kind", "orientation")
        given = {option: getattr(row, option) for option in options}
        # In one word each: a value that begins with a dash is no option.
        words = [f"--{option}={value}" for option, value in given.items() if value]
        return shlex.join([row.matrix, *words])

    def text(self, dataset: str, step: str) -> str:
        """YAML of the settings that reach a step, or all of them."""
        settings = self.settings[dataset]
        if step == ALL_STEPS:
            return as_yaml({name: getattr(settings, name) for name in SECTIONS})
        sections = {section: getattr(settings, section) for section in STEPS[step]}
        return as_yaml(sections, WITHOUT.get(step, ()))

    def stacks(self, dataset: str) -> list[int]:
        """Numbers of the stacks the grid of a data set is divided into, from 1."""
        settings = self.settings[dataset]
        grid = settings.grid
        axes = (
            grid.every_beta,
            grid.latents,
            grid.seeds,
            grid.encoders,
            grid.decoders,
            grid.likelihoods,
        )
        members = math.prod(max(1, len(axis)) for axis in axes)
        wanted = 1 if settings.train.stacks == "auto" else settings.train.stacks
        return list(range(1, min(wanted, members) + 1))


def _check_model(dataset: Dataset, settings: Config) -> None:
    """Refuse what the row of the sheet alone shows to be impossible; `train` looks at the data."""
    if settings.model.batch and not dataset.batch:
        raise VaebioError(
            found=f"`model.batch: true`, but the data set {dataset.name} has no technical batch",
            expected="the column `batch` in its row of the sheet",
            hint="name the column there, or set `model.batch` to false (in `overrides` for this "
            "data set alone)",
        )
    of_counts = [
        name
        for name in settings.grid.likelihoods or (settings.model.likelihood,)
        if name in COUNT_LIKELIHOODS
    ]
    if of_counts and dataset.kind not in ("auto", "counts"):
        raise VaebioError(
            found=f"likelihood `{of_counts[0]}`, but the data set {dataset.name} is of kind "
            f"{dataset.kind}",
            expected="counts, or another likelihood: gaussian, bernoulli, auto",
            hint="set model.likelihood or grid.likelihoods (in `overrides` for this data set "
            "alone), or correct its kind",
        )


def plan_or_exit(config: Mapping[str, Any], files: Iterable[str] = ()) -> Plan:
    """The plan of a run; for a mistake of the user three lines and exit code 2.

    Parameters
    ----------
    config
        Settings as Snakemake merged them.
    files
        The files it merged, for what the merged settings no longer show.
    """
    try:
        for file in files:
            refuse_repeated_keys(Path(file))
        return Plan.of(config)
    except VaebioError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(of_the_system(error), file=sys.stderr)
    sys.exit(2)


def case_names(cases: str) -> list[str]:
    """Names in a list of cases; for a mistake in it three lines and exit code 2."""
    try:
        return [case.name for case in read_cases(Path(cases))]
    except VaebioError as error:
        print(error, file=sys.stderr)
    sys.exit(2)


def exit_with_refusals(logs: str, since: float) -> None:
    """Repeat the three lines of every refused job at the very end, and exit with code 2.

    Does nothing when no job was refused: then something else went wrong, and Snakemake says what.
    """
    found = refusals(Path(logs), since)
    for log, lines in found.items():
        print(f"\n{log}\n{lines}", file=sys.stderr)
    if found:
        sys.exit(2)


def tell_page(page: str) -> None:
    """Say where the page is, if it was made: not every target makes it."""
    if Path(page).is_file():
        print(f"Report: {page}")


def own_commands_first() -> None:
    """Let jobs find `vaebio` beside the Python that runs Snakemake, activated or not."""
    beside = str(Path(sys.executable).parent)
    os.environ.update(PATH=os.pathsep.join([beside, os.environ.get("PATH", "")]))
