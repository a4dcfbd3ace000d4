"""What an analyst would do with an embedding: cluster it, and tell classes from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.evaluation.classes import CLASSIFIED, Told, class_rows
from vaebio.evaluation.clusters import (
    LABELLED,
    STABLE,
    STABLE_LABELLED,
    absent,
    cluster_rows,
    why_not,
)
from vaebio.metrics.neighbours import nearest
from vaebio.metrics.panel import Row
from vaebio.terms import ALL

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

PLACES = {ALL: (*LABELLED, *STABLE_LABELLED, *STABLE), "test": (*LABELLED, *CLASSIFIED)}
"""The measures by split: all observations together, as the field does, and those of test alone."""

NO_LABEL = "the sheet names no label column"


@dataclass(frozen=True)
class Known:
    """What is known of the observations beside their embedding."""

    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None


@dataclass(frozen=True)
class Downstream:
    """The measures, and each class as each classifier tells it."""

    metrics: list[Row]
    classes: list[Told]


def downstream(
    embedding: Float[np.ndarray, "observation unit"], known: Known, settings: "Evaluate"
) -> Downstream:
    """All measures of one embedding; those that cannot be are absent with their reason."""
    everything = slice(None)
    rows = _clusters(embedding, known, ALL, everything, settings)
    rows += _clusters(embedding, known, "test", known.rows["test"], settings)
    if known.labels is None:
        return Downstream(rows + absent("test", CLASSIFIED, NO_LABEL), [])
    truth = {split: known.labels[known.rows[split]] for split in ("train", "test")}
    parts = (embedding[known.rows[split]] for split in ("train", "test"))
    told, classes = class_rows(*parts, truth, settings)
    return Downstream(rows + told, classes)


def without(reason: str) -> list[Row]:
    """The rows of what has no embedding."""
    return [row for split, names in PLACES.items() for row in absent(split, names, reason)]


def _clusters(
    embedding: NDArray, known: Known, split: str, some: slice | NDArray, settings: "Evaluate"
) -> list[Row]:
    part, stable = embedding[some], split == ALL
    labels = None if known.labels is None else known.labels[some]
    if reason := why_not(part):
        names = (*LABELLED, *STABLE_LABELLED, *STABLE) if stable else LABELLED
        return absent(split, names, reason)
    near = nearest(part, settings.neighbours, seed=settings.seed)
    return cluster_rows(part, near, labels, split, settings, stable=stable)
