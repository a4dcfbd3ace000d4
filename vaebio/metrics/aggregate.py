"""The rate of some observations in parts, by the mean of their posteriors.

Let q(z) be the mean of the posteriors q(z|n) of N observations, and n one of them drawn at random.
The mean rate is the mutual information I(n; z) and KL(q(z) || p(z)) [hoffman2016], and the latter
is the total correlation of q(z) and the KL of every unit by itself [chen2018, equation 2]. The
units of one posterior are independent, so that all of it follows from mutual informations and
rates:

    KL(q(z) || p(z))            = rate - I(n; z)
    sum of KL(q(z_j) || p(z_j)) = rate - sum of I(n; z_j)
    total correlation           = sum of I(n; z_j) - I(n; z)

The rates have a closed form, and the mean over the N posteriors is exact; of a mutual information
z alone is drawn. Every observation has two draws, on either side of its posterior's mean and as
far from it, and over the observations the distances follow the normal distribution as evenly as so
many can. On 105 and 490 blood cells that left a standard error of at most 0.05 nats in any part,
where two independent draws would leave up to 0.2.

So the parts sum to the rate exactly, and a unit whose posteriors are all alike adds no error to
any of them.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.special import ndtri

NEGLIGIBLE = 1e-6
"""Mean rate of a unit in nats whose mutual information, which is never larger, is taken as 0."""

SATURATION = math.log(2)
"""Nats below ln N from where a mutual information says how many observations there are rather than
what the latents tell of them. There an observation's own posterior has as much of the density at
its sample as the N - 1 others together, and of infinitely many observations the mutual information
would be about ln N or more."""

BLOCK = 2**15
"""Numbers of a density matrix made at a time: few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class Parts:
    """Parts of the rate in nats, whose means over observations are the measures.

    Parameters
    ----------
    rate
        KL(q(z|n) || p(z)) of each observation, in closed form.
    information
        KL(q(z|n) || q(z)), estimated; the mean is I(n; z), at most ln N.
    of_units
        KL(q(z_j|n) || q(z_j)) of each unit, estimated from the same draws.
    """

    rate: Float[np.ndarray, " observation"]
    information: Float[np.ndarray, " observation"]
    of_units: Float[np.ndarray, "observation unit"]

    @property
    def marginal_kl(self) -> Float[np.ndarray, " observation"]:
        """KL(q(z) || p(z))."""
        return self.rate - self.information

    @property
    def total_correlation(self) -> Float[np.ndarray, " observation"]:
        """KL of q(z) and the product of its marginals: what the units share."""
        return self.of_units.sum(axis=1) - self.information

    @property
    def dimension_kl(self) -> Float[np.ndarray, " observation"]:
        """KL(q(z_j) || p(z_j)), summed over the units."""
        return self.rate - self.of_units.sum(axis=1)

    @property
    def saturated(self) -> bool:
        """Whether so few observations cannot show the mutual information."""
        return _saturated(self.information)

    @property
    def unit_saturated(self) -> bool:
        """Whether they cannot show that of some unit by itself."""
        return any(_saturated(unit) for unit in self.of_units.T)


def parts(
    mean: Float[np.ndarray, "observation unit"],
    log_var: Float[np.ndarray, "observation unit"],
    noise: Float[np.ndarray, "observation unit"],
) -> Parts:
    """Parts of the rate of N observations.

    Parameters
    ----------
    mean, log_var
        Of each observation's posterior.
    noise
        Standard normal numbers, of which signs and ranks are used.

    Examples
    --------
    >>> apart = parts(np.array([[-30.0], [30.0]]), np.zeros((2, 1)), np.zeros((2, 1)))
    >>> apart.information.round(4).tolist()
    [0.6931, 0.6931]
    """
    mean, log_var = mean.astype(np.float64), log_var.astype(np.float64)
    rate = 0.5 * (np.square(mean) + np.exp(log_var) - 1 - log_var)
    used = np.flatnonzero(rate.mean(axis=0) > NEGLIGIBLE)
    even = _even(noise[:, used])
    drawn = [_informations(mean[:, used], log_var[:, used], e) for e in (even, -even)]
    information, of_used = (np.mean(pair, axis=0) for pair in zip(*drawn, strict=True))
    of_units = np.zeros_like(rate)
    of_units[:, used] = of_used
    return Parts(rate.sum(axis=1), information, of_units)


def _even(noise: Float[np.ndarray, "observation unit"]) -> Float[np.ndarray, "observation unit"]:
    """Normal numbers of the same signs and order of sizes, their sizes evenly spread.

    Scaled to a mean square of 1, which the middles of equal shares of probability fall short of.
    """
    ranks = np.abs(noise).argsort(axis=0).argsort(axis=0)
    sizes = ndtri(0.5 + 0.5 * (ranks + 0.5) / len(noise))
    return np.copysign(sizes / np.sqrt(np.square(sizes).mean(axis=0)), noise)


def _informations(mean: NDArray, log_var: NDArray, noise: NDArray) -> tuple[NDArray, NDArray]:
    """Logarithm of the ratio of q(z|n) and q(z) at a draw, and of q(z_j|n) and q(z_j)."""
    z = mean + np.exp(0.5 * log_var) * noise
    own = -0.5 * (np.square(noise) + log_var)
    units = [_log_density(*(v[:, [j]] for v in (z, mean, log_var))) for j in range(z.shape[1])]
    of_units = own - np.stack(units, axis=1) if units else own
    return own.sum(axis=1) - _log_density(z, mean, log_var), of_units


def _log_density(z: NDArray, mean: NDArray, log_var: NDArray) -> NDArray:
    """Density log q(z) at every row of z, but for the powers of 2 pi.

    The exponents of all posteriors at all z are one product of matrices.
    """
    precision = np.exp(-log_var)
    constant = np.einsum("nj,nj->n", np.square(mean), precision) + log_var.sum(axis=1)
    left = np.hstack([np.square(z), z, np.ones((len(z), 1))])
    right = np.hstack([-0.5 * precision, mean * precision, -0.5 * constant[:, None]]).T
    found, size = np.empty(len(z)), max(1, BLOCK // len(mean))
    for start in range(0, len(z), size):
        at = slice(start, start + size)
        terms = left[at] @ right
        highest = terms.max(axis=1)
        terms -= highest[:, None]
        found[at] = np.log(np.exp(terms, out=terms).mean(axis=1)) + highest
    return found


def _saturated(information: NDArray) -> bool:
    return bool(information.mean() > math.log(len(information)) - SATURATION)
