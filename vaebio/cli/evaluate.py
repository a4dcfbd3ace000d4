"""Measure every member and baseline on train, validation and test.

Reconstruction error, rate and active units of the members; clusters of the latents, their
stability and their agreement with the labels; how well the labels of test are told from the
latents. The train mean, PCA, NMF and, if wanted, scVI on the same split, and the labels and noise
as controls.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaebio.cli.settings import settings_of
from vaebio.terms import COLUMNS, SPLITS

if TYPE_CHECKING:
    from anndata import AnnData
    from numpy.typing import NDArray

    from vaebio.evaluation.classes import Told
    from vaebio.evaluation.measured import Measured
    from vaebio.evaluation.observations import Observations
    from vaebio.settings import Evaluate

Rows = Iterable[tuple[str, Any]]
"""Rows of a table, each with the name of the member or baseline before it."""

ERRORS = "mse"
"""Where embeddings.h5ad has the squared error per feature of each observation, by member."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio evaluate`."""
    parser.add_argument("prepared", type=Path, help="prepared.h5ad of the data set")
    parser.add_argument("--models", type=Path, required=True, help="folder of models to measure")
    parser.add_argument("--members", type=Path, required=True, help="table of members, in order")
    parser.add_argument("--settings", type=Path, required=True, help="YAML with the key evaluate")
    parser.add_argument("--metrics", type=Path, required=True, help="table of measures to write")
    parser.add_argument("--units", type=Path, required=True, help="table of latent units to write")
    parser.add_argument(
        "--classes", type=Path, required=True, help="table of labels as classifiers tell them"
    )
    parser.add_argument("--features", type=Path, required=True, help="table of features to write")
    parser.add_argument("--strata", type=Path, required=True, help="table of strata to write")
    parser.add_argument("--embeddings", type=Path, required=True, help="h5ad of latents to write")
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="embeddings to measure at a time"
    )


def run(arguments: argparse.Namespace) -> None:
    """Measure, then write the tables and the embeddings."""
    from vaebio.cli.inputs import read_prepared
    from vaebio.cli.progress import Progress
    from vaebio.evaluation.everything import Grid, measure_everything
    from vaebio.evaluation.installed import check_installed
    from vaebio.files import whole
    from vaebio.report.read import read_table

    members = read_table(arguments.members, "members.tsv")
    adata = read_prepared(arguments.prepared)
    settings = settings_of(arguments.settings, str(adata.uns["vaebio"]["name"])).evaluate
    if settings.scvi:
        check_installed()
    data = observations(adata)
    grid = Grid(
        *(sorted(members[c].astype(int).unique().tolist()) for c in ("latent", "seed")),
        [arguments.models / name for name in members["member"]],
    )
    bar = Progress("measuring", grid.size(settings), "embedding")
    found = []
    for one in measure_everything(data, grid, settings, arguments.threads):
        found.append(one)
        bar.step(one.name)
    bar.close()
    for one in filter(lambda one: one.note, found):
        print(one.note, file=sys.stderr)
    features, strata = _by_feature(adata, data, found, settings)
    _write(arguments.features, "features.tsv", ((name, vars(row)) for name, row in features))
    _write(arguments.strata, "strata.tsv", ((name, vars(row)) for name, row in strata))
    found = _with_floor(adata, data, found)
    versions = _versions(data)
    _write(
        arguments.metrics, "metrics.tsv", ((m.name, vars(row)) for m in found for row in m.metrics)
    )
    _write(arguments.units, "units.tsv", ((m.name, vars(u)) for m in found for u in m.units))
    _write(arguments.classes, "classes.tsv", ((m.name, _told(t)) for m in found for t in m.classes))
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


def _by_feature(
    adata: "AnnData", data: "Observations", found: "Sequence[Measured]", settings: "Evaluate"
) -> "tuple[Rows, Rows]":
    """Rows of the tables of features and of strata; what has no room in the former is said."""
    from vaebio.evaluation.features import feature_rows, fitting
    from vaebio.evaluation.strata import stratum_rows

    there = fitting(data, found, settings.feature_rows)
    divided = [one for one in found if one.divided is not None]
    if len(there) < len(divided):
        print(
            f"features.tsv holds {len(there)} of {len(divided)} members and baselines, those with "
            f"the lowest MSE on validation: all would be {len(divided) * adata.n_vars:,} rows, and "
            f"evaluate.feature_rows is {settings.feature_rows:,}.",
            file=sys.stderr,
        )
    features = feature_rows(data, found, adata.var_names, settings)
    return features, stratum_rows(data, found, settings, *_kind_and_total(adata))


def _kind_and_total(adata: "AnnData") -> "tuple[str, NDArray | None]":
    total = adata.obs["total"].to_numpy(float) if "counts" in adata.layers else None
    return str(adata.uns["vaebio"]["kind"]), total


def _with_floor(
    adata: "AnnData", data: "Observations", found: "Sequence[Measured]"
) -> "list[Measured]":
    """The explained fractions and the noise floor, and how that was estimated in the log."""
    from vaebio.evaluation.floor import noise_floor, with_floor

    floor = noise_floor(data, *_kind_and_total(adata))
    print(f"Noise floor: {floor.method}.", file=sys.stderr)
    return with_floor(data, found, floor)


def _told(told: "Told") -> dict[str, Any]:
    return {"classifier": told.classifier, "class": told.found.label, **vars(told.found)}


def _write(path: Path, table: str, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
    import pandas as pd

    from vaebio.files import whole

    cells = [{"member": name, **row} for name, row in rows]
    frame = pd.DataFrame(cells, columns=list(COLUMNS[table]))
    with whole(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False)


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
    """The observations' annotation with all latents and errors, and no matrix.

    `uns["vaebio"]["versions"]` says by which versions of other packages they were measured.
    """
    import pandas as pd
    from anndata import AnnData

    baselines = [m for m in found if m.name.startswith("pca-") and m.embedding is not None]
    obsm = {"X_pca": baselines[-1].embedding} if baselines else {}
    obsm |= {f"X_vaebio_{m.name}": m.embedding for m in found if m.units}
    errors = {m.name: m.errors for m in found if m.units}
    obsm[ERRORS] = pd.DataFrame(errors, index=adata.obs_names)
    return AnnData(obs=adata.obs, obsm=obsm, uns={"vaebio": {"versions": versions}})
