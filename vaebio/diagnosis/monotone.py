"""A relaxation must relax: where relaxing one more factor raises the error, train again.

A larger network can collapse where a smaller one did not. What came of it is no measurement of
the factor, and parts computed from it are nonsense.
"""

import math
import statistics
from collections.abc import Mapping
from dataclasses import replace

from vaebio.diagnosis.bench import Trained, Trial
from vaebio.diagnosis.factorial import Cell
from vaebio.diagnosis.measured import Measured, Measuring

SPREADS = 2
"""Spreads of the seeds that an error may be above that of a less relaxed member."""

SLOWER, LONGER_WARMUP, LONGER = 3, 3, 2
"""By what the learning rate is divided, and times the warm-up and the epochs, of what is trained
again."""


def spread(errors: Mapping[Cell, float]) -> float:
    """Standard deviation over seeds of the errors of a usual combination.

    The median over combinations: those that collapsed with one seed do not count for all.
    """
    by_factors: dict[frozenset[str], list[float]] = {}
    for (relaxed, _), error in errors.items():
        if math.isfinite(error):
            by_factors.setdefault(relaxed, []).append(error)
    deviations = [statistics.stdev(e) for e in by_factors.values() if len(e) > 1]
    return statistics.median(deviations) if deviations else 0.0


def rises(errors: Mapping[Cell, float], tolerance: float) -> dict[Cell, Cell]:
    """Cells whose error is above that of one with a factor less relaxed, by the best of those.

    Parameters
    ----------
    errors
        Of every cell; infinite where there is none.
    tolerance
        Rise that may be chance.

    Examples
    --------
    >>> none, one, both = frozenset(), frozenset({"beta"}), frozenset({"beta", "latent"})
    >>> errors = {(none, 0): 0.9, (one, 0): 0.5, (both, 0): 0.8}
    >>> rises(errors, 0.1) == {(both, 0): (one, 0)}
    True
    """
    found = {}
    for (relaxed, seed), error in errors.items():
        less = [(relaxed - {factor}, seed) for factor in sorted(relaxed)]
        best = min((cell for cell in less if cell in errors), key=errors.get, default=None)
        if best and error > errors[best] + tolerance:
            found[relaxed, seed] = best
    return found


def repaired(
    measuring: Measuring, cells: Mapping[Cell, Measured], smallest: float
) -> dict[Cell, Measured]:
    """The cells, those that rise trained again; of two trainings, validation says which counts.

    From the least relaxed to the most, so that each is held against what counts below it.

    Parameters
    ----------
    smallest
        A rise that matters to nobody, however little the seeds differ.
    """
    kept = dict(cells)
    for size in sorted({len(relaxed) for relaxed, _ in cells}):
        errors = {cell: one.validation for cell, one in kept.items()}
        found = rises(errors, max(smallest, SPREADS * spread(errors)))
        again = {cell: less for cell, less in found.items() if len(cell[0]) == size}
        trials = {c: gentler(kept[c].trial, kept[less].trained) for c, less in again.items()}
        for cell, one in measuring.trained(trials).items():
            kept[cell] = min(kept[cell], one, key=lambda m: m.validation)
    return kept


def gentler(trial: Trial, start: Trained) -> Trial:
    """The same at a lower learning rate and with a longer warm-up, from the weights of another."""
    was = trial.training
    return replace(
        trial.trained_with(
            learning_rate=was["learning_rate"] / SLOWER,
            warmup=min(LONGER_WARMUP * was["warmup"], was["epochs"]),
            epochs=LONGER * was["epochs"],
        ),
        start=start if start.folder is not None else None,
    )
