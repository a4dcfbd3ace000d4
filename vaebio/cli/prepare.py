"""Turn a raw matrix into the input of the models, and say what was done to it.

Splits the observations into train, validation and test, drops what is hardly detected, normalises
counts, keeps the most variable features, and learns their mean and standard deviation on the train
split alone.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError, about

if TYPE_CHECKING:
    from anndata import AnnData

    from vaebio.settings import Prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio prepare`."""
    add = parser.add_argument
    add(
        "matrix",
        metavar="MATRIX",
        help="table of measurements (for instance cells x genes): an .h5ad, .h5mu, .zarr, .loom, "
        ".mtx, .parquet, .csv, .tsv or .txt (text and .mtx also .gz), a folder or .h5 of 10x, or "
        "builtin:pbmc68k, the blood cells that ship with scanpy",
    )
    add(
        "--annotation",
        metavar="FILE",
        default="",
        help="table (.csv, .tsv, .parquet or .h5ad) with one row per cell or sample, its name in "
        "the first column",
    )
    add(
        "--label",
        metavar="COLUMN",
        default="",
        help="column with the known classes (cell type, tissue, diagnosis); only used to divide "
        "the splits evenly and, later, to judge the clusters",
    )
    add("--batch", metavar="COLUMN", default="", help="column with the technical batch")
    add(
        "--kind",
        metavar="KIND",
        default="auto",
        help="what the values are: counts (raw reads or UMIs), continuous (for instance "
        "logarithms), or auto, which takes non-negative whole numbers for counts "
        "(default: %(default)s)",
    )
    add(
        "--orientation",
        metavar="ORIENTATION",
        default="observations_by_features",
        help="observations_by_features when each row is a cell or sample, features_by_observations "
        "when each row is a gene or protein (default: %(default)s)",
    )
    add("--name", metavar="NAME", default="", help="name of the data set (default: from MATRIX)")
    add(
        "--settings",
        metavar="YAML",
        type=Path,
        help="settings file; its section `prepare` counts (default: the defaults)",
    )
    add("--prepared", metavar="OUT.h5ad", type=Path, required=True, help="where the result goes")
    add("--summary", metavar="OUT.json", type=Path, required=True, help="where its facts go")


def run(arguments: argparse.Namespace) -> None:
    """Read, prepare, and write both files whole or neither."""
    from vaebio.data.prepare import prepare
    from vaebio.data.read import read
    from vaebio.data.summary import summary

    _refuse_overwriting(arguments)
    settings = _settings(arguments.settings)
    raw = read(
        arguments.matrix,
        arguments.annotation,
        arguments.orientation,
        layer=settings.layer,
        modality=settings.modality,
        genome=settings.genome,
        kind=arguments.kind,
    )
    with about(arguments.matrix):
        prepared = prepare(
            raw.loaded(),
            label=arguments.label,
            batch=arguments.batch,
            kind=arguments.kind,
            settings=settings,
            name=arguments.name or _name(arguments.matrix),
        )
    facts = summary(prepared, matrix=arguments.matrix, annotation=arguments.annotation)
    _write(prepared, facts, arguments.prepared, arguments.summary)
    _log(facts)


def _settings(path: Path | None) -> "Prepare":
    from vaebio.configuration import read_config
    from vaebio.settings import Prepare

    return read_config(path).prepare if path else Prepare()


def _name(matrix: str) -> str:
    """File name up to its first dot, or the name of the builtin."""
    from vaebio.settings import BUILTIN

    return Path(matrix.removeprefix(BUILTIN)).name.split(".")[0]


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


def _write(prepared: "AnnData", facts: dict, prepared_path: Path, summary_path: Path) -> None:
    from vaebio.files import whole

    with whole(prepared_path) as h5ad, whole(summary_path) as text:
        prepared.write_h5ad(h5ad, compression="gzip")
        text.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _log(facts: dict) -> None:
    lines = [f"Data set {facts['name']}", *facts["steps"]]
    lines += [f"Prepared {facts['observations']:,} observations x {facts['features']:,} features."]
    lines += [f"Warning: {sentence}" for sentence in facts["warnings"]]
    print("\n".join(lines), file=sys.stderr)
