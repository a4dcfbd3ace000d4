"""How well classes are told from an embedding: learned on train, judged on test."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from vaebio.metrics.agreement import Contingency, contingency, with_bootstrap
from vaebio.metrics.neighbours import nearest_among
from vaebio.metrics.reconstruction import Estimate

Z = 1.959963984540054
"""97.5 % quantile of the standard normal distribution."""

ITERATIONS = 10_000


@dataclass(frozen=True)
class Class:
    """How one class was told from the others on test; None with a reason where it cannot be.

    `low` and `high` are the 95 % interval of the recall.
    """

    label: str
    train_observations: int
    test_observations: int
    recall: float | None = None
    precision: float | None = None
    f1: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def by_neighbours(
    train: Float[np.ndarray, "train unit"],
    labels: Shaped[np.ndarray, " train"],
    test: Float[np.ndarray, "test unit"],
    k: int,
) -> Shaped[np.ndarray, " test"]:
    """Label of each test observation: that of most of its `k` nearest on train [cover1967].

    Of classes with equally many votes that of the nearest neighbour among theirs.
    """
    near = nearest_among(test, train, k).indices
    names, codes = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(test), len(names)))
    for place, neighbour in enumerate(near.T):
        # All that is beyond whole votes is less than one, and less than what is nearer.
        votes[np.arange(len(test)), codes[neighbour]] += 1 + 0.5 ** (place + 1)
    return names[votes.argmax(axis=1)]


def by_linear(
    train: Float[np.ndarray, "train unit"],
    labels: Shaped[np.ndarray, " train"],
    test: Float[np.ndarray, "test unit"],
    iterations: int = ITERATIONS,
) -> Shaped[np.ndarray, " test"] | None:
    """Label of each test observation by multinomial logistic regression, a probe [alain2017].

    Units are scaled to mean 0 and variance 1 on train; the squared weights are penalised
    (C = 1), so that there is one optimum, and it is reached from 0 without chance. None where it
    was not reached in so many iterations.
    """
    mean, scale = (f(train, axis=0, dtype=np.float64) for f in (np.mean, np.std))
    scale[scale == 0] = 1
    model = LogisticRegression(tol=1e-6, max_iter=iterations)
    try:
        with warnings.catch_warnings(action="error", category=ConvergenceWarning):
            model.fit((train - mean) / scale, labels)
    except ConvergenceWarning:
        return None
    return model.predict((test - mean) / scale)


def accuracy(truth: NDArray, predicted: NDArray) -> Estimate:
    """Share of observations with the right label, with its Wilson interval."""
    return wilson(int((truth == predicted).sum()), len(truth))


def balanced_accuracy(truth: NDArray, predicted: NDArray, bootstraps: int, seed: int) -> Estimate:
    """Mean recall over the classes of `truth`, with its interval by bootstrap."""
    hits = contingency(truth, truth == predicted)
    right = np.unique(truth == predicted)[hits.column]
    return with_bootstrap(hits, lambda table: _mean_recall(table, right), bootstraps, seed)


def wilson(hits: int, of: int) -> Estimate:
    """Share of hits with its 95 % interval [wilson1927], which is not empty at 0 and 1.

    Examples
    --------
    >>> share = wilson(10, 10)
    >>> share.value, round(share.low, 3), share.high
    (1.0, 0.722, 1.0)
    """
    share = hits / of
    centre = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * np.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return Estimate(share, max(float(centre - half), 0.0), min(float(centre + half), 1.0))


def classes(
    truth: dict[str, Shaped[np.ndarray, " split"]], predicted: NDArray | None, why_not: str = ""
) -> Iterator[Class]:
    """Recall, precision and F1 of every class that train or test has.

    Parameters
    ----------
    truth
        Labels of train and test.
    predicted
        Labels found for those observations of test whose class train has; None: nothing was
        predicted, and `why_not` says why.
    """
    train, test = truth["train"], truth["test"]
    known = test[np.isin(test, train)]
    for label in np.unique(np.concatenate([train, test])):
        sizes = str(label), int((train == label).sum()), int((test == label).sum())
        reason = why_not or _absent(*sizes[1:])
        if reason or predicted is None:
            yield Class(*sizes, reason=reason)
        else:
            yield _scored(sizes, known == label, predicted == label)


def _scored(sizes: tuple[str, int, int], is_label: NDArray, says_label: NDArray) -> Class:
    hits, said = int((is_label & says_label).sum()), int(says_label.sum())
    recall = wilson(hits, sizes[2])
    precision = hits / said if said else None
    f1 = 2 * hits / (sizes[2] + said)
    reason = "" if said else "no precision: no observation of test was given this class"
    return Class(*sizes, recall.value, precision, f1, recall.low, recall.high, reason)


def _absent(train: int, test: int) -> str:
    if not train:
        return "train has no observation of this class"
    return "" if test else "test has no observation of this class"


def _mean_recall(table: Contingency, right: NDArray) -> NDArray:
    """Mean over classes of the share of hits, of each draw; a class that was not drawn is out."""
    sizes, _ = table.margins()
    hits = Contingency(table.counts * right, table.row, table.column).margins()[0]
    recall = np.divide(hits, sizes, out=np.zeros_like(hits), where=sizes > 0)
    return np.asarray(recall.sum(axis=-1) / (sizes > 0).sum(axis=-1))
