"""Baselines, controls and members of a data set, with all measures of their embeddings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.controls import controls
from vaebio.evaluation.downstream import Known
from vaebio.evaluation.embeddings import with_downstream
from vaebio.evaluation.integration import with_integration
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.members import measure_members
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.scvi_baseline import measure_scvi
from vaebio.metrics.divided import REACH
from vaebio.training.store import load

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

MEMBERS_AT_ONCE = 16

WORTH_WORKERS = 30_000
"""Observations times embeddings from which the start of other processes is repaid."""


@dataclass(frozen=True)
class Grid:
    """The members, by the folders that the store has them in, and the sizes of the baselines."""

    latents: Sequence[int]
    seeds: Sequence[int]
    folders: Sequence[Path]

    def size(self, settings: "Evaluate") -> int:
        """How many members, baselines and controls there are to measure."""
        # PCA and NMF are of each latent size, scVI of each seed as well.
        sized = len(self.latents) * (2 + settings.scvi * len(self.seeds))
        return len(("null", "labels", "random")) + sized + len(self.folders)


def measure_everything(
    data: Observations, grid: Grid, settings: "Evaluate", threads: int = 1
) -> Iterator[Measured]:
    """Each as soon as it is measured, in order; so many embeddings at a time as there are threads.

    The numbers do not depend on `threads`.
    """
    found = chain(
        measure_baselines(data, grid.latents, settings),
        controls(len(data.x), data.labels, grid.latents, settings),
        _scvi(data, grid, settings) if settings.scvi else (),
        _members(data, grid, settings),
    )
    size = grid.size(settings)
    workers = min(threads, size) if len(data.x) * size >= WORTH_WORKERS else 1
    known = Known(data.rows, data.labels, 0 if data.batches is None else REACH)
    # The workers have the cores. Two threads here took as long as one beside them, at 1.7 times the
    # processor time, and sums by several threads differ in their last digits.
    with ThreadpoolController().limit(limits=1):
        yield from with_integration(data, with_downstream(found, known, settings, max(workers, 1)))


def _members(data: Observations, grid: Grid, settings: "Evaluate") -> Iterator[Measured]:
    stored = (load(folder) for folder in grid.folders)
    for _, alike in groupby(stored, key=lambda one: one.architecture):
        while some := list(islice(alike, MEMBERS_AT_ONCE)):
            yield from measure_members(data, some, settings)


def _scvi(data: Observations, grid: Grid, settings: "Evaluate") -> Iterator[Measured]:
    """scVI, told the technical batch when the members are."""
    told = load(grid.folders[0]).architecture.batches > 0
    yield from measure_scvi(data, grid.latents, grid.seeds, settings, told=told)
