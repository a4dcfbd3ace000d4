"""Distortion of each likelihood: -log p(x|z) of an observation in nats, summed over features."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class _SquaredError(torch.autograd.Function):
    """Squared error summed over features, with one array of that size instead of four.

    The reconstruction is the largest array of a step (member x minibatch x feature); plain
    autograd would hold and pass over the difference, its square and both gradients.
    """

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, x_hat: Tensor) -> Tensor:
        difference = x_hat - x
        ctx.save_for_backward(difference)
        return torch.linalg.vector_norm(difference, dim=-1).square()

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[None, Tensor]:
        (difference,) = ctx.saved_tensors
        return None, difference * (2 * gradient).unsqueeze(-1)


def squared_error(
    x: Float[Tensor, "observation feature"],
    x_hat: Float[Tensor, "member observation feature"],
) -> Float[Tensor, "member observation"]:
    """Squared error of each observation, summed over features; differentiable in `x_hat`."""
    return _SquaredError.apply(x, x_hat)


def gaussian(
    x: Float[Tensor, "observation feature"],
    x_hat: Float[Tensor, "member observation feature"],
) -> Float[Tensor, "member observation"]:
    """-log N(x; x_hat, 1) in nats: half the squared error and a constant.

    This is the plain MSE + KL VAE; a mean over features here would multiply the effective beta by
    their number.
    """
    return 0.5 * squared_error(x, x_hat) + x.shape[-1] * HALF_LOG_TWO_PI
