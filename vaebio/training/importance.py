"""log p(x) by importance weighting: what the ELBO would be if the posterior were better."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vaebio.model import head, keyed
from vaebio.model.minibatch import Minibatch, row_slices
from vaebio.model.vae import Stack
from vaebio.training.encode import ROWS
from vaebio.training.observations import Observations


@torch.no_grad()
def log_likelihood(
    stack: Stack,
    data: Observations,
    rows: Int[Tensor, " row"],
    seeds: Int[Tensor, " member"],
    samples: int,
) -> Float[Tensor, "member row"]:
    """Lower bound of log p(x) of some observations, in nats [burda2016, equation 8].

    The logarithm of the mean of p(x|z) p(z) / q(z|x) over some samples of the posterior. With one
    sample it is that of the ELBO, and in expectation it never falls with more of them. Of the
    measured values alone.

    Parameters
    ----------
    seeds
        Of each member. The noise is that of the fixed measurements: the first sample is the one
        the distortion is measured with.
    samples
        Number of samples for each observation.
    """
    chunks = rows.split(max(1, ROWS // samples))
    parts = [_chunk(stack, data, some, seeds, samples) for some in chunks]
    return torch.cat(parts, dim=1) - math.log(samples)


def _chunk(
    stack: Stack, data: Observations, rows: Tensor, seeds: Tensor, samples: int
) -> Float[Tensor, "member row"]:
    """Logarithm of the sum of the weights, no more than a chunk of them at a time."""
    seen = data.minibatch(rows)
    posterior = stack.encode(seen.x, seen.batch)
    total = torch.full_like(posterior[0][..., 0], -math.inf)
    for steps in torch.arange(samples, device=seeds.device).split(ROWS):
        # An observation is repeated for each of its samples, which costs the likelihood little.
        again = [v.repeat_interleave(len(steps), dim=1) for v in posterior]
        repeated = rows.repeat_interleave(len(steps))
        noise = _noise(stack, seeds, steps.repeat(len(rows)), repeated, data.dtype)
        weights = _log_weights(stack, data.minibatch(repeated), *again, noise)
        total = torch.logaddexp(total, weights.unflatten(1, (len(rows), -1)).logsumexp(-1))
    return total


def _noise(
    stack: Stack, seeds: Tensor, steps: Tensor, rows: Tensor, dtype: torch.dtype
) -> Float[Tensor, "member row unit"]:
    unique, index = seeds.unique(return_inverse=True)
    units = max(stack.latents)
    drawn = keyed.normal(unique, keyed.VALIDATION, steps, rows.to(seeds.device), units, dtype)
    return drawn[index] * stack.mask


def _log_weights(
    stack: Stack, seen: Minibatch, mean: Tensor, log_var: Tensor, noise: Tensor
) -> Float[Tensor, "member row"]:
    """Weight log p(x|z) + log p(z) - log q(z|x) at one sample of each row's posterior."""
    z = stack.sample(mean, log_var, noise)
    sampled_rate = 0.5 * (z.square() - noise.square() - log_var).sum(-1)
    return -(_distortion(stack, seen, z) + sampled_rate)


def _distortion(stack: Stack, seen: Minibatch, z: Tensor) -> Float[Tensor, "member row"]:
    features = stack.architecture.features
    hidden, found = stack.decode_hidden(z, seen.batch), torch.empty_like(z[..., 0])
    parts = [(at, seen.part(at)) for at in row_slices(len(seen), features, z.device)]
    for block in head.blocks(hidden, features):
        part = stack.part(block)
        maps = part.maps(hidden[block], seen.batch)
        for at, some in parts:
            linear = tuple(y[:, at] for y in maps)
            found[block, at] = part.likelihood.distortion(linear, part.learned, some)
    return found
