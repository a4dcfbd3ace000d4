"""Seconds of `vaebio evaluate` for a whole grid: every member and baseline through all measures.

Counts of ten populations are simulated, prepared, and a grid of short trainings made of them, each
by the commands a user types; then `vaebio evaluate` runs as a process of its own and is timed: the
start of Python and its workers, PCA, NMF, controls, intervals and files included. Run from the root
of the repository, on idle cores:

    python -m benchmarks.whole_evaluation --json benchmarks/results/whole_evaluation.json
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from anndata import AnnData
from scipy import sparse

from benchmarks import record

LABELS = 10
MADE = ("metrics", "units", "classes", "features", "strata")


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.whole_evaluation")
    p.add_argument("--observations", type=int, default=3800)
    p.add_argument("--features", type=int, default=2000)
    p.add_argument("--betas", type=float, nargs="+", default=[0.1, 0.3, 1.0, 3.0, 10.0])
    p.add_argument("--latents", type=int, nargs="+", default=[2, 8, 16, 32])
    p.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    p.add_argument("--epochs", type=int, default=10, help="of the training, which is not timed")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--json", type=Path, help="file for machine, sizes and figures")
    return p


def main(arguments: list[str]) -> None:
    """Make a grid, evaluate it, tell."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        trained(at, options)
        figures = evaluated(at, options.threads)
    result = {
        **record.head("python -m benchmarks.whole_evaluation", arguments),
        "observations": options.observations,
        "features": options.features,
        "threads": options.threads,
        **figures,
    }
    record.tell_and_keep(result, options.json)


def trained(folder: Path, options: argparse.Namespace) -> None:
    """A trained grid on simulated counts, in a folder."""
    simulated(options.observations, options.features).write_h5ad(folder / "counts.h5ad")
    settings = {
        "prepare": {"features": options.features},
        "grid": {name: getattr(options, name) for name in ("betas", "latents", "seeds")},
        "train": {"epochs": options.epochs, "warmup": options.epochs // 2},
    }
    (folder / "settings.yaml").write_text(yaml.safe_dump(settings))
    said = ["--settings", "settings.yaml"]
    made = ["--prepared", "prepared.h5ad", "--summary", "prepared.json"]
    vaebio(folder, "prepare", "counts.h5ad", "--label", "label", *said, *made)
    stack = ["--store", "store", "--members", "stack.tsv", "--audit", "stack.audit.tsv"]
    vaebio(folder, "train", "prepared.h5ad", *said, "--stack", "1", "--stacks", "1", *stack)
    tables = ["--members", "members.tsv", "--history", "history.tsv", "--models", "models"]
    audit = ["--audit", "stack.audit.tsv", "audit.tsv"]
    vaebio(folder, "collect", "stack.tsv", "--store", "store", *tables, *audit)


def simulated(n: int, features: int) -> AnnData:
    """Counts of ten populations, of which a tenth of the features tells each apart."""
    random = np.random.default_rng(0)
    mean = random.lognormal(0, 1.5, features)
    differs = random.random((LABELS, features)) < 0.1
    shares = mean * np.exp(differs * random.normal(0, 1, (LABELS, features)))
    shares /= shares.sum(axis=1, keepdims=True)
    label = random.integers(LABELS, size=n)
    depth = random.lognormal(np.log(2 * features), 0.4, (n, 1))
    counts = random.poisson(depth * shares[label]).astype(np.float32)
    names = pd.Index([f"gene{i}" for i in range(features)])
    cells = pd.DataFrame(
        {"label": [f"population {i}" for i in label]}, index=[f"cell{i}" for i in range(n)]
    )
    return AnnData(sparse.csr_matrix(counts), obs=cells, var=pd.DataFrame(index=names))


def evaluated(folder: Path, threads: int) -> dict[str, Any]:
    """Figures of `vaebio evaluate`, run as a process."""
    words = ["--settings", "settings.yaml", "--members", "members.tsv", "--models", "models"]
    for name in MADE:
        words += [f"--{name}", f"{name}.tsv"]
    words += ["--embeddings", "embeddings.h5ad", "--threads", str(threads)]
    before, started = _processor_seconds(), time.monotonic()
    vaebio(folder, "evaluate", "prepared.h5ad", *words)
    seconds, used = time.monotonic() - started, _processor_seconds() - before
    metrics = pd.read_csv(folder / "metrics.tsv", sep="\t", keep_default_na=False)
    return {
        "members": len(pd.read_csv(folder / "members.tsv", sep="\t")),
        "measured": metrics["member"].nunique(),
        "values": int((metrics["value"] != "").sum()),
        "seconds": seconds,
        "processor_seconds": used,
    }


def vaebio(folder: Path, *words: str) -> None:
    """Run a verb in a folder; its log only where it fails."""
    own = {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), _path()]))}
    command = [sys.executable, "-m", "vaebio.cli.main", *words]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)


def _path() -> str:
    return os.environ.get("PYTHONPATH", "")


def _processor_seconds() -> float:
    """Of all processes that have been waited for, their workers included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
