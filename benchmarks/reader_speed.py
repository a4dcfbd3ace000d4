"""Observations per second that training gets from a prepared file, against slices of AnnData.

The file is that of `vaebio prepare` on simulated counts, larger than what a minibatch touches.
All readers give the same dense minibatches in the same random order, in turn in one process. Run
from the root of the repository:

    python -m benchmarks.reader_speed --json benchmarks/results/reader_speed.json
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import anndata
import numpy as np
import torch

from benchmarks import machine, prepare_at_size, record
from vaebio.cli.inputs import inputs_of, read_prepared

MAPPED, MEMORY, BACKED = "vaebio, mapped", "AnnData in memory", "AnnData backed"
CPU = torch.device("cpu")
Reader = Callable[[np.ndarray], torch.Tensor]


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.reader_speed")
    p.add_argument("--observations", type=int, default=200_000)
    p.add_argument("--features", type=int, default=20_000)
    p.add_argument("--keep", type=int, default=2000, help="features of the prepared file")
    p.add_argument("--minibatch", type=int, default=128)
    p.add_argument("--minibatches", type=int, default=100, help="read by every reader in a turn")
    p.add_argument("--turns", type=int, default=5)
    p.add_argument("--cpu", type=int, default=0, help="core to stay on, with one thread")
    p.add_argument("--folder", type=Path, help="for the files, some GB; default: temporary")
    p.add_argument("--json", type=Path, help="file for machine, sizes and figures")
    return p


def main(arguments: list[str]) -> None:
    """Simulate, prepare, read in turn, tell."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        matrix, path = Path(folder, "simulated.h5ad"), Path(folder, "prepared.h5ad")
        prepare_at_size.simulate(matrix, options.observations, options.features, 0.05)
        prepare_at_size.prepared(matrix, Path(folder), options.keep)
        machine.use_one_core(options.cpu)
        size = path.stat().st_size
        speeds = contest(readers(path), options)
    result = {
        **record.head(parser().prog, arguments),
        "file_bytes": size,
        "observations_per_second": {
            name: {"min": min(v), "median": median(v), "max": max(v)} for name, v in speeds.items()
        },
        "mapped_is_faster_by": {
            name: median(a / b for a, b in zip(speeds[MAPPED], v, strict=True))
            for name, v in speeds.items()
            if name != MAPPED
        },
    }
    record.tell_and_keep(result, options.json)


def readers(path: Path) -> dict[str, Reader]:
    """Every way to get the values of some observations before scaling, dense."""
    # Room for nothing: the values stay in the file.
    mapped = inputs_of(read_prepared(path)).placed("scaled", CPU, 0)
    if not mapped.values.mapped:
        raise RuntimeError(f"{path} is not mapped")
    memory, backed = anndata.read_h5ad(path), anndata.read_h5ad(path, backed="r")
    return {
        MAPPED: lambda rows: mapped.values.rows(torch.from_numpy(rows), CPU),
        MEMORY: lambda rows: torch.from_numpy(memory[rows].X.toarray()),
        BACKED: lambda rows: torch.from_numpy(_in_order(backed, rows)),
    }


def _in_order(backed: anndata.AnnData, rows: np.ndarray) -> np.ndarray:
    """An h5py file wants its rows sorted."""
    order = np.argsort(rows)
    values = np.empty((len(rows), backed.n_vars), np.float32)
    values[order] = backed.X[rows[order]].toarray()
    return values


def contest(readers: dict[str, Reader], options: argparse.Namespace) -> dict[str, list[float]]:
    """Observations per second of every reader, turn by turn, on the same rows."""
    random = np.random.default_rng(0)
    found: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(options.turns):
        shape = options.minibatches, options.minibatch
        rows = random.permutation(options.observations)[: shape[0] * shape[1]].reshape(shape)
        sums = {name: _read(read, rows, found[name]) for name, read in readers.items()}
        if len(set(sums.values())) != 1:
            raise RuntimeError(f"the readers give different values: {sums}")
    return found


def _read(read: Reader, rows: np.ndarray, speeds: list[float]) -> float:
    started = time.perf_counter()
    parts = [read(some)[:, ::97].double().sum().item() for some in rows]
    speeds.append(rows.size / (time.perf_counter() - started))
    return round(sum(parts), 3)


if __name__ == "__main__":
    main(sys.argv[1:])
