"""What an analyst would do with an embedding: cluster it, and tell classes from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.evaluation.classes import CLASSIFIED, Told, class_rows
from vaebio.evaluation.clusters import (
    LABELLED,
    NO_LABEL,
    STABLE,
    STABLE_LABELLED,
    absent,
    cluster_rows,
    why_not,
)
from vaebio.metrics.neighbours import Neighbours, nearest
from vaebio.metrics.panel import Row
from vaebio.terms import ALL

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

PLACES = {ALL: (*LABELLED, *STABLE_LABELLED, *STABLE), "test": (*LABELLED, *CLASSIFIED)}
"""The measures by split: all observations together, as the field does, and those of test alone."""


@dataclass(frozen=True)
class Known:
    """What is known of the observations beside their embedding.

    `reach` is how many neighbours others want to know of each; 0: none.
    """

    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None
    reach: int = 0


@dataclass(frozen=True)
class Downstream:
    """The measures, each class as each classifier tells it, and the neighbours if wanted."""

    metrics: list[Row]
    classes: list[Told]
    near: Neighbours | None = None


def downstream(
    embedding: Float[np.ndarray, "observation unit"], known: Known, settings: "Evaluate"
) -> Downstream:
    """All measures of one embedding; those that cannot be are absent with their reason."""
    near = _search(embedding, max(settings.neighbours, known.reach), settings)
    rows = _clusters(embedding, near, known.labels, ALL, settings)
    test = known.rows["test"]
    part, labels = embedding[test], None if known.labels is None else known.labels[test]
    rows += _clusters(part, _search(part, settings.neighbours, settings), labels, "test", settings)
    wanted = near if known.reach else None
    if known.labels is None:
        return Downstream(rows + absent("test", CLASSIFIED, NO_LABEL), [], wanted)
    truth = {split: known.labels[known.rows[split]] for split in ("train", "test")}
    parts = (embedding[known.rows[split]] for split in ("train", "test"))
    told, classes = class_rows(*parts, truth, settings)
    return Downstream(rows + told, classes, wanted)


def without(reason: str) -> list[Row]:
    """The rows of what has no embedding."""
    return [row for split, names in PLACES.items() for row in absent(split, names, reason)]


def _search(embedding: NDArray, k: int, settings: "Evaluate") -> Neighbours | None:
    """The nearest `k` of each observation; None where an embedding cannot be measured."""
    return None if why_not(embedding) else nearest(embedding, k, seed=settings.seed)


def _clusters(
    part: NDArray, near: Neighbours | None, labels: NDArray | None, split: str, settings: "Evaluate"
) -> list[Row]:
    stable = split == ALL
    if near is None:
        names = (*LABELLED, *STABLE_LABELLED, *STABLE) if stable else LABELLED
        return absent(split, names, why_not(part))
    return cluster_rows(part, near, labels, split, settings, stable=stable)
