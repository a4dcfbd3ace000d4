"""Seconds of the measures of integration, beside the Benchmarker of scib-metrics in the same run.

Members are trained on a data set with a batch and a label column; their latents go through both.
Each contestant has a process of its own, begun anew in each turn, so that both pay for loading
and compiling. The Benchmarker is timed with its own search for neighbours; its values are taken a
second time with the exact neighbours that vaebio has. Run from the root of the repository:

    python -m benchmarks.batch_measures DATA.h5ad --label LABEL --batch BATCH --json OUT.json
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks import record, workload

OURS, THEIRS, EXACT = "vaebio", "Benchmarker", "Benchmarker, exact neighbours"
NAMES = {
    "ilisi": "ilisi_knn",
    "kbet": "kbet_per_label",
    "bras": "bras",
    "pcr_comparison": "pcr_comparison",
    "graph_connectivity": "graph_connectivity",
    "clisi": "clisi_knn",
    "isolated_labels": "isolated_labels",
}
"""Measures of vaebio and of scib-metrics."""


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.batch_measures")
    p.add_argument("matrix", help="data set, as vaebio prepare takes it")
    p.add_argument("--label", required=True)
    p.add_argument("--batch", required=True)
    p.add_argument("--latents", type=int, nargs="+", default=[2, 4, 8, 16, 24, 32])
    p.add_argument("--betas", type=float, nargs="+", default=[0.5, 4.0])
    p.add_argument("--epochs", type=int, default=30)
    p.add_argument("--turns", type=int, default=3)
    p.add_argument("--json", type=Path, help="file for machine, seconds and differences")
    p.add_argument("--contestant", choices=list(CONTESTANTS), help=argparse.SUPPRESS)
    return p


def main(arguments: list[str]) -> None:
    """Train, measure in turn, tell."""
    options = parser().parse_args(arguments)
    if options.contestant:
        _contest(options.contestant, Path(options.matrix))
        return
    with tempfile.TemporaryDirectory() as folder:
        latents = Path(folder, "latents.npz")
        members = trained(options, latents)
        turns = [
            {name: _process(name, latents) for name in CONTESTANTS} for _ in range(options.turns)
        ]
    result = {
        **record.head(parser().prog, arguments),
        "scib-metrics": version("scib-metrics"),
        "members": members,
        **figures(turns),
    }
    record.tell_and_keep(result, options.json)


def figures(turns: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Seconds, ratios within a turn, and the largest differences of any member."""
    last = turns[-1]
    return {
        **{clock: spent(turns, clock) for clock in ("seconds", "processor_seconds")},
        "largest_difference": {
            name: differences(last[OURS]["values"], last[name]["values"])
            for name in (THEIRS, EXACT)
        },
        "values": {name: last[name]["values"] for name in CONTESTANTS},
    }


def spent(turns: list[dict[str, dict[str, Any]]], clock: str) -> dict[str, Any]:
    """Of every contestant, and by how much vaebio is faster than the others within a turn."""
    took = {name: [turn[name][clock] for turn in turns] for name in CONTESTANTS}
    return {
        **{name: {"min": min(s), "median": median(s), "max": max(s)} for name, s in took.items()},
        "faster_by": {
            name: median(b / a for a, b in zip(took[OURS], took[name], strict=True))
            for name in (THEIRS, EXACT)
        },
    }


def differences(ours: dict[str, dict], theirs: dict[str, dict]) -> dict[str, float]:
    """Of every measure, over the members."""
    return {
        name: max(abs(ours[member][name] - theirs[member][name]) for member in ours)
        for name in NAMES
    }


def trained(options: argparse.Namespace, path: Path) -> list[str]:
    """Train the members and write their latents with what else both contestants need."""
    from vaebio.model.vae import Architecture, pad
    from vaebio.training.encode import encode, fixed_noise
    from vaebio.training.fit import fit
    from vaebio.training.grid import Member

    data = prepared(options)
    cpu = torch.device("cpu")
    seen, train, validation = (
        data.inputs.take(rows).placed("scaled", cpu, 2**40)
        for rows in (np.ones(len(data.x), dtype=bool), data.rows["train"], data.rows["validation"])
    )
    members = [Member(beta, latent, 0) for latent in options.latents for beta in options.betas]
    architecture = Architecture(data.x.shape[1], (128,), (128,))
    settings = workload.training(
        options.epochs, minibatch=128, learning_rate=1e-3, warmup=options.epochs // 3
    )
    stack = pad(
        architecture,
        [m.parameters for m in fit(members, architecture, train, validation, settings)],
    )
    noise = fixed_noise(torch.zeros(1).long(), len(seen), max(stack.latents), seen.dtype)
    mean = encode(stack, seen, torch.arange(len(seen)), noise.expand(len(members), -1, -1)).mean
    latents = {m.name: mean[i, :, : m.latent].numpy() for i, m in enumerate(members)}
    batch, label = (values.astype(str) for values in (data.batches, data.labels))
    np.savez(path, x=data.x, batch=batch, label=label, **latents)
    return list(latents)


def prepared(options: argparse.Namespace) -> Any:
    """Scaled observations with splits, labels and batches, as `vaebio evaluate` has them."""
    from vaebio.cli.evaluate import observations
    from vaebio.cli.inputs import read_prepared
    from vaebio.cli.main import main as vaebio

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "prepared.h5ad")
        words = ["prepare", options.matrix, "--label", options.label, "--batch", options.batch]
        words += ["--prepared", str(out), "--summary", str(Path(folder, "prepared.json"))]
        if vaebio(words):
            sys.exit(1)
        return observations(read_prepared(out))


def of_vaebio(x: np.ndarray, batch: np.ndarray, label: np.ndarray, latents: dict) -> dict:
    """All measures of all members, with what is computed once for a data set."""
    from vaebio.metrics.integration import integration_rows
    from vaebio.metrics.mixing import share_before

    before = share_before(x, np.unique(batch, return_inverse=True)[1])
    found = {}
    for member, embedding in latents.items():
        rows = integration_rows(embedding, batch, label, "all", before=before, clusters=[])
        found[member] = {row.measure: row.value for row in rows if row.measure in NAMES}
    return found


def of_benchmarker(
    x: np.ndarray, batch: np.ndarray, label: np.ndarray, latents: dict, *, exact: bool = False
) -> dict:
    """The same by scib-metrics, without its measures of clusters, which vaebio has elsewhere."""
    import pandas as pd
    from anndata import AnnData
    from scib_metrics.benchmark import Benchmarker, BioConservation

    obs = pd.DataFrame({"batch": batch, "label": label}, index=np.arange(len(x)).astype(str))
    # On loading it prepares to print to the terminal, as does its progress.
    logging.getLogger("scib_metrics").setLevel(logging.ERROR)
    clusters = {"nmi_ari_cluster_labels_kmeans": False, "silhouette_label": False}
    benchmarker = Benchmarker(
        AnnData(x, obs=obs, obsm=dict(latents)),
        "batch",
        "label",
        list(latents),
        bio_conservation_metrics=BioConservation(**clusters),
        progress_bar=False,
    )
    benchmarker.prepare(_exact_neighbours() if exact else None)
    benchmarker.benchmark()
    table = benchmarker.get_results(clean_names=False)
    return {
        member: {ours: float(table.loc[member, theirs]) for ours, theirs in NAMES.items()}
        for member in latents
    }


def _exact_neighbours() -> Callable:
    """What finds the neighbours of vaebio for scib-metrics."""
    from scib_metrics.nearest_neighbors import NeighborsResults

    from vaebio.metrics.neighbours import nearest

    def found(x: np.ndarray, k: int) -> NeighborsResults:
        near, itself = nearest(x, k - 1), np.arange(len(x))[:, None]
        return NeighborsResults(
            np.hstack([itself, near.indices]),
            np.hstack([np.zeros(itself.shape), near.distances]),
        )

    return found


def of_exact_benchmarker(*given: Any) -> dict:
    """Its values on exact neighbours."""
    return of_benchmarker(*given, exact=True)


CONTESTANTS: dict[str, Callable] = {
    OURS: of_vaebio,
    THEIRS: of_benchmarker,
    EXACT: of_exact_benchmarker,
}


def _contest(name: str, path: Path) -> None:
    """In a process of its own: print seconds and values."""
    stored = dict(np.load(path))
    given = [stored.pop(key) for key in ("x", "batch", "label")]
    warnings.simplefilter("ignore")
    wall, processor = time.perf_counter(), time.process_time()
    values = CONTESTANTS[name](*given, stored)
    took = {
        "seconds": time.perf_counter() - wall,
        "processor_seconds": time.process_time() - processor,
    }
    print(json.dumps({**took, "values": values}))


def _process(name: str, path: Path) -> dict[str, Any]:
    given = ["--label", "", "--batch", "", "--contestant", name]
    command = [sys.executable, "-m", "benchmarks.batch_measures", str(path), *given]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(sys.argv[1:])
