"""Which observations and features the model sees, and the values it sees of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from vaebio.data import check
from vaebio.data.counts import (
    as_integers,
    detected_features,
    detecting_observations,
    log_normalised,
    most_dispersed,
    totals,
)
from vaebio.data.matrix import Matrix, as_float32
from vaebio.data.scaling import moments, varying
from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from vaebio.settings import Prepare


@dataclass(frozen=True)
class Chosen:
    """A choice of observations and features, and how it came about.

    Parameters
    ----------
    observations, features
        (observation,) and (feature,) sorted positions in the raw matrix.
    x
        (observation, feature) float32 values before scaling.
    steps
        One sentence per step, with its numbers.
    counts
        Counts: (observation, feature) whole numbers.
    total
        Counts: (observation,) sums over `total_features`.
    total_features
        Counts: sorted positions of the features that passed the filter.
    """

    observations: np.ndarray
    features: np.ndarray
    x: Matrix
    steps: list[str]
    counts: sparse.csr_matrix | None = None
    total: np.ndarray | None = None
    total_features: np.ndarray | None = None


def choose_counts(values: Matrix, split: np.ndarray, settings: "Prepare") -> Chosen:
    """Filter by detection, normalise, and keep the most dispersed features.

    Parameters
    ----------
    values
        (observation, feature) non-negative whole numbers.
    split
        (observation,) of the names of splits; features are judged on train alone.

    Raises
    ------
    VaebioError
        When the settings leave too few observations, no feature, or an empty split.
    """
    counts = sparse.csr_matrix(values, dtype=np.float64)
    enough, common, steps = _detected(counts, split == "train", settings)
    total = totals(counts[:, common])
    rows = np.flatnonzero(enough & (total > 0))
    lost = np.count_nonzero(enough & (total == 0))
    if lost:
        steps.append(f"Dropped {lost:,} observations without a count in the features that stay.")
    check.every_split(split[rows])

    x = log_normalised(counts[rows][:, common], total[rows], settings.target_total)
    steps.append(
        f"Scaled the counts of every observation to a total of {settings.target_total:,g} over "
        f"{len(common):,} features, then took log(1 + x)."
    )
    picked, more = _picked(
        x[split[rows] == "train"], settings.features, most_dispersed, "normalised dispersion"
    )
    return Chosen(
        observations=rows,
        features=common[picked],
        x=x[:, picked],
        steps=steps + more,
        counts=as_integers(counts[rows][:, common[picked]]),
        total=total[rows],
        total_features=common,
    )


def choose_continuous(values: Matrix, split: np.ndarray, settings: "Prepare") -> Chosen:
    """Keep the features with the highest variance on train; values stay as they are.

    Parameters
    ----------
    values
        (observation, feature).
    split
        (observation,) of the names of splits.

    Raises
    ------
    VaebioError
        When no feature varies on train.
    """
    x = as_float32(values)
    picked, steps = _picked(x[split == "train"], settings.features, _most_variable, "variance")
    return Chosen(observations=np.arange(x.shape[0]), features=picked, x=x[:, picked], steps=steps)


def _detected(
    counts: sparse.csr_matrix, train: np.ndarray, settings: "Prepare"
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Observations (mask) and features (positions) that are detected enough, and two sentences."""
    enough = detected_features(counts) >= settings.min_features
    n = np.count_nonzero(enough)
    check.enough_observations(n, f"with at least {settings.min_features:,} detected features")
    seen = detecting_observations(counts[train & enough])
    common = np.flatnonzero(seen >= settings.min_observations)
    if not len(common):
        raise VaebioError(
            found=f"no feature is detected in {settings.min_observations:,} train observations; "
            f"the most frequent one is in {seen.max():,}",
            expected="at least one feature to train on",
            hint="lower `prepare.min_observations`",
        )
    return (
        enough,
        common,
        [
            f"Dropped {len(enough) - n:,} observations with fewer than {settings.min_features:,} "
            "detected features.",
            f"Dropped {counts.shape[1] - len(common):,} features detected in fewer than "
            f"{settings.min_observations:,} train observations.",
        ],
    )


def _picked(
    train: Matrix, limit: int, most: Callable[[Matrix, int], np.ndarray], measure: str
) -> tuple[np.ndarray, list[str]]:
    """Sorted positions of the features to keep, judged on the train split, and the sentences."""
    positions = np.flatnonzero(varying(train))
    constant = train.shape[1] - len(positions)
    if not len(positions):
        raise VaebioError(
            found=f"all {constant:,} features have one and the same value in every train "
            "observation",
            expected="features that vary",
            hint="check that the matrix holds the values you mean",
        )
    steps = [f"Dropped {constant:,} features that are constant on train."] if constant else []
    if len(positions) <= limit:
        return positions, [*steps, f"Kept all {len(positions):,} features (at most {limit:,})."]
    kept = positions[most(train[:, positions], limit)]
    return kept, [
        *steps,
        f"Kept the {limit:,} of {len(positions):,} features with the highest {measure} on train.",
    ]


def _most_variable(train: Matrix, n: int) -> np.ndarray:
    """(feature,) sorted positions of the `n` highest variances; of equal ones the first stay."""
    _, deviation = moments(train)
    return np.sort(np.argsort(-deviation, kind="stable")[:n])
