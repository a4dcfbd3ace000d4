"""The objective of a member: distortion + beta x rate, nats against nats."""

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


def objective(
    distortion: Float[Tensor, "member observation"],
    rate: Float[Tensor, "member observation"],
    beta: Float[Tensor, " member"],
) -> Float[Tensor, " member"]:
    """Mean over observations of distortion + beta x rate, in nats [higgins2017]."""
    return distortion.mean(dim=-1) + beta * rate.mean(dim=-1)
