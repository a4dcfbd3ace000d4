"""Every observation through a stack, in chunks: latents, distortion, rate and squared error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vaebio.model import head, keyed
from vaebio.model.likelihoods.gaussian import squared_error
from vaebio.model.minibatch import Minibatch, row_slices
from vaebio.model.objective import rate
from vaebio.model.vae import Stack
from vaebio.training.by_feature import ByFeature
from vaebio.training.grid import Member
from vaebio.training.observations import Observations

ROWS = 128
"""Observations in a chunk at least: few enough that the maps of one member stay in a cache."""

CHUNK_ELEMENTS = {"cpu": 0, "cuda": 2**25}
"""Largest set of maps made at a time (member x observation x feature) where there are more."""


@dataclass(frozen=True)
class Encoded:
    """What a stack says of each observation; never the reconstructions themselves."""

    mean: Float[Tensor, "member observation unit"]
    log_var: Float[Tensor, "member observation unit"]
    distortion: Float[Tensor, "member observation"]
    mse: Float[Tensor, "member observation"]
    mse_sample: Float[Tensor, "member observation"] | None = None

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
    data: Observations,
    rows: Int[Tensor, " row"],
    noise: Float[Tensor, "member row unit"],
    *,
    errors_of_samples: bool = False,
    by_feature: ByFeature | None = None,
) -> Encoded:
    """Latents and errors of some observations.

    The distortion is that of one sample of the posterior per observation, drawn with `noise`; the
    mse is that of the posterior mean, in scaled units whatever the likelihood, and `mse_sample`,
    where it is asked for, that of the sample. All are of the measured values alone.

    Parameters
    ----------
    by_feature
        Where the squared errors of the posterior mean are to be summed by feature too.
    """
    parts = [
        _chunk(stack, data, rows[at], noise[:, at], errors_of_samples, by_feature)
        for at in _chunks(stack, data, len(rows))
    ]
    return Encoded(*(torch.cat(part, dim=1) for part in zip(*parts, strict=True)))


def fixed_noise(
    seeds: Tensor, n: int, units: int, dtype: torch.dtype
) -> Float[Tensor, "seed observation unit"]:
    """Noise of held-out measurements: the same at every epoch, so that epochs are comparable."""
    rows = torch.arange(n, device=seeds.device)
    return keyed.normal(seeds, keyed.VALIDATION, 0, rows, units, dtype)


def sampled(members: Sequence[Member]) -> Float[Tensor, "member 1 1"]:
    """What the noise of each member is multiplied by: 0 where nothing is drawn."""
    return torch.tensor([float(not m.deterministic) for m in members])[:, None, None]


def _chunk(
    stack: Stack,
    data: Observations,
    rows: Tensor,
    noise: Tensor,
    errors_of_samples: bool,
    by_feature: ByFeature | None,
) -> tuple[Tensor, ...]:
    seen = data.minibatch(rows)
    mean, log_var = stack.encode(seen.x, seen.batch)
    drawn = stack.decode_hidden(stack.sample(mean, log_var, noise), seen.batch)
    expected = stack.decode_hidden(mean, seen.batch)
    distortion, *errors = (torch.empty_like(mean[..., 0]) for _ in range(2 + errors_of_samples))
    at_once = row_slices(len(seen), data.features, mean.device)
    parts = [(at, seen.part(at)) for at in at_once]
    for block in head.blocks(drawn, data.features):
        part = stack.part(block)
        sampled, best = (part.maps(h[block], seen.batch) for h in (drawn, expected))
        for at, some in parts:
            linear = tuple(y[:, at] for y in sampled)
            distortion[block, at] = part.likelihood.distortion(linear, part.learned, some)
            for error, maps in zip(errors, (best, sampled), strict=False):
                x_hat = reconstruction(part, data, tuple(y[:, at] for y in maps), some)
                error[block, at] = _mse(some, x_hat)
                if by_feature is not None and maps is best:
                    by_feature.add(block, rows[at], some, x_hat)
    return mean, log_var, distortion, *errors


def _mse(
    seen: Minibatch, x_hat: Float[Tensor, "member observation feature"]
) -> Float[Tensor, "member observation"]:
    times = seen.measured.clamp(min=1)  # 0 where nothing was measured, not 0 / 0
    return squared_error(seen.x, x_hat, seen.observed) / times


def reconstruction(
    stack: Stack, data: Observations, linear: tuple[Tensor, ...], seen: Minibatch
) -> Float[Tensor, "member observation feature"]:
    """Expected values of observations by the maps of their latents, in scaled units."""
    values = stack.likelihood.expected(linear, stack.learned, seen.log_size)
    return values if data.target == "scaled" else data.constants.scaled(values)


def _chunks(stack: Stack, data: Observations, n: int) -> Iterator[slice]:
    most = CHUNK_ELEMENTS.get(data.device.type, CHUNK_ELEMENTS["cuda"])
    size = max(ROWS, most // (len(stack.latents) * data.features))
    return (slice(start, start + size) for start in range(0, n, size))
