"""Every observation through a stack, in chunks: latents, distortion, rate and squared error."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vaebio.model import keyed, likelihoods
from vaebio.model.objective import rate
from vaebio.model.vae import Stack

CHUNK_ELEMENTS = 2**25
"""Largest reconstruction held at a time (member x observation x feature), in numbers."""


@dataclass(frozen=True)
class Encoded:
    """What a stack says of each observation; never the reconstructions themselves."""

    mean: Float[Tensor, "member observation unit"]
    log_var: Float[Tensor, "member observation unit"]
    distortion: Float[Tensor, "member observation"]
    mse: Float[Tensor, "member observation"]

    @property
    def rate_per_unit(self) -> Float[Tensor, "member observation unit"]:
        """KL(q(z|x) || p(z)) of each unit, in nats."""
        return rate(self.mean, self.log_var)

    @property
    def rate(self) -> Float[Tensor, "member observation"]:
        """Rate of each observation, in nats."""
        return self.rate_per_unit.sum(dim=-1)


@torch.no_grad()
def encode(
    stack: Stack,
    x: Float[Tensor, "observation feature"],
    noise: Float[Tensor, "member observation unit"],
) -> Encoded:
    """Latents and errors of every observation.

    The distortion is that of one sample of the posterior per observation, drawn with `noise`; the
    mse is that of the posterior mean.
    """
    parts = [_chunk(stack, x[rows], noise[:, rows]) for rows in _chunks(stack, x)]
    return Encoded(*(torch.cat(part, dim=1) for part in zip(*parts, strict=True)))


def fixed_noise(
    seeds: Tensor, n: int, units: int, dtype: torch.dtype
) -> Float[Tensor, "seed observation unit"]:
    """Noise of held-out measurements: the same at every epoch, so that epochs are comparable."""
    return keyed.normal(seeds, keyed.VALIDATION, 0, (n, units), dtype)


def _chunk(stack: Stack, x: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
    mean, log_var = stack.encode(x)
    distortion = likelihoods.gaussian(x, stack.decode(stack.sample(mean, log_var, noise)))
    mse = likelihoods.squared_error(x, stack.decode(mean)) / x.shape[-1]
    return mean, log_var, distortion, mse


def _chunks(stack: Stack, x: Tensor) -> Iterator[slice]:
    size = max(1, CHUNK_ELEMENTS // (len(stack.latents) * x.shape[-1]))
    return (slice(start, start + size) for start in range(0, len(x), size))
