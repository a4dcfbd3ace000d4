"""Write what a run needs for one matrix: its row in the sheet of data sets, and a settings file.

Looks at the matrix as `vaebio inspect` does and chooses settings that fit it, each with its reason
beside it. Nothing that exists is overwritten: a sheet that is there gets one more row.
"""

import argparse
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.cli.arguments import PARTS, add_roles, name_of
from vaebio.cli.inspect import add_unknown_matrix, inspected
from vaebio.errors import VaebioError, about

if TYPE_CHECKING:
    from vaebio.data.inspect import Inspection

SHEET = "datasets.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio init`."""
    add_unknown_matrix(parser)
    add_roles(parser, label="never guessed")
    add = parser.add_argument
    add(
        "--folder",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="where sheet and settings go (default: here)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Inspect, choose, write both files whole or neither, and say what to run."""
    from vaebio.cli.sheet import with_row
    from vaebio.cli.suggest import as_settings, suggested
    from vaebio.data.kind import decide_kind, known_kind
    from vaebio.files import whole
    from vaebio.settings import Dataset

    name = _name(arguments)
    sheet, settings = arguments.folder / SHEET, arguments.folder / f"{name}.yaml"
    _refuse_overwriting(settings, name)
    known_kind(arguments.kind)
    seen = inspected(arguments, kind=arguments.kind)
    with about(arguments.matrix):
        kind, _ = decide_kind(seen.found.evidence, arguments.kind)
    crossed = _crossed(arguments, seen)
    given = {key: getattr(arguments, key) for key in ("matrix", "annotation", "label", "batch")}
    row = Dataset(name=name, kind=kind, orientation=seen.orientation, **given)
    rows = with_row(sheet, row)
    part = {key: getattr(arguments, key) for key in PARTS if getattr(arguments, key)}
    choices = suggested(seen, kind, batch=arguments.batch, crossed=crossed, part=part)
    with whole(sheet) as table, whole(settings) as text:
        table.write_text(rows, encoding="utf-8")
        text.write_text(as_settings(name, str(sheet), choices), encoding="utf-8")
    _say(arguments, seen, name, kind, alone=len(rows.splitlines()) == 2)


def _name(arguments: argparse.Namespace) -> str:
    """The name asked for, or one made of that of the matrix."""
    from vaebio.settings import NAME_PATTERN

    if not arguments.name:
        return name_of(arguments.matrix)
    if not re.fullmatch(NAME_PATTERN, arguments.name):
        raise VaebioError(
            found=f"the name `{arguments.name}`",
            expected="a letter or digit, then letters, digits, _ . -",
            hint="the name becomes that of the results folder; choose another with --name",
        )
    return arguments.name


def _refuse_overwriting(settings: Path, name: str) -> None:
    if settings.exists():
        raise VaebioError(
            found=f"{settings} exists already",
            expected="no settings file of this name: none is ever overwritten",
            hint=f"choose another name with --name (now `{name}`), or move the file away",
        )


def _crossed(arguments: argparse.Namespace, seen: "Inspection") -> bool:
    """Whether batches hold several labels; label and batch are refused where they cannot serve."""
    from vaebio.data.caution import confounded
    from vaebio.data.check import classes

    with about(arguments.annotation or arguments.matrix):
        for role in ("label", "batch"):
            classes(seen.raw.obs, role, getattr(arguments, role))
    if not (arguments.label and arguments.batch):
        return False
    return confounded(seen.raw.obs, arguments.batch, arguments.label) is None


def _say(
    arguments: argparse.Namespace, seen: "Inspection", name: str, kind: str, *, alone: bool
) -> None:
    """What was written, what was not decided, and the commands to run."""
    from vaebio.cli.findings import wrapped

    folder = arguments.folder
    warnings = list(seen.warnings)
    if seen.kind not in ("", kind):
        warnings.insert(0, f"You say {kind}; the values look {seen.kind}: {seen.kind_reason}.")
    print(f"{folder / SHEET}: a row for `{name}`, {kind}, {seen.orientation}")
    print(f"{folder / name}.yaml: settings that these data suggest, each with its reason\n")
    if warnings:
        lines = [line for warning in warnings for line in wrapped("  ! ", warning)]
        print("\n".join(["Warnings", *lines]) + "\n")
    if not arguments.label:
        print("\n".join(_without_label(seen, folder / SHEET)))
    print("\n".join(_commands(folder / f"{name}.yaml", name, alone)))


def _without_label(seen: "Inspection", sheet: Path) -> list[str]:
    """Columns the user may choose from: a label is never guessed."""
    from vaebio.cli.findings import candidate_rows, table, wrapped

    fitting = [c for c in seen.candidates if c.role != "batch" and not c.missing]
    if not fitting:
        return ["No label, and no column that could be one: clusters cannot be judged.", ""]
    how = (
        "A label divides the splits evenly and judges the clusters; training never sees it. To "
        f"choose one, write its name into the column `label` of {sheet}."
    )
    heading = "No label was chosen. Columns that could be one:"
    return [heading, *table(candidate_rows(fitting)), *wrapped("", how), ""]


def _commands(settings: Path, name: str, alone: bool) -> list[str]:
    """How to run the data set: the whole sheet when it is alone there, else its report."""
    words = ["snakemake"] if alone else ["snakemake", f"results/{name}/report.html"]
    if not Path("Snakefile").exists():
        beside = Path(__file__).parents[2] / "Snakefile"
        words += ["--snakefile", str(beside) if beside.exists() else "PATH/TO/Snakefile"]
    end = ["--configfile", str(settings)]
    dry, wet = shlex.join([*words, "-n", *end]), shlex.join([*words, "--cores", "all", *end])
    which = "" if alone else ", this data set alone"
    return [f"See what would run{which}:", f"  {dry}", "Run it:", f"  {wet}"]
