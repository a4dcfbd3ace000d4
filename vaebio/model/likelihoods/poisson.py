"""Poisson distribution of counts, its mean exp(map) times the observation's size factor."""

import math

import torch
from torch import Tensor

from vaebio.model.likelihoods.logarithm import SMALLEST_MEAN, expected_logarithm
from vaebio.model.minibatch import Minibatch


class Poisson:
    """-log Poisson(x; size · exp(map))."""

    target = "counts"
    maps = ("output",)

    def learned(self, features: int) -> dict[str, int]:
        """Nothing beside the map."""
        del features
        return {}

    def intercept(self, mean: Tensor) -> Tensor:
        """The logarithm of the mean normalised count."""
        return mean.clamp(min=SMALLEST_MEAN).log()

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """Mean - x log mean + log x!, summed over features."""
        del learned
        log_mean = linear[0] + seen.log_size[:, None]
        factorials = torch.lgamma(seen.target + 1).sum(-1)
        return (log_mean.exp() - seen.target * log_mean).sum(-1) + factorials

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """Expectation of log(1 + normalised count)."""
        del learned
        mean = (linear[0] + log_size[:, None]).exp()

        def generating(b: float) -> Tensor:
            return torch.mul(mean, math.expm1(-b)).exp_()

        return expected_logarithm(mean, log_size.exp(), generating)

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """Bias and size factor: with the product it is the logarithm of the mean."""
        del name, learned
        return bias[:, None] + seen.log_size[:, None]

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Mean - x."""
        del learned
        return [arrays[0].exp_().sub_(seen.target)], {}
