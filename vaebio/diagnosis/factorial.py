"""The factorial probe: all combinations of present and relaxed factors, with every seed."""

from collections.abc import Sequence
from dataclasses import replace

from vaebio.diagnosis.bench import Trial
from vaebio.diagnosis.probe import subsets
from vaebio.diagnosis.relaxed import Levels

Cell = tuple[frozenset[str], int]
"""Which factors are relaxed, and the seed."""


def combinations(present: Trial, levels: Levels, seeds: Sequence[int]) -> dict[Cell, Trial]:
    """The trial of every cell: four architectures, each with all latents, betas and seeds.

    Where a factor cannot be relaxed, two cells have one and the same trial.
    """
    cells = [(relaxed, seed) for relaxed in subsets() for seed in seeds]
    return {(relaxed, seed): seeded(levels.at(present, relaxed), seed) for relaxed, seed in cells}


def seeded(trial: Trial, seed: int) -> Trial:
    """The same with another seed."""
    return replace(trial, member=replace(trial.member, seed=seed))
