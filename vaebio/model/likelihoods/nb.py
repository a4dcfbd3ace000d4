"""Negative binomial distribution of counts with an inverse dispersion of every feature.

Written with u = log mean - log theta, so that log p(x) = x u - (theta + x) softplus(u) + c, where
c = lgamma(x + theta) - lgamma(theta) - lgamma(x + 1) is 0 at x = 0: on sparse counts the gamma
functions are needed at the non-zero entries alone.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

from vaebio.model.likelihoods.logarithm import SMALLEST_MEAN, expected_logarithm
from vaebio.model.minibatch import Minibatch, row_slices

SMALLEST_SHARE = 1e-7
"""Of the dispersion in theta + mean, where float32 would round it to 0."""


class NegativeBinomial:
    """-log NB(x; size · exp(map), theta), theta = exp(log_theta) [lopez2018]."""

    target = "counts"
    maps = ("output",)

    def learned(self, features: int) -> dict[str, int]:
        """The logarithm of the inverse dispersion of every feature."""
        return {"log_theta": features}

    def intercept(self, mean: Tensor) -> Tensor:
        """The logarithm of the mean normalised count."""
        return mean.clamp(min=SMALLEST_MEAN).log()

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """The density by the formula above, summed over features."""
        log_theta = learned["log_theta"][:, None]
        u = linear[0] + seen.log_size[:, None] - log_theta
        terms = (log_theta.exp() + seen.target) * softplus(u) - seen.target * u
        return terms.sum(-1) - gamma_terms(learned["log_theta"].exp(), seen)

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """Expectation of log(1 + normalised count)."""
        theta = learned["log_theta"].exp()[:, None]
        mean = (linear[0] + log_size[:, None]).exp()
        odds = mean / theta

        def generating(b: float) -> Tensor:
            return torch.add(1, odds, alpha=-math.expm1(-b)).log_().mul_(-theta).exp_()

        return expected_logarithm(mean, log_size.exp(), generating)

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """Bias, size factor and -log theta: with the product it is u."""
        del name
        return (bias - learned["log_theta"])[:, None] + seen.log_size[:, None]

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """(theta + x) sigmoid(u) - x; no gamma function, and in log theta at the non-zeros."""
        theta = learned["log_theta"].exp()
        spread = torch.zeros_like(theta)
        for at in row_slices(*arrays[0].shape[1:], theta.device):
            share, x = arrays[0][:, at].sigmoid_(), seen.target[at]
            spread += torch.rsub(share, 1).clamp_(min=SMALLEST_SHARE).log_().sum(1)
            share.mul_(theta[:, None] + x).sub_(x)
        in_log_theta = -theta * (digamma_sums(theta, seen) + spread) - arrays[0].sum(1)
        return arrays, {"log_theta": in_log_theta}


def gamma_terms(theta: Tensor, seen: Minibatch) -> Tensor:
    """lgamma(x + theta) - lgamma(theta) - lgamma(x + 1), summed over features.

    Parameters
    ----------
    theta
        (member, feature).

    Returns
    -------
    (member, observation).
    """
    if not seen.sparse:
        x, theta = seen.target, theta[:, None]
        return (torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)).sum(-1)
    x, at = seen.tally.count, theta[:, seen.tally.feature]
    terms = torch.lgamma(x + at) - torch.lgamma(at) - torch.lgamma(x + 1)
    sums = terms.new_zeros(len(theta), len(seen))
    return sums.index_add(1, seen.nonzero[0], terms[:, seen.tally.place])


def digamma_sums(theta: Tensor, seen: Minibatch) -> Tensor:
    """digamma(x + theta) - digamma(theta), summed over observations, shape (member, feature)."""
    if not seen.sparse:
        sums = torch.digamma(seen.target + theta[:, None]).sum(1)
        return sums - len(seen) * torch.digamma(theta)
    tally, at = seen.tally, theta[:, seen.tally.feature]
    terms = tally.times * (torch.digamma(tally.count + at) - torch.digamma(at))
    return torch.zeros_like(theta).index_add_(1, tally.feature, terms)
