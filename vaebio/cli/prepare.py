"""Turn a raw matrix into the input of the models, and say what was done to it.

Splits the observations into train, validation and test, drops what is hardly detected or mostly
missing, normalises counts, takes logarithms where that is usual, keeps the most variable features,
fills in missing values, and learns mean and standard deviation of every feature on the train split
alone. The matrix is read twice, a part of its rows at a time.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.cli.arguments import add_matrix, add_roles, name_of
from vaebio.cli.settings import settings_of
from vaebio.errors import VaebioError, about

if TYPE_CHECKING:
    from vaebio.data.raw import Raw
    from vaebio.data.survey import Chunks
    from vaebio.settings import Prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio prepare`."""
    default = "observations_by_features"
    add_matrix(parser, orientation=default, otherwise=default)
    add_roles(
        parser,
        label="only used to divide the splits evenly and, later, to judge the clusters",
    )
    add = parser.add_argument
    add(
        "--settings",
        metavar="YAML",
        type=Path,
        help="settings file; its section `prepare` counts, and what it overrides for the data set "
        "(default: the defaults)",
    )
    add("--prepared", metavar="OUT.h5ad", type=Path, required=True, help="where the result goes")
    add("--summary", metavar="OUT.json", type=Path, required=True, help="where its facts go")


def run(arguments: argparse.Namespace) -> None:
    """Read, prepare, and write both files whole or neither."""
    from vaebio.data.prepare import prepare
    from vaebio.data.summary import summary
    from vaebio.files import whole

    _refuse_overwriting(arguments)
    name = arguments.name or name_of(arguments.matrix)
    settings = _settings(arguments.settings, name)
    raw = _read(arguments, settings)
    with whole(arguments.prepared) as h5ad, whole(arguments.summary) as text:
        with about(arguments.matrix):
            prepared = prepare(
                raw,
                h5ad,
                label=arguments.label,
                batch=arguments.batch,
                kind=arguments.kind,
                settings=settings,
                name=name,
                watch=_watched,
            )
        facts = summary(prepared, matrix=arguments.matrix, annotation=arguments.annotation)
        text.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _log(facts)


def _read(arguments: argparse.Namespace, settings: "Prepare") -> "Raw":
    """The raw data set, with every column that is named."""
    from vaebio.data.columns import places, refuse_absent, wanted
    from vaebio.data.read import read

    raw = read(
        arguments.matrix,
        arguments.annotation,
        arguments.orientation,
        layer=settings.layer,
        modality=settings.modality,
        genome=settings.genome,
        kind=arguments.kind,
    )
    columns = wanted(arguments.label, arguments.batch, settings.split)
    refuse_absent(columns, list(raw.obs), places(arguments.matrix, arguments.annotation))
    return raw


def _watched(what: str, n: int, chunks: "Chunks") -> "Chunks":
    """Tell of every part of the observations that was passed over."""
    from vaebio.cli.progress import Progress

    bar = Progress(what, n, "observation")
    for rows, values in chunks:
        yield rows, values
        bar.step(by=rows.stop - rows.start)
    bar.close()


def _settings(path: Path | None, name: str) -> "Prepare":
    from vaebio.settings import Prepare

    return settings_of(path, name).prepare if path else Prepare()


def _refuse_overwriting(arguments: argparse.Namespace) -> None:
    inputs = {Path(p).resolve() for p in (arguments.matrix, arguments.annotation) if p}
    outputs = [arguments.prepared.resolve(), arguments.summary.resolve()]
    if inputs & set(outputs) or outputs[0] == outputs[1]:
        raise VaebioError(
            found=f"--prepared {arguments.prepared} or --summary {arguments.summary} is also "
            "another file of this command",
            expected="two output files of their own",
            hint="choose other names for the output",
        )


def _log(facts: dict) -> None:
    lines = [f"Data set {facts['name']}", *facts["steps"]]
    lines += [f"Prepared {facts['observations']:,} observations x {facts['features']:,} features."]
    lines += [f"Warning: {sentence}" for sentence in facts["warnings"]]
    print("\n".join(lines), file=sys.stderr)
