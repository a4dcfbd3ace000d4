"""Seconds that the measures of latents cost: clusters, their stability, silhouettes, classes.

A mixture of ten populations of uneven size, of which the first coordinates vary most as principal
components do, stands for a data set, and noisy rotations of its first coordinates for the latents
of members. Each group of measures is timed by itself on a few embeddings, by one thread; then all
embeddings go through everything, as in `vaebio evaluate`. Run from the root of the repository:

    python -m benchmarks.evaluation_speed --json benchmarks/results/evaluation_speed.json
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import record

SIZES = (2, 8, 16, 32)
LABELS = 10
SPLITS = {"train": 0.6, "validation": 0.2, "test": 0.2}


def main(arguments: list[str]) -> None:
    """Time the groups, then all, tell, and write."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.evaluation_speed")
    p.add_argument("--members", type=int, default=60)
    p.add_argument("--observations", type=int, default=3800)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--timed", type=int, default=8, help="embeddings to time by groups")
    p.add_argument("--json", type=Path, help="file for machine and figures")
    options = p.parse_args(arguments)
    made, labels, rows = drawn(options.members, options.observations)
    result = {
        **record.head("python -m benchmarks.evaluation_speed", arguments),
        "members": options.members,
        "observations": options.observations,
        "labels": len(np.unique(labels)),
        "processor_seconds_by_group": groups(made[: options.timed], labels, rows),
        "all": everything(made, labels, rows, options.workers),
    }
    record.tell_and_keep(result, options.json)


def drawn(members: int, observations: int) -> tuple[list, np.ndarray, dict[str, np.ndarray]]:
    """Embeddings of several sizes, the labels, and the rows of each split."""
    random = np.random.default_rng(0)
    spread = 1 / np.sqrt(1 + np.arange(max(SIZES)))
    labels = random.choice(LABELS, observations, p=random.dirichlet(np.full(LABELS, 2.0)))
    centres = random.normal(0, 2 * spread, (LABELS, len(spread)))
    common = centres[labels] + random.normal(0, spread, (observations, len(spread)))
    made = []
    for i in range(members):
        size = SIZES[i % len(SIZES)]
        turned = common[:, :size] @ np.linalg.qr(random.normal(size=(size, size)))[0]
        noise = random.normal(0, 0.2 * turned.std(), turned.shape)
        made.append((turned + noise).astype(np.float32))
    split = random.choice(list(SPLITS), observations, p=list(SPLITS.values()))
    names = np.array([f"type {i}" for i in range(LABELS)])
    return made, names[labels], {name: split == name for name in SPLITS}


def groups(made: list, labels: np.ndarray, rows: dict[str, np.ndarray]) -> dict[str, float]:
    """Median processor seconds per embedding of each group of measures, all observations."""
    seconds: dict[str, list[float]] = {}
    for embedding in made:
        for name, passed in _timed(embedding, labels, rows):
            seconds.setdefault(name, []).append(passed)
    return {name: round(statistics.median(each), 4) for name, each in seconds.items()}


def _timed(
    embedding: np.ndarray, labels: np.ndarray, rows: dict[str, np.ndarray]
) -> Iterator[tuple[str, float]]:
    from threadpoolctl import threadpool_limits

    from vaebio.evaluation.classes import class_rows
    from vaebio.metrics import agreement, clustering, neighbours, silhouette, stability
    from vaebio.settings import Evaluate

    settings, found = Evaluate(), {}

    def timed(name: str, work: Callable[[], object]) -> tuple[str, float]:
        started = time.process_time()
        found[name] = work()
        return name, time.process_time() - started

    tried = settings.resolutions
    with threadpool_limits(limits=1):
        yield timed("neighbours", lambda: neighbours.nearest(embedding, settings.neighbours))
        yield timed("graph", lambda: clustering.neighbour_graph(found["neighbours"]))
        yield timed("leiden", lambda: clustering.sweep(found["graph"], tried))
        yield timed(
            "stability",
            lambda: stability.most_stable(found["graph"], found["leiden"], tried, settings.halves),
        )
        yield timed("k-means", lambda: clustering.kmeans(embedding, len(np.unique(labels))))
        yield timed("silhouettes", lambda: silhouette.widths(embedding, [labels, found["k-means"]]))
        table = agreement.contingency(labels, found["k-means"])
        yield timed(
            "bootstraps",
            lambda: [
                agreement.with_bootstrap(table, measure, settings.bootstraps)
                for measure in (agreement.nmi, agreement.ari) * 3
            ],
        )
        parts = [(embedding[r], labels[r]) for r in (rows["train"], rows["test"])]
        truth = dict(zip(("train", "test"), (p[1] for p in parts), strict=True))
        yield timed("classification", lambda: class_rows(parts[0][0], parts[1][0], truth, settings))


def everything(
    made: list, labels: np.ndarray, rows: dict[str, np.ndarray], workers: int
) -> dict[str, float]:
    """Wall and processor seconds of all embeddings through all measures."""
    from vaebio.evaluation.downstream import Known
    from vaebio.evaluation.embeddings import with_downstream
    from vaebio.evaluation.measured import Measured
    from vaebio.settings import Evaluate

    found = [Measured(f"m{i}", [], embedding=one) for i, one in enumerate(made)]
    started, before = time.perf_counter(), _processor_seconds()
    done = list(with_downstream(found, Known(rows, labels), Evaluate(), workers))
    return {
        "workers": workers,
        "wall_seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(_processor_seconds() - before, 2),
        "rows": sum(len(one.metrics) for one in done),
    }


def _processor_seconds() -> float:
    """Of this process and of workers that have ended."""
    import resource

    spent = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


if __name__ == "__main__":
    main(sys.argv[1:])
