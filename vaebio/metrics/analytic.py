"""What the best linear VAE would do, from the eigenvalues of train and before any training.

With sigma 1 and weight beta of the rate, a linear VAE is probabilistic PCA whose noise variance is
beta: dividing the loss by beta shows it. Its optimum [lucas2019; tipping1999, equations 6 and 7]
keeps the directions whose eigenvalue is above beta and shrinks each by beta / eigenvalue, which is
the reverse water-filling of rate-distortion theory.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vaebio.metrics.decomposition import ROUNDING

EXACT = 4000
"""All eigenvalues are computed where observations or features are at most as many."""

MORE, BLOCKS = 8, 4
"""Columns beyond those asked for, and blocks of the Krylov space, of the randomised method. Of
2,000 features, 20 of them factors, it found the factors to 1e-6 and the noise 5 % too low."""


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of the covariance of train (divisor n), in scaled units.

    Parameters
    ----------
    leading
        (component,) the largest, in falling order; 0 where train has no further direction.
    total
        Sum of all eigenvalues: the summed variance of the features.
    features
        Over how many features an error is averaged: fewer than there are where values are
        missing.
    exact
        False for eigenvalues by the randomised method, which are lower bounds.
    """

    leading: Float[np.ndarray, " component"]
    total: float
    features: float
    exact: bool = True


@dataclass(frozen=True)
class Expected:
    """The optimum of a linear VAE of one beta and latent size.

    Parameters
    ----------
    rate_per_unit
        (unit,) in nats per observation, largest first; infinite at beta 0, where nothing keeps the
        posterior from becoming a point.
    mse, mse_sample
        Squared error per feature in scaled units, of the posterior mean and of a sample of the
        posterior.
    """

    rate_per_unit: Float[np.ndarray, " unit"]
    mse: float
    mse_sample: float

    @property
    def active_units(self) -> int:
        """Number of units that explain more variance than they cost."""
        return int(np.count_nonzero(self.rate_per_unit))

    @property
    def rate(self) -> float:
        """Nats per observation, summed over the units."""
        return float(self.rate_per_unit.sum())


def expected(spectrum: Spectrum, beta: float, latent: int) -> Expected:
    """Active units, rates and errors of the best linear VAE [lucas2019].

    Unit i is active when its eigenvalue is above beta. Its rate is log(eigenvalue / beta) / 2; of
    its variance, beta² / eigenvalue is lost by the posterior mean and beta by a sample.

    Examples
    --------
    >>> found = expected(Spectrum(np.array([4.0, 2.0, 0.5]), total=7.5, features=5.0), 1.0, 3)
    >>> found.active_units, found.mse_sample, found.mse
    (2, 0.7, 0.45)
    """
    if latent > len(spectrum.leading):
        raise ValueError(f"{latent} units need as many eigenvalues, not {len(spectrum.leading)}")
    first = spectrum.leading[:latent]
    active = first[first > beta]
    ignored = max(0.0, spectrum.total - float(active.sum()))
    rates = np.zeros(latent)
    with np.errstate(divide="ignore"):
        rates[: len(active)] = 0.5 * (np.log(active) - np.log(beta))
    return Expected(
        rates,
        mse=(ignored + float((beta**2 / active).sum())) / spectrum.features,
        mse_sample=(ignored + beta * len(active)) / spectrum.features,
    )


def spectrum(
    x: Float[np.ndarray, "observation feature"],
    components: int,
    *,
    batch: Int[np.ndarray, " observation"] | None = None,
    measured: float | None = None,
    exact: int = EXACT,
) -> Spectrum:
    """The largest eigenvalues of the covariance of train.

    Parameters
    ----------
    x
        Scaled train observations; what was filled in at the train mean.
    batch
        Technical batches, where models are told them: a model then knows their means for nothing,
        and what is left to explain is the variance within.
    measured
        Mean number of features that were measured of an observation; None: all.
    exact
        With more observations and features than this, the eigenvalues are those of a randomised
        block Krylov space [musco2015].
    """
    centred = _centred(x, batch)
    n, features = x.shape
    small = min(n, features) <= max(exact, 2 * BLOCKS * (components + MORE))
    values = _all(centred) if small else _leading(centred, components)
    total = float(np.einsum("of,of->o", centred, centred).sum(dtype=np.float64)) / n
    leading = _there(values[:components] / n, total, components)
    return Spectrum(leading, total, float(measured or features), small)


def spectrum_of(
    squares: Float[np.ndarray, " value"], observations: int, features: float, components: int
) -> Spectrum:
    """The same from squared singular values that are known, all of them, largest first."""
    values = squares / observations
    total = float(values.sum())
    return Spectrum(_there(values[:components], total, components), total, features)


def _there(values: NDArray, total: float, components: int) -> NDArray:
    """As many eigenvalues as were asked for; 0 where there is no further direction."""
    leading = np.zeros(components)
    leading[: len(values)] = np.where(values > ROUNDING * total, values, 0)
    return leading


def _centred(x: NDArray, batch: NDArray | None) -> NDArray:
    """Less the mean of every feature, or of every feature in each batch."""
    if batch is None:
        return x - x.mean(axis=0, dtype=np.float64).astype(x.dtype)
    centred = np.array(x)
    for one in np.unique(batch):
        centred[batch == one] = _centred(x[batch == one], None)
    return centred


def _all(x: NDArray) -> NDArray:
    """Squared singular values in falling order, from the smaller of the two Gram matrices."""
    x = x.astype(np.float64)
    gram = x @ x.T if x.shape[0] < x.shape[1] else x.T @ x
    return np.linalg.eigvalsh(gram)[::-1]


def _leading(x: NDArray, components: int) -> NDArray:
    """The largest squared singular values, in falling order.

    Those of x on the span of several powers of its Gram matrix: an approximation from below, close
    also where eigenvalues lie near each other.
    """
    random = np.random.default_rng(0)
    block = random.standard_normal((x.shape[1], components + MORE)).astype(x.dtype)
    blocks = []
    for _ in range(BLOCKS):
        block = np.linalg.qr(x.T @ (x @ block))[0]
        blocks.append(block)
    return _all(x @ np.linalg.qr(np.hstack(blocks))[0])
