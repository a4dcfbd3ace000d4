"""Which features vary most on train, by the measures in use for counts and for other values."""

from collections.abc import Iterable, Iterator

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix
from vaebio.data.tally import Tally

SPAN = 0.3
_WIDER = (0.5, 0.75, 1.0)
_FEWEST_POINTS = 10  # scikit-misc ends the whole program when a neighbourhood holds no point
_BLOCK = 2**22  # numbers in memory at a time


def most_variable(measure: np.ndarray, n: int) -> np.ndarray:
    """Sorted positions of the `n` features with the highest measure; of equal ones the first stay.

    Parameters
    ----------
    measure
        (feature,); NaN comes after every number.
    """
    rank = np.argsort(-np.where(np.isnan(measure), -np.inf, measure), kind="stable")
    return np.sort(rank[:n])


def mad(values: Matrix) -> np.ndarray:
    """(feature,) median absolute deviation from the median, in units of the values.

    Parameters
    ----------
    values
        (observation, feature); NaN is passed over, and a feature without a number has NaN.
    """
    columns = values.tocsc() if sparse.issparse(values) else values
    deviation = np.full(values.shape[1], np.nan)
    for part in _parts(values.shape[1], values.shape[0]):
        block = columns[:, part].toarray() if sparse.issparse(columns) else columns[:, part]
        known = ~np.isnan(block).all(axis=0)
        block = block[:, known].astype(np.float64)
        distance = np.abs(block - np.nanmedian(block, axis=0))
        deviation[part][known] = np.nanmedian(distance, axis=0)
    return deviation


def standardised_variance(tally: Tally) -> tuple[np.ndarray, str]:
    """(feature,) variance over the variance that is usual at the same mean, and how that was found.

    What is usual is a local regression (loess) of log10 variance on log10 mean. Counts further
    than the root of the number of observations above the mean, in usual standard deviations, are
    cut there first [stuart2019]. A feature that is constant has 0.

    Parameters
    ----------
    tally
        Of the raw counts of the train split, two observations or more.

    Returns
    -------
    The measure, and a sentence; it is empty when the regression is the published one.
    """
    n, mean, variance = tally.observations, tally.mean, tally.variance()
    varies, usual, told = variance > 0, np.zeros(len(mean)), ""
    if varies.any():
        usual[varies], told = _trend(np.log10(mean[varies]), np.log10(variance[varies]))
    deviation = np.sqrt(10**usual)
    total, squares = tally.clipped_sums(mean + np.sqrt(n) * deviation)
    about_mean = n * mean**2 + squares - 2 * total * mean
    return np.where(varies, about_mean / ((n - 1) * deviation**2), 0.0), told


def residual_variance(
    chunks: Iterable[sparse.csr_matrix], tally: Tally, theta: float = 100.0
) -> np.ndarray:
    """(feature,) variance of the Pearson residuals of counts [lause2021].

    Expected is the observation's total times the feature's share of all counts, with the variance
    of a negative binomial; residuals are cut at the root of the number of observations. Those of
    zeros all follow from the totals, so that the work beside one pass over the counts is features
    times different totals. How the rows are cut changes nothing but rounding.

    Parameters
    ----------
    chunks
        The counts of the train split in parts of rows, (observation, feature). They are read once,
        after the reading that made the tally.
    tally
        Of the same counts.
    theta
        Inverse overdispersion, above 0, the same for all features.
    """
    sums = tally.sums
    share, bound = sums / max(sums.sum(), 1.0), np.sqrt(tally.observations)
    moments, totals = np.zeros((2, len(share))), []
    for counts in chunks:
        total = np.asarray(counts.sum(axis=1, dtype=np.float64)).ravel()
        totals.append(total)
        moments += _beyond_zeros(counts, total, share, theta, bound)
    moments += _all_zeros(np.concatenate(totals), share, theta, bound)
    mean, square = moments / tally.observations
    return np.maximum(square - mean**2, 0.0)


def _trend(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, str]:
    """Fitted y by loess of degree 2; where that has too few different x, by what does work."""
    from skmisc.loess import loess

    for span in (SPAN, *_WIDER) if len(x) >= _FEWEST_POINTS else ():
        model = loess(x, y, span=span, degree=2)
        try:
            model.fit()
        except ValueError:  # a neighbourhood with fewer different x than a parabola needs
            continue
        if _sound(model.outputs.fitted_values, y):
            return model.outputs.fitted_values, "" if span == SPAN else _wider(span)
    degree = min(2, len(np.unique(x)) - 1)
    fitted = np.polynomial.Polynomial.fit(x, y, degree)(x) if degree else np.full(len(x), y.mean())
    return fitted, (
        f"Too few features differ in their mean for a local regression of variance on mean: "
        f"took a polynomial of degree {degree} through all of them."
    )


def _sound(fitted: np.ndarray, y: np.ndarray) -> bool:
    """Whether a fit is near its data: parabolas through few different x can go anywhere."""
    margin = np.ptp(y) + 1e-6
    return bool(np.all((fitted > y.min() - margin) & (fitted < y.max() + margin)))


def _wider(span: float) -> str:
    return (
        f"Too few features differ in their mean for a local regression of variance on mean with "
        f"a span of {SPAN:g}: took a span of {span:g}."
    )


def _beyond_zeros(
    counts: sparse.csr_matrix, total: np.ndarray, share: np.ndarray, theta: float, bound: float
) -> np.ndarray:
    """(2, feature) by how much residuals and squares exceed those of zeros in the same places."""
    expected = np.repeat(total, np.diff(counts.indptr)) * share[counts.indices]
    residual = (counts.data - expected) / np.sqrt(expected + expected**2 / theta)
    residual = np.clip(residual, -bound, bound)
    of_zero = _residual_of_zero(expected, theta, bound)
    excess = (residual - of_zero, residual**2 - of_zero**2)
    return np.stack([np.bincount(counts.indices, part, len(share)) for part in excess])


def _all_zeros(total: np.ndarray, share: np.ndarray, theta: float, bound: float) -> np.ndarray:
    """(2, feature) sums of residuals and squares, had every count been 0."""
    different, times = np.unique(total, return_counts=True)
    times = times.astype(np.float64)
    sums = np.zeros((2, len(share)))
    for part in _parts(len(different), len(share)):
        residual = _residual_of_zero(np.outer(different[part], share), theta, bound)
        sums[0] += times[part] @ residual
        sums[1] += times[part] @ np.square(residual, out=residual)
    return sums


def _residual_of_zero(expected: np.ndarray, theta: float, bound: float) -> np.ndarray:
    return np.maximum(-np.sqrt(expected * theta / (theta + expected)), -bound)


def _parts(n: int, width: int) -> Iterator[slice]:
    """Parts of `n` places that are `width` numbers wide, each of a bearable size."""
    size = max(1, _BLOCK // max(1, width))
    for start in range(0, n, size):
        yield slice(start, start + size)
