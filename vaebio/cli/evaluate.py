"""Measure every member and baseline on train, validation and test.

Reconstruction error, rate and active units of the members; agreement of clusters of the latents
with the labels; the train mean and PCA on the same split.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaebio.cli.settings import settings_of
from vaebio.terms import COLUMNS, SPLITS

if TYPE_CHECKING:
    from anndata import AnnData
    from numpy.typing import NDArray

    from vaebio.evaluation.measured import Measured
    from vaebio.evaluation.observations import Observations
    from vaebio.settings import Evaluate

MEMBERS_AT_ONCE = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio evaluate`."""
    parser.add_argument("prepared", type=Path, help="prepared.h5ad of the data set")
    parser.add_argument("--models", type=Path, required=True, help="folder of models to measure")
    parser.add_argument("--members", type=Path, required=True, help="table of members, in order")
    parser.add_argument("--settings", type=Path, required=True, help="YAML with the key evaluate")
    parser.add_argument("--metrics", type=Path, required=True, help="table of measures to write")
    parser.add_argument("--units", type=Path, required=True, help="table of latent units to write")
    parser.add_argument("--embeddings", type=Path, required=True, help="h5ad of latents to write")


def run(arguments: argparse.Namespace) -> None:
    """Measure, then write the two tables and the embeddings."""
    from vaebio.cli.inputs import read_prepared
    from vaebio.cli.progress import Progress
    from vaebio.evaluation.baselines import measure_baselines
    from vaebio.files import whole
    from vaebio.report.read import read_table

    members = read_table(arguments.members, "members.tsv")
    adata = read_prepared(arguments.prepared)
    settings = settings_of(arguments.settings, str(adata.uns["vaebio"]["name"])).evaluate
    data = observations(adata)
    latents = sorted(members["latent"].astype(int).unique().tolist())
    folders = [arguments.models / name for name in members["member"]]
    bar = Progress("measuring", 1 + len(latents) + len(folders), "embedding")
    found = []
    for one in chain(measure_baselines(data, latents, settings), _members(data, folders, settings)):
        found.append(one)
        bar.step(one.name)
    bar.close()
    found = _with_floor(adata, data, found)
    versions = _versions(data)
    _write(arguments.metrics, "metrics.tsv", ((m.name, row) for m in found for row in m.metrics))
    _write(arguments.units, "units.tsv", ((m.name, unit) for m in found for unit in m.units))
    with whole(arguments.embeddings) as temporary:
        _embeddings(adata, found, versions).write_h5ad(temporary, compression="gzip")


def observations(adata: "AnnData") -> "Observations":
    """Scaled observations of a prepared data set, with their splits and labels."""
    from vaebio.cli.inputs import inputs_of
    from vaebio.data.constants import Preparation
    from vaebio.data.scaling import scaled
    from vaebio.evaluation.observations import Observations

    constants = Preparation.of(adata)
    label, batch = (adata.uns["vaebio"][role] for role in ("label", "batch"))
    return Observations(
        x=scaled(adata.X, constants.mean, constants.scale, constants.clip),
        rows={split: (adata.obs["split"] == split).to_numpy() for split in SPLITS},
        labels=adata.obs[label].astype(str).to_numpy() if label else None,
        inputs=inputs_of(adata),
        observed=_observed(adata),
        batches=adata.obs[batch].astype(str).to_numpy() if batch else None,
    )


def _observed(adata: "AnnData") -> "NDArray | None":
    """Which values were measured; None where none was filled in."""
    if "imputed" not in adata.layers:
        return None
    imputed = adata.layers["imputed"]
    return (imputed.toarray() if hasattr(imputed, "toarray") else imputed) == 0


def _members(
    data: "Observations", folders: Sequence[Path], settings: "Evaluate"
) -> "Iterator[Measured]":
    from vaebio.evaluation.members import measure_members
    from vaebio.training.store import load

    stored = (load(folder) for folder in folders)
    for _, alike in groupby(stored, key=lambda one: one.architecture):
        while some := list(islice(alike, MEMBERS_AT_ONCE)):
            yield from measure_members(data, some, settings)


def _with_floor(
    adata: "AnnData", data: "Observations", found: "Sequence[Measured]"
) -> "list[Measured]":
    """The explained fractions and the noise floor, and how that was estimated in the log."""
    from vaebio.evaluation.floor import noise_floor, with_floor

    total = adata.obs["total"].to_numpy(float) if "counts" in adata.layers else None
    floor = noise_floor(data, str(adata.uns["vaebio"]["kind"]), total)
    print(f"Noise floor: {floor.method}.", file=sys.stderr)
    return with_floor(data, found, floor)


def _write(path: Path, table: str, rows: Iterable[tuple[str, Any]]) -> None:
    import pandas as pd

    from vaebio.files import whole

    frame = pd.DataFrame([{"member": name, **vars(row)} for name, row in rows])
    with whole(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False, columns=list(COLUMNS[table]))


def _versions(data: "Observations") -> dict[str, str]:
    """Version of what the mixing of batches is measured by, if there are some; said in the log."""
    if data.batches is None:
        return {}
    from vaebio.metrics.scib import scib_version

    print(f"Mixing of batches: measured as scib-metrics {scib_version()} has it.", file=sys.stderr)
    return {"scib-metrics": scib_version()}


def _embeddings(
    adata: "AnnData", found: "Sequence[Measured]", versions: dict[str, str]
) -> "AnnData":
    """The observations' annotation with all latents and no matrix.

    `uns["vaebio"]["versions"]` says by which versions of other packages they were measured.
    """
    from anndata import AnnData

    baselines = [m for m in found if m.name.startswith("pca-") and m.embedding is not None]
    obsm = {"X_pca": baselines[-1].embedding} if baselines else {}
    obsm |= {f"X_vaebio_{m.name}": m.embedding for m in found if m.units}
    return AnnData(obs=adata.obs, obsm=obsm, uns={"vaebio": {"versions": versions}})
