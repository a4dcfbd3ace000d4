"""Where `vaebio diagnose` reads and writes: as told, else where a run of the workflow has it.

A mistake in any of these paths is refused before anything is trained.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from vaebio.errors import VaebioError

PREPARED = "prepared.h5ad"
FOLDER = "diagnosed"
"""Folder for the tables, in the folder of results, where none is named."""

READ = {
    "models": ("models", "folder of models"),
    "members": ("members.tsv", "table of members"),
    "history": ("history.tsv", "table of epochs"),
    "metrics": ("metrics.tsv", "table of measures"),
    "store": ("store", "folder that keeps trained members and probes by key"),
    "settings": ("settings.yaml", "YAML with the keys train (for the device) and diagnose"),
}
WRITTEN = {
    "symptoms": ("symptoms.tsv", "what the histories of all members show"),
    "probes": ("probes.tsv", "the members with single settings changed, and their errors"),
    "verdicts": ("verdicts.tsv", "every cause, supported or not, with its share of the error"),
    "budget": ("budget.tsv", "where the error goes, in parts that sum"),
    "prescription": ("prescription.yaml", "the settings to set"),
    "follow-up": ("follow_up.tsv", "what was predicted, and what fresh seeds reached"),
}
OPTIONAL = {
    "probe-measures": ("probe_measures.tsv", "what else was measured of the probes (optional)"),
    "diagnoses": ("diagnoses.tsv", "what was diagnosed, each in sentences (optional)"),
}
CHOICES = "choices.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The paths."""
    parser.add_argument(
        "prepared",
        type=Path,
        nargs="?",
        metavar="RESULTS",
        help="folder of results of one data set, for instance results/mine: all paths below are "
        "then known; or its prepared.h5ad, with all of them given",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help=f"folder for the tables that are written (default: {FOLDER} in RESULTS)",
    )
    read = parser.add_argument_group("what is read (default: from RESULTS)")
    for name, (_, what) in READ.items():
        read.add_argument(f"--{name}", type=Path, metavar="PATH", help=what)
    read.add_argument("--choices", type=Path, metavar="PATH", help="chosen members (optional)")
    written = parser.add_argument_group("what is written (default: into --out)")
    for name, (_, what) in (WRITTEN | OPTIONAL).items():
        written.add_argument(f"--{name}", type=Path, metavar="PATH", help=what)


def complete(arguments: argparse.Namespace) -> None:
    """Put in what is not given, then refuse what is missing or cannot be written."""
    _refuse_absent(arguments.prepared)
    if arguments.prepared is not None and arguments.prepared.is_dir():
        _from_folder(arguments, arguments.prepared)
    elif arguments.out is not None:
        _fill(arguments, WRITTEN | OPTIONAL, arguments.out)
    _refuse_missing(arguments)
    _refuse_unwritable(arguments)


def written(arguments: argparse.Namespace) -> dict[str, Path]:
    """Where each table goes, by option."""
    found = {name: getattr(arguments, _key(name)) for name in WRITTEN | OPTIONAL}
    return {name: path for name, path in found.items() if path is not None}


def _refuse_absent(prepared: Path | None) -> None:
    if prepared is None or prepared.exists():
        return
    beside = sorted(p.parent for p in prepared.parent.glob(f"*/{PREPARED}"))
    raise VaebioError(
        found=f"there is no {prepared}",
        expected="the folder of results of one data set, or its prepared.h5ad",
        hint=_one_of(beside),
    )


def _one_of(folders: list[Path]) -> str:
    if not folders:
        return "run the workflow first: `snakemake --cores all`"
    return f"give one of {', '.join(map(str, folders[:5]))}"


def _from_folder(arguments: argparse.Namespace, folder: Path) -> None:
    if not (folder / PREPARED).is_file():
        raise VaebioError(
            found=f"no {PREPARED} in {folder}",
            expected="the folder of results of one data set",
            hint=_one_of(sorted(p.parent for p in folder.glob(f"*/{PREPARED}"))),
        )
    arguments.prepared = folder / PREPARED
    _fill(arguments, READ, folder)
    if arguments.choices is None and (folder / CHOICES).is_file():
        arguments.choices = folder / CHOICES
    _fill(arguments, WRITTEN | OPTIONAL, arguments.out or folder / FOLDER)


def _fill(arguments: argparse.Namespace, places: dict[str, tuple[str, str]], folder: Path) -> None:
    for name, (file, _) in places.items():
        if getattr(arguments, _key(name)) is None:
            setattr(arguments, _key(name), folder / file)


def _refuse_missing(arguments: argparse.Namespace) -> None:
    needed = ["prepared", *READ, *WRITTEN]
    missing = [name for name in needed if getattr(arguments, _key(name)) is None]
    if missing:
        word = "RESULTS" if missing[0] == "prepared" else f"--{missing[0]}"
        raise VaebioError(
            found=f"no {word}, given to `vaebio diagnose`",
            expected="a folder of results, or a prepared.h5ad with all its tables, or --history "
            "alone",
            hint="for instance `vaebio diagnose results/mine --member k16-b1`, the folder first; "
            "all options: `vaebio diagnose --help`",
        )


def _refuse_unwritable(arguments: argparse.Namespace) -> None:
    """Refuse before hours of training what would fail after them."""
    taken = {arguments.prepared.resolve(): "prepared.h5ad"}
    for name in (*READ, "choices"):
        if path := getattr(arguments, name):
            taken[path.resolve()] = f"--{name}"
    for name, path in written(arguments).items():
        if path.resolve() in taken:
            raise VaebioError(
                found=f"{path} as --{name} and as {taken[path.resolve()]}",
                expected="a file of its own for each table",
                hint="give --out FOLDER instead of the single paths",
            )
        taken[path.resolve()] = f"--{name}"
        if reason := next(_against(path, folder=False), ""):
            raise _unwritable(f"--{name}", path, reason)
    if reason := next(_against(arguments.store, folder=True), ""):
        raise _unwritable("--store", arguments.store, reason)


def _against(path: Path, *, folder: bool) -> Iterator[str]:
    """Why a file, or files in a folder, cannot be written."""
    if path.exists() and path.is_dir() != folder:
        yield "a file" if folder else "a folder"
    over = path if folder else path.parent
    there = next(one for one in (over, *over.absolute().parents) if one.exists())
    if not there.is_dir():
        yield f"below {there}, which is a file"
    elif not os.access(there, os.W_OK | os.X_OK):
        yield f"below {there}, which may not be written"


def _unwritable(option: str, path: Path, reason: str) -> VaebioError:
    return VaebioError(
        found=f"{path}, given as {option}, is {reason}",
        expected="a place that can be written",
        hint="check the path and its permissions",
    )


def _key(name: str) -> str:
    return name.replace("-", "_")
