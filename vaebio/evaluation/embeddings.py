"""Every embedding through the downstream measures, several at a time."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from threadpoolctl import ThreadpoolController

from vaebio.errors import VaebioError
from vaebio.evaluation.downstream import Downstream, Known, downstream
from vaebio.evaluation.measured import Measured

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

Embedding = Float[np.ndarray, "observation unit"]


def with_downstream(
    found: Iterable[Measured], known: Known, settings: "Evaluate", workers: int = 1
) -> Iterator[Measured]:
    """All that was measured, in order, with the measures of what has an embedding.

    Each embedding is measured by one thread, in this process or in one of several workers, so the
    numbers do not depend on how many there are.

    Raises
    ------
    VaebioError
        A worker was ended from outside, as the system does when memory runs out.
    """
    if workers == 1:
        measure = _Measure(known, settings)
        yield from (_with(one, _or_none(measure, one)) for one in found)
        return
    # Forked processes would share the state of the threads of torch and BLAS.
    context = multiprocessing.get_context("spawn")
    start = known, settings
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=start) as pool:
        started = [
            (one, None if one.embedding is None else pool.submit(_worker, one.embedding))
            for one in found
        ]
        try:
            for one, future in started:
                yield _with(one, None if future is None else future.result())
        except BrokenProcessPool:
            raise _ended(workers) from None


class _Measure:
    """One embedding through the measures, by a single thread."""

    def __init__(self, known: Known, settings: "Evaluate") -> None:
        self.known, self.settings, self.threads = known, settings, ThreadpoolController()

    def __call__(self, embedding: Embedding) -> Downstream:
        # Sums by several threads differ in their last digits with the number of threads.
        with self.threads.limit(limits=1):
            return downstream(embedding, self.known, self.settings)


_own: list[_Measure] = []
"""What a worker measures with; it is given once, not with each embedding."""


def _start(known: Known, settings: "Evaluate") -> None:
    _own.append(_Measure(known, settings))


def _worker(embedding: Embedding) -> Downstream:
    return _own[0](embedding)


def _or_none(measure: _Measure, one: Measured) -> Downstream | None:
    return None if one.embedding is None else measure(one.embedding)


def _with(one: Measured, found: Downstream | None) -> Measured:
    if found is None:
        return one
    metrics = [*one.metrics, *found.metrics]
    return replace(one, metrics=metrics, classes=found.classes, near=found.near)


def _ended(workers: int) -> VaebioError:
    return VaebioError(
        found="a process that measured embeddings was ended from outside",
        expected=f"memory for {workers} of them at a time",
        hint="give the step fewer threads, or more memory",
    )
