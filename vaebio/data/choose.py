"""Which features the model sees: those detected or known often enough, then the most variable."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vaebio.data import check
from vaebio.data.counts import log_normalised, totals
from vaebio.data.matrix import Matrix
from vaebio.data.scaling import Moments
from vaebio.data.survey import DETECTED, Survey
from vaebio.data.variable import mad, most_variable, residual_variance, standardised_variance
from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from vaebio.settings import Prepare

_OF_COUNTS = ("seurat_v3", "pearson")
_WORDS = {
    "seurat_v3": "standardised variance of their counts (seurat_v3)",
    "pearson": "variance of Pearson residuals of their counts",
    "variance": "variance",
    "mad": "median absolute deviation",
}


@dataclass(frozen=True)
class Choice:
    """A choice of features, and how it came about.

    Parameters
    ----------
    features
        (feature,) sorted positions in the raw matrix.
    steps
        One sentence per step, with its numbers.
    total_features
        Sorted positions of the features that passed the filter: over their counts totals are taken.
    candidates
        How many of them vary, so that there was a choice among them.
    measure
        By which the most variable ones were chosen; empty when all stayed.
    note
        A sentence when that measure was no ordinary one, else empty.
    """

    features: np.ndarray
    steps: list[str]
    total_features: np.ndarray
    candidates: int
    measure: str = ""
    note: str = ""


def measure_of(kind: str, select: str) -> str:
    """Name of the measure by which features of a kind are chosen.

    Raises
    ------
    VaebioError
        For a measure of counts where there are none.
    """
    if select == "auto":
        return "seurat_v3" if kind == "counts" else "variance"
    if select in _OF_COUNTS and kind != "counts":
        raise VaebioError(
            found=f"`prepare.select: {select}`, but the values are of kind `{kind}`",
            expected="auto, variance, mad or none: the others are measures of counts",
            hint="set it for the data sets with counts alone, in `overrides`",
        )
    return select


def choose(survey: Survey, settings: "Prepare") -> Choice:
    """Features that pass the filters and are the most variable on train.

    Raises
    ------
    VaebioError
        When the settings leave too few observations or no feature.
    """
    measure = measure_of(survey.kind, settings.select)
    common, steps = (_detected if survey.kind in DETECTED else _known)(survey, settings)
    varying = _varying(survey)[common]
    constant = np.count_nonzero(~varying)
    if not varying.any():
        raise VaebioError(
            found=f"all {constant:,} features have one and the same value in every train "
            "observation",
            expected="features that vary",
            hint="check that the matrix holds the values you mean",
        )
    if constant:
        steps.append(f"Dropped {constant:,} features that are constant on train.")
    return _picked(survey, common, common[varying], measure, steps, settings)


def _detected(survey: Survey, settings: "Prepare") -> tuple[np.ndarray, list[str]]:
    """Positions of features detected often enough on train, and sentences on both filters."""
    sentence = _observations(survey)
    common = np.flatnonzero(survey.seen >= settings.min_observations)
    if not len(common):
        raise VaebioError(
            found=f"no feature is detected in {settings.min_observations:,} train observations; "
            f"the most frequent one is in {survey.seen.max():,}",
            expected="at least one feature to train on",
            hint="lower `prepare.min_observations`",
        )
    return common, [
        sentence,
        f"Dropped {len(survey.seen) - len(common):,} features detected in fewer than "
        f"{settings.min_observations:,} train observations.",
    ]


def _known(survey: Survey, settings: "Prepare") -> tuple[np.ndarray, list[str]]:
    """Positions of features that are not missing too often on train, and sentences."""
    sentence = _observations(survey)
    steps = [] if survey.enough.all() else [sentence]
    n = max(1, np.count_nonzero(survey.train & survey.enough))
    missing = (n - survey.moments.n) / n
    if not survey.missing.any():
        return np.arange(len(missing)), steps
    known = np.flatnonzero(missing <= settings.max_missing)
    if not len(known):
        raise VaebioError(
            found=f"every feature is missing in more than {settings.max_missing:.0%} of the train "
            f"observations; the most complete one in {missing.min():.0%}",
            expected="at least one feature to train on",
            hint="raise `prepare.max_missing`",
        )
    return known, [
        *steps,
        f"Dropped {len(missing) - len(known):,} features missing in more than "
        f"{settings.max_missing:.0%} of the train observations.",
    ]


def _observations(survey: Survey) -> str:
    """A sentence on the observations that passed the filter, refused when they are too few."""
    n, least = np.count_nonzero(survey.enough), f"{survey.least:,} detected features"
    check.enough_observations(n, f"with at least {least}")
    return f"Dropped {len(survey.enough) - n:,} observations with fewer than {least}."


def _varying(survey: Survey) -> np.ndarray:
    """(feature,) whether a feature has more than one value on train."""
    return survey.tally.variance(ddof=0) > 0 if survey.tally else survey.moments.varying


def _picked(
    survey: Survey,
    common: np.ndarray,
    candidates: np.ndarray,
    measure: str,
    steps: list[str],
    settings: "Prepare",
) -> Choice:
    """The most variable of the candidates, or all; the sentences go on from `steps`."""
    n, limit = len(candidates), settings.features
    if measure == "none" or n <= limit:
        why = ", as set" if measure == "none" else f" (at most {limit:,})"
        return Choice(candidates, [*steps, f"Kept all {n:,} features{why}."], common, n)
    values, told = _measured(survey, common, candidates, measure, settings)
    kept = candidates[most_variable(values, limit)]
    by = f"Kept the {limit:,} of {n:,} features with the highest {_WORDS[measure]} on train."
    return Choice(kept, [*steps, *filter(None, [told]), by], common, n, measure, told)


def _measured(
    survey: Survey, common: np.ndarray, candidates: np.ndarray, measure: str, settings: "Prepare"
) -> tuple[np.ndarray, str]:
    """(candidate,) measure of variability on train, and a sentence when it was no ordinary one."""
    if measure == "seurat_v3":
        return standardised_variance(survey.tally.of(candidates))
    if measure == "pearson":
        counts = survey.train_values[:, candidates]
        return residual_variance([counts], survey.tally.of(candidates)), ""
    if measure == "variance" and survey.moments:
        return survey.moments.deviation[candidates] ** 2, ""
    values = survey.train_values
    if survey.kind == "counts":
        values = _normalised(values, common, settings.target_total)
    values = values[:, candidates]
    return mad(values) if measure == "mad" else _variance(values), ""


def _normalised(counts: Matrix, common: np.ndarray, target_total: float) -> Matrix:
    """Counts of train as the model will see them, of observations that have a count."""
    total = totals(counts, among(common, counts.shape[1]))
    return log_normalised(counts[total > 0], total[total > 0], target_total)


def _variance(values: Matrix) -> np.ndarray:
    moments = Moments(values.shape[1])
    moments.add(values)
    return moments.end().deviation ** 2


def among(positions: np.ndarray, n: int) -> np.ndarray:
    """(feature,) whether each of `n` features is among those at some positions."""
    mask = np.zeros(n, bool)
    mask[positions] = True
    return mask
