"""Bernoulli distribution of binary values; of fractions in [0, 1] the cross-entropy."""

import torch
from torch import Tensor

from vaebio.model.minibatch import Minibatch


class Bernoulli:
    """-x log p - (1 - x) log(1 - p), p = sigmoid(map); a density for binary x only."""

    target = "fractions"
    maps = ("output",)

    def learned(self, features: int) -> dict[str, int]:
        """Nothing beside the map."""
        del features
        return {}

    def intercept(self, mean: Tensor) -> Tensor:
        """The logit of the mean."""
        return mean.logit(eps=1e-6)

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """softplus(map) - x map, summed over features."""
        del learned
        terms = torch.nn.functional.softplus(linear[0]) - seen.target * linear[0]
        return (terms if seen.observed is None else terms * seen.observed).sum(-1)

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """The probability, as the values before scaling."""
        del learned, log_size
        return linear[0].sigmoid()

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """The bias, for each observation."""
        del name, learned
        return bias[:, None].repeat(1, len(seen), 1)

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Probability - x."""
        del learned
        gradient = arrays[0].sigmoid_().sub_(seen.target)
        return [gradient if seen.observed is None else gradient.mul_(seen.observed)], {}
