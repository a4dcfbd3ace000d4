"""How well the labels of test are told from an embedding, as rows and class by class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vaebio.evaluation.clusters import absent, why_not
from vaebio.metrics.classification import (
    Class,
    accuracy,
    balanced_accuracy,
    by_linear,
    by_neighbours,
    classes,
)
from vaebio.metrics.panel import Row, estimate_row

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

CLASSIFIERS = ("knn", "linear")
CLASSIFIED = tuple(f"{c}_{name}" for c in CLASSIFIERS for name in ("accuracy", "balanced_accuracy"))

Truth = dict[str, NDArray]
"""Labels of train and test."""


@dataclass(frozen=True)
class Told:
    """One class as one classifier tells it."""

    classifier: str
    found: Class


def class_rows(
    train: Float[np.ndarray, "train unit"],
    test: Float[np.ndarray, "test unit"],
    truth: Truth,
    settings: "Evaluate",
) -> tuple[list[Row], list[Told]]:
    """Both classifiers, learned on train and judged on test.

    Judged are the observations of test whose label train has: no classifier can tell another.
    """
    judged = np.isin(truth["test"], truth["train"])
    reason = _why_not(train, test, truth, judged)
    if reason:
        told = [t for name in CLASSIFIERS for t in _told(name, truth, None, reason)]
        return absent("test", CLASSIFIED, reason), told
    rows, told = [], []
    for name in CLASSIFIERS:
        predicted = _predict(name, train, truth["train"], test[judged], settings)
        why = "" if predicted is not None else "the optimum was not reached"
        rows += _accuracies(name, truth["test"][judged], predicted, why, settings)
        told += _told(name, truth, predicted, why)
    return rows, told


def _predict(
    name: str, train: NDArray, labels: NDArray, test: NDArray, settings: "Evaluate"
) -> NDArray | None:
    if name == "knn":
        return by_neighbours(train, labels, test, settings.knn)
    return by_linear(train, labels, test)


def _accuracies(
    name: str, truth: NDArray, predicted: NDArray | None, why_not: str, settings: "Evaluate"
) -> list[Row]:
    names = f"{name}_accuracy", f"{name}_balanced_accuracy"
    if predicted is None:
        return absent("test", names, why_not)
    balanced = balanced_accuracy(truth, predicted, settings.bootstraps, settings.seed)
    found = accuracy(truth, predicted), balanced
    return [estimate_row("test", *pair) for pair in zip(names, found, strict=True)]


def _told(name: str, truth: Truth, predicted: NDArray | None, why_not: str) -> list[Told]:
    return [Told(name, found) for found in classes(truth, predicted, why_not)]


def _why_not(train: NDArray, test: NDArray, truth: Truth, judged: NDArray) -> str:
    if reason := why_not(np.concatenate([train, test])):
        return reason
    if len(np.unique(truth["train"])) < 2:
        return "all observations of train have the same label"
    return "" if judged.any() else "test has no observation whose label train has"
