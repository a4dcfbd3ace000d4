"""Noise floor of continuous values: the variance of the noise, from singular values."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from vaebio.metrics.decomposition import gram
from vaebio.metrics.reconstruction import Estimate

ROWS = 2000
"""Observations looked at: the largest matrix whose singular values take about a second."""

HALVES = 10
ROUNDS = 50


@dataclass(frozen=True)
class Noise:
    """Variance of the noise by the median and by the mean of the singular values below the signal.

    The two agree when the noise has one variance; when it differs between features, the median
    is too low and `mean` is the better one.
    """

    median: float
    mean: float
    signals: int


def noise_variance(
    x: Float[np.ndarray, "observation feature"],
    known_share: float = 1.0,
    seed: int = 0,
    squares: Float[np.ndarray, " value"] | None = None,
) -> Estimate:
    """Variance of the noise in a matrix of low rank plus white noise, and its 95 % interval.

    By the median singular value over that of the Marchenko-Pastur law (Gavish and Donoho 2014,
    doi 10.1109/TIT.2014.2323359), taken again without those above the law's edge until nothing
    changes. It holds for noise of one
    variance in all features. Where it differs between features the estimate is too low, by a fifth
    when 10 to 90 % of a feature's variance are noise; where features are correlated beyond any few
    factors it is too high. The interval is that of halves of the observations drawn without
    replacement (a bootstrap would put copies of rows into the matrix, whose singular values follow
    another law), widened to hold the estimate by the mean; it does not cover a wrong assumption.

    Parameters
    ----------
    x
        Of train; values that were not measured are 0, the mean.
    known_share
        Share of the values that were measured. Those that were not, being 0, make holes in the
        signal that look like noise, which is taken out as if they were missing at random. The
        upper end of the interval leaves it in.
    squares
        Squared singular values of x around its feature means, largest first, where they are known.
    """
    rng = np.random.default_rng(seed)
    if len(x) > ROWS:
        x, squares = x[np.sort(rng.choice(len(x), ROWS, replace=False))], None
    whole = noise_of(x, squares)
    half = len(x) // 2
    halves = [noise_of(x[rng.choice(len(x), half, replace=False)]) for _ in range(HALVES)]
    error = 1.96 * float(np.std([h.median for h in halves], ddof=1))
    total = float(np.mean(np.square(x, dtype=np.float64)))
    ends = (
        whole.median,
        min(whole.median - error, whole.mean),
        max(whole.median + error, whole.mean),
    )
    value, low, high = (_without_holes(v, total, known_share) for v in ends)
    return Estimate(value, low, high if known_share == 1 else ends[2] / known_share)


def noise_of(
    x: Float[np.ndarray, "observation feature"],
    squares: Float[np.ndarray, " value"] | None = None,
) -> Noise:
    """Variance of the noise of one matrix, around the mean of each feature."""
    n, features = len(x) - 1, x.shape[1]
    size, squares = min(n, features), _squares(x) if squares is None else squares
    signals = 0
    for _ in range(ROUNDS):
        long, short = max(n, features) - signals, size - signals
        median = float(np.median(squares[signals:size]))
        variance = median / (long * median_of_law(short / long))
        edge = variance * (np.sqrt(n) + np.sqrt(features)) ** 2
        found = min(int(np.sum(squares[:size] > edge)), size // 2)
        if found == signals:
            break
        signals = found
    rest = float(squares[signals:size].sum()) / ((n - signals) * (features - signals))
    return Noise(variance, rest, signals)


def median_of_law(aspect: float) -> float:
    """Median of the Marchenko-Pastur law of squared singular values over the longer side.

    Parameters
    ----------
    aspect
        Shorter over longer side, above 0 and at most 1.
    """
    angle = (np.arange(20_000) + 0.5) * np.pi / 20_000
    place = 1 + aspect - 2 * np.sqrt(aspect) * np.cos(angle)
    share = np.cumsum(np.sin(angle) ** 2 / place)
    return float(np.interp(0.5, share / share[-1], place))


def _squares(x: Float[np.ndarray, "observation feature"]) -> Float[np.ndarray, " value"]:
    """Squared singular values of a matrix without its column means, largest first."""
    centre = x.mean(axis=0, dtype=np.float64)
    return np.maximum(np.linalg.eigvalsh(gram(x, centre))[::-1], 0)


def _without_holes(variance: float, total: float, known: float) -> float:
    """Variance of the noise where values were measured, never below 0.

    With a share q measured and a total variance of q T, holes in the signal of variance T - v look
    like noise of q (1 - q) (T - v): seen is q v + q (1 - q) (T - v).
    """
    return max((variance / known - (1 - known) * total / known) / known, 0.0)
