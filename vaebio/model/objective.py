"""The objective of a member: distortion + beta x rate, nats against nats."""

import torch
from jaxtyping import Float
from torch import Tensor


def rate(
    mean: Float[Tensor, "*any unit"], log_var: Float[Tensor, "*any unit"]
) -> Float[Tensor, "*any unit"]:
    """KL(q(z|x) || N(0, I)) of each latent unit, in nats.

    Closed form for diagonal Gaussians [kingma2014, appendix B]. The sum over units is the rate of
    an observation.
    """
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var)


def penalty(
    rate: Float[Tensor, "member unit"],
    beta: Float[Tensor, " member"],
    *,
    free_bits: Float[Tensor, "member unit"] | None = None,
    capacity: float | None = None,
) -> Float[Tensor, " member"]:
    """What the rate costs each member: beta x rate [higgins2017], or one of two other prices.

    Parameters
    ----------
    rate
        Mean over observations of the rate of each unit, in nats.
    free_bits
        Nats of each unit that cost nothing: beta x sum of max(free bits, rate) [kingma2016,
        equation 15]; 0 at padded units.
    capacity
        Target of the summed rate in nats: beta x |rate - capacity| [burgess2018, equation 8].
    """
    if free_bits is not None:
        rate = torch.maximum(rate, free_bits)
    total = rate.sum(dim=-1)
    return beta * (total if capacity is None else (total - capacity).abs())
