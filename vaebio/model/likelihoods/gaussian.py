"""Normal distribution of the scaled values, its standard deviation 1 or learned."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from vaebio.model.minibatch import Minibatch

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)

SMALLEST_LOG_SIGMA = -6.0
"""A feature that can be told exactly would drive its density to infinity [rybkin2021]."""


class _SquaredError(torch.autograd.Function):
    """Squared error summed over features, with one array of that size instead of four.

    The reconstruction is the largest array there is (member x minibatch x feature); plain
    autograd would hold and pass over the difference, its square and both gradients.
    """

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, x: Tensor, x_hat: Tensor, observed: Tensor | None
    ) -> Tensor:
        difference = x_hat - x
        if observed is not None:
            difference *= observed
        ctx.save_for_backward(difference)
        return torch.linalg.vector_norm(difference, dim=-1).square()

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, gradient: Tensor
    ) -> tuple[None, Tensor, None]:
        (difference,) = ctx.saved_tensors
        return None, difference * (2 * gradient).unsqueeze(-1), None


def squared_error(
    x: Float[Tensor, "observation feature"],
    x_hat: Float[Tensor, "member observation feature"],
    observed: Float[Tensor, "observation feature"] | None = None,
) -> Float[Tensor, "member observation"]:
    """Squared error of each observation, summed over features; differentiable in `x_hat`.

    Parameters
    ----------
    observed
        1 where a value counts, 0 where it does not; None: all count.
    """
    return _SquaredError.apply(x, x_hat, observed)


class Gaussian:
    """-log N(x; x_hat, sigma²).

    With sigma 1 this is half the squared error and a constant, the plain MSE + KL VAE; a mean
    over features here would multiply the effective beta by their number. A learned sigma, one of
    each member or of each of its features, makes beta = 1 the calibrated ELBO [rybkin2021].
    """

    target = "scaled"
    maps = ("output",)

    def __init__(self, sigma: str) -> None:
        self.sigma = sigma

    def learned(self, features: int) -> dict[str, int]:
        """The logarithm of sigma, before its lower bound."""
        return {"unit": {}, "shared": {"log_sigma": 1}, "feature": {"log_sigma": features}}[
            self.sigma
        ]

    def intercept(self, mean: Tensor) -> Tensor:
        """The mean itself: 0 for values that were scaled on train."""
        return mean

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """Half the squared error in units of sigma, with the normalising constant."""
        constant = seen.measured * HALF_LOG_TWO_PI
        if not learned:
            return 0.5 * squared_error(seen.target, linear[0], seen.observed) + constant
        log_sigma = _bounded(learned["log_sigma"])
        error = (linear[0] - seen.target) * (-log_sigma).exp()[:, None]
        if seen.observed is not None:
            error = error * seen.observed
        return 0.5 * error.square().sum(-1) + self._logs(log_sigma, seen) + constant

    def _logs(self, log_sigma: Tensor, seen: Minibatch) -> Tensor:
        """Sum of log sigma over the measured features of each observation."""
        if self.sigma == "shared":
            return log_sigma * seen.measured
        if seen.observed is None:
            return log_sigma.sum(-1, keepdim=True)
        return log_sigma @ seen.observed.mT

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """The reconstruction in scaled units."""
        del learned, log_size
        return linear[0]

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """Bias less the target: with the product it is the error."""
        del name, learned
        return bias[:, None] - seen.target

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """The error over sigma²; in log sigma, 1 less the error's square over sigma²."""
        error = arrays[0] if seen.observed is None else arrays[0].mul_(seen.observed)
        if not learned:
            return [error], {}
        raw = learned["log_sigma"]
        precision = (-2 * _bounded(raw)).exp()
        squares = torch.einsum("mof,mof->mf", error, error)
        times = len(seen) if seen.observed is None else seen.observed.sum(0)
        in_log_sigma = times - squares * precision
        if self.sigma == "shared":
            in_log_sigma = in_log_sigma.sum(-1, keepdim=True)
        slope = torch.sigmoid(raw - SMALLEST_LOG_SIGMA)
        return [error.mul_(precision[:, None])], {"log_sigma": in_log_sigma * slope}


def _bounded(log_sigma: Tensor) -> Tensor:
    """Smoothly above the smallest value, so that its gradient never ends."""
    return SMALLEST_LOG_SIGMA + torch.nn.functional.softplus(log_sigma - SMALLEST_LOG_SIGMA)
