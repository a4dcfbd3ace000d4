"""Seconds, memory and bytes read of `vaebio prepare` on simulated counts of any size.

Counts are drawn and written in parts, so that the size is limited by the disk alone; then
`vaebio prepare` runs as a process of its own. Run from the root of the repository:

    python -m benchmarks.prepare_at_size --json benchmarks/results/prepare_at_size.json
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from anndata.io import write_elem
from scipy import sparse

from benchmarks import record

PROGRAMS = 20
"""Kinds of observations; each has its own shares of the features (a matrix of this rank)."""

TABLE = 2**20  # places from which a feature is drawn
ROWS = 4096  # observations drawn at a time


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.prepare_at_size")
    p.add_argument("--observations", type=int, default=1_000_000)
    p.add_argument("--features", type=int, default=20_000)
    p.add_argument("--density", type=float, default=0.05, help="share of counts above 0")
    p.add_argument("--keep", type=int, default=2000, help="features of the result")
    p.add_argument("--folder", type=Path, help="for the files, some GB; default: temporary")
    p.add_argument("--json", type=Path, help="file for machine, sizes and figures")
    return p


def main(arguments: list[str]) -> None:
    """Simulate, prepare, tell."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        matrix = Path(folder, "simulated.h5ad")
        simulated = simulate(matrix, options.observations, options.features, options.density)
        figures = prepared(matrix, Path(folder), options.keep)
    result = {
        **record.head("python -m benchmarks.prepare_at_size", arguments),
        "simulated": simulated,
        "figures": figures,
    }
    record.tell_and_keep(result, options.json)


def simulate(path: Path, n: int, features: int, density: float) -> dict[str, float]:
    """Write counts as an uncompressed h5ad in CSR; its sizes."""
    random = np.random.default_rng(0)
    shares = _shares(random, features)
    depth = _depth(shares.mean(axis=0), density)
    tables = np.stack([_table(row) for row in shares])
    with h5py.File(path, "w") as file:
        group = _opened(file, n, features)
        ends = [np.zeros(1, np.int64)]
        for rows in _parts(n):
            counts = _drawn(random, rows, tables, depth, features)
            ends.append(ends[-1][-1] + counts.indptr[1:].astype(np.int64))
            for name, values in (("data", counts.data), ("indices", counts.indices)):
                group[name].resize((ends[-1][-1],))
                group[name][ends[-2][-1] :] = values
        group["indptr"] = np.concatenate(ends)
        stored = int(ends[-1][-1])
    size = path.stat().st_size
    share = stored / n / features
    return {"observations": n, "features": features, "density": share, "bytes": size}


def _shares(random: np.random.Generator, features: int) -> np.ndarray:
    """(program, feature) shares of a depth: means vary, and some features by program."""
    mean = random.lognormal(0, 1.5, size=features)
    differs = random.random(features) < 0.1
    programs = mean * np.exp(differs * random.normal(0, 1, size=(PROGRAMS, features)))
    return programs / programs.sum(axis=1, keepdims=True)


def _depth(share: np.ndarray, density: float) -> float:
    """Counts of an observation at which that share of the features is expected above 0."""
    low, high = 0.0, 1e9
    for _ in range(100):
        middle = (low + high) / 2
        enough = np.mean(-np.expm1(-middle * share)) > density
        low, high = (low, middle) if enough else (middle, high)
    return high


def _table(share: np.ndarray) -> np.ndarray:
    """(place,) feature to draw; every feature has places after its share."""
    return np.searchsorted(np.cumsum(share), (np.arange(TABLE) + 0.5) / TABLE).astype(np.int32)


def _drawn(
    random: np.random.Generator, rows: int, tables: np.ndarray, depth: float, features: int
) -> sparse.csr_matrix:
    """(observation, feature) counts of some observations."""
    program = random.integers(PROGRAMS, size=rows)
    draws = 1 + random.poisson(depth * random.lognormal(-0.08, 0.4, size=rows))
    row = np.repeat(np.arange(rows), draws)
    feature = tables[program[row], random.integers(TABLE, size=len(row))]
    place, times = np.unique(row * features + np.minimum(feature, features - 1), return_counts=True)
    ends = np.searchsorted(place, np.arange(rows + 1) * features)
    content = times.astype(np.float32), (place % features).astype(np.int32), ends
    return sparse.csr_matrix(content, shape=(rows, features))


def _opened(file: h5py.File, n: int, features: int) -> h5py.Group:
    """X of a new h5ad, to be filled."""
    file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    for name, word, size in (("obs", "cell", n), ("var", "gene", features)):
        write_elem(file, name, pd.DataFrame(index=[f"{word}{i}" for i in range(size)]))
    group = file.create_group("X")
    group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
    group.attrs["shape"] = np.array([n, features])
    for name, dtype in (("data", np.float32), ("indices", np.int32)):
        group.create_dataset(name, (0,), dtype, maxshape=(None,), chunks=(2**20,))
    return group


def _parts(n: int) -> Iterator[int]:
    for start in range(0, n, ROWS):
        yield min(ROWS, n - start)


def prepared(matrix: Path, folder: Path, keep: int) -> dict[str, float]:
    """Figures of `vaebio prepare`, run as a process."""
    settings, out = folder / "settings.yaml", folder / "prepared.h5ad"
    settings.write_text(f"prepare: {{features: {keep}}}\n")
    words = [str(matrix), "--settings", str(settings), "--prepared", str(out)]
    words += ["--summary", str(folder / "prepared.json")]
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "vaebio.cli.main", "prepare", *words],
        stderr=subprocess.PIPE,
        text=True,
    )
    with process.stderr as lines:
        log = lines.read()
    # What a process read is known until it is waited for.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    read = re.search(r"^rchar: (\d+)", Path(f"/proc/{process.pid}/io").read_text(), re.M)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if process.returncode:
        sys.exit(log)
    ends = dict(re.findall(r"^(\w+)[^:]*: observation (?:\S+) of \S+ · (\d+) s", log, re.M))
    return {
        "seconds": seconds,
        "seconds_of_first_pass": int(ends["Looking"]),
        "seconds_of_second_pass": int(ends["Preparing"]),
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_resident_bytes": usage.ru_maxrss * 1024,
        "bytes_read": int(read[1]),
        "bytes_read_over_size": int(read[1]) / matrix.stat().st_size,
        "prepared_bytes": out.stat().st_size,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
