"""Gather the trained stacks of a data set: one table of members, one history, one model each."""

import argparse
import csv
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from vaebio.errors import VaebioError
from vaebio.terms import COLUMNS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio collect`."""
    parser.add_argument(
        "stacks", type=Path, nargs="+", help="the tables of members `vaebio train` wrote"
    )
    parser.add_argument("--store", type=Path, required=True, help="folder of trained members")
    parser.add_argument("--members", type=Path, required=True, help="table of members to write")
    parser.add_argument("--history", type=Path, required=True, help="table of epochs to write")
    parser.add_argument("--models", type=Path, required=True, help="folder of models to write")
    parser.add_argument(
        "--audit",
        type=Path,
        nargs=2,
        metavar=("FROM", "TO"),
        help="a table that `train --audit` wrote (of any stack: it is that of the whole grid), and "
        "where to put it (optional)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the tables and the folder of models."""
    from vaebio.files import whole
    from vaebio.training.store import HISTORY

    rows = sorted((r for path in arguments.stacks for r in _members(path)), key=_grid_order)
    with whole(arguments.members) as temporary:
        _write(temporary, COLUMNS["members.tsv"], rows)
    with whole(arguments.history) as temporary:
        # The name is that of today's grid: the store may know the member by another.
        epochs = (
            epoch | {"member": row["member"]}
            for row in rows
            for epoch in _rows(arguments.store / row["key"] / HISTORY)
        )
        _write(temporary, COLUMNS["history.tsv"], epochs)
    if arguments.audit:
        with whole(arguments.audit[1]) as temporary:
            shutil.copyfile(arguments.audit[0], temporary)
    with whole(arguments.models) as temporary:
        for row in rows:
            _link(arguments.store / row["key"], temporary / row["member"])


def _grid_order(row: dict[str, str]) -> tuple[str, int, float, int]:
    """The first variant, which has no word before its names, then the others by theirs."""
    latent = f"k{row['latent']}-"
    variant = row["member"].rpartition(latent)[0]
    return variant, int(row["latent"]), float(row["beta"]), int(row["seed"])


def _members(path: Path) -> list[dict[str, str]]:
    rows = _rows(path)
    missing = [c for c in COLUMNS["members.tsv"] if not rows or c not in rows[0]]
    if missing:
        raise VaebioError(
            found=f"no row with `{missing[0]}` in {path}",
            expected=f"columns {', '.join(COLUMNS['members.tsv'])}, separated by tabs",
            hint="name a table that `vaebio train` wrote, or write it again",
        )
    return rows


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _link(source: Path, target: Path) -> None:
    """The model under the member's name: the same files where the disk allows, else a copy."""
    target.mkdir(parents=True)
    for file in source.iterdir():
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)
