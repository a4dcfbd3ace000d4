"""Choose members from what was measured, and compare betas and seeds.

The member with the best reconstruction, the one with the best clusters, the knee of the frontier
and a recommended one, each with its rule; paired differences between betas; rank correlations of
reconstruction and downstream measures; agreement of latents and clusters between seeds.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.cli.evaluate import ERRORS
from vaebio.cli.settings import settings_of
from vaebio.errors import VaebioError
from vaebio.terms import ALL, COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData
    from numpy.typing import NDArray

    from vaebio.choosing.grid import Grid
    from vaebio.choosing.stability import Clustered
    from vaebio.settings import Choose, Evaluate

TABLES = ("choices", "differences", "correlations", "stability")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio choose`."""
    parser.add_argument("--members", type=Path, required=True, help="table of members")
    parser.add_argument("--metrics", type=Path, required=True, help="table of measures")
    parser.add_argument("--embeddings", type=Path, required=True, help="h5ad of latents")
    parser.add_argument("--prepared-summary", type=Path, required=True, help="prepared.json")
    parser.add_argument("--settings", type=Path, required=True, help="YAML with the key evaluate")
    for table in TABLES:
        parser.add_argument(f"--{table}", type=Path, required=True, help=f"{table}.tsv to write")


def run(arguments: argparse.Namespace) -> None:
    """Write the four tables."""
    from vaebio.choosing.grid import without_autoencoders
    from vaebio.report.read import read_prepared, read_table

    members = read_table(arguments.members, "members.tsv")
    metrics = read_table(arguments.metrics, "metrics.tsv")
    _check(members, metrics, arguments)
    summary = read_prepared(arguments.prepared_summary)
    settings = settings_of(arguments.settings, summary["name"]).evaluate
    names = list(without_autoencoders(members)["member"])
    embeddings = _embeddings(arguments.embeddings, summary["label"], names)
    for name, table in _tables(members, metrics, embeddings, summary["label"], settings).items():
        _write(getattr(arguments, name), name, table)


def _tables(
    members: "pd.DataFrame",
    metrics: "pd.DataFrame",
    embeddings: "AnnData",
    label: str,
    settings: "Evaluate",
) -> "dict[str, pd.DataFrame]":
    from vaebio.choosing.choices import choices
    from vaebio.choosing.correlations import correlations
    from vaebio.choosing.differences import differences
    from vaebio.choosing.grid import Grid

    own = settings.choose
    validation = (embeddings.obs["split"] == "validation").to_numpy()
    grid = Grid.of(members, metrics, embeddings.obsm[ERRORS][validation])
    stable = _stability(grid, embeddings, label, settings)
    return {
        "choices": choices(grid, metrics, stable, own.clustering, own.standard_errors),
        "differences": differences(grid, _reference(grid, own)),
        "correlations": correlations(grid, own.draws, settings.seed),
        "stability": stable,
    }


def _check(members: "pd.DataFrame", metrics: "pd.DataFrame", arguments: argparse.Namespace) -> None:
    """Refuse tables in which something stands twice, or that do not tell of the same members."""
    for table, path, keys in (
        (members, arguments.members, ["member"]),
        (metrics, arguments.metrics, ["member", "split", "measure"]),
    ):
        repeated = table.loc[table.duplicated(keys), keys]
        if table.empty or len(repeated):
            what = " ".join(repeated.iloc[0]) + " twice" if len(repeated) else "no row"
            raise VaebioError(
                found=f"{what} in {path}",
                expected=f"one row for each {', '.join(keys)}",
                hint="write it again by the step that makes it",
            )
    measured = set(metrics["member"])
    missing = [name for name in members["member"] if name not in measured]
    if missing:
        raise VaebioError(
            found=f"no measure of {missing[0]} in {arguments.metrics}",
            expected=f"measures of every member of {arguments.members}",
            hint="write it again with `vaebio evaluate`",
        )


def _embeddings(path: Path, label: str, members: list[str]) -> "AnnData":
    """Latents and errors of every member, and the label."""
    from anndata import read_h5ad

    try:
        found = read_h5ad(path)
    except (OSError, KeyError) as error:
        raise _unread(path, f"it cannot be read: {error}") from None
    wanted = {"obs": ["split", label] if label else ["split"]}
    wanted["obsm"] = [ERRORS, *(f"X_vaebio_{name}" for name in members)]
    for place, keys in wanted.items():
        missing = [key for key in keys if key not in getattr(found, place)]
        if missing:
            raise _unread(path, f"no {place}[{missing[0]!r}]")
    missing = [name for name in members if name not in found.obsm[ERRORS]]
    if missing:
        raise _unread(path, f"no errors of {missing[0]}")
    return found


def _unread(path: Path, what: str) -> VaebioError:
    return VaebioError(
        found=f"{path}: {what}",
        expected="the latents and errors that `vaebio evaluate` writes",
        hint="write it again with `vaebio evaluate`",
    )


def _stability(
    grid: "Grid", embeddings: "AnnData", label: str, settings: "Evaluate"
) -> "pd.DataFrame":
    """On all observations and on test, a part of them where there are too many."""
    import numpy as np

    from vaebio.choosing.clusters import some
    from vaebio.choosing.stability import stability

    split = embeddings.obs["split"].to_numpy()
    rows = {ALL: np.arange(len(split)), "test": np.flatnonzero(split == "test")}
    most = settings.choose.observations
    rows = {name: some(own, most, settings.seed) for name, own in rows.items()}
    latents = {name: embeddings.obsm[f"X_vaebio_{name}"] for name in grid.members.index}
    labels = embeddings.obs[label].astype(str).nunique() if label else 0
    return stability(grid, latents, rows, _clustered(labels, settings))


def _clustered(labels: int, settings: "Evaluate") -> "Clustered":
    from vaebio.choosing.clusters import by_labels, by_neighbours

    def clustered(latents: "NDArray") -> "NDArray | str":
        if labels:
            return by_labels(latents, labels, settings.seed)
        return by_neighbours(
            latents, settings.neighbours, settings.choose.resolution, settings.seed
        )

    return clustered


def _reference(grid: "Grid", settings: "Choose") -> float | None:
    """The beta of the settings where the grid has it, else that of the recommended combination."""
    from vaebio.choosing.recommended import simplest

    if settings.reference_beta in set(grid.members["beta"]):
        return settings.reference_beta
    found = simplest(grid, settings.standard_errors)
    return float(grid.traits(found.combination)["beta"]) if found else None


def _write(path: Path, name: str, table: "pd.DataFrame") -> None:
    from vaebio.files import whole

    with whole(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, columns=list(COLUMNS[f"{name}.tsv"]))
