"""Affine maps and layer norm of all members at once: weights carry a leading member axis."""

import torch
from jaxtyping import Float
from torch import Tensor


def affine(
    x: Float[Tensor, "*member observation fan_in"],
    weight: Float[Tensor, "member fan_in fan_out"],
    bias: Float[Tensor, "member fan_out"],
) -> Float[Tensor, "member observation fan_out"]:
    """One affine map per member, of inputs of its own (3 axes) or of shared ones (2 axes)."""
    return torch.baddbmm(bias[:, None], x.expand(len(weight), *x.shape[-2:]), weight)


def layer_norm(
    x: Float[Tensor, "member observation width"],
    gain: Float[Tensor, "member width"],
    shift: Float[Tensor, "member width"],
) -> Float[Tensor, "member observation width"]:
    """Layer norm with a gain and a shift per member [ba2016]."""
    normalised = torch.nn.functional.layer_norm(x, x.shape[-1:])
    return torch.addcmul(shift[:, None], normalised, gain[:, None])
