"""Keyed randomness: a number is a function of its coordinates, not of what was drawn before it.

Philox-4x32-10 [salmon2011] turns (seed, purpose, step, row, column) into 32 random bits, so the
noise of one observation and unit is the same whatever else is in the stack, in whatever order,
on whatever device.
"""

import math

import torch
from torch import Tensor

INITIALISATION, ORDER, NOISE, VALIDATION, DROPOUT = range(5)
"""Purposes: streams of one seed that never meet."""

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = 0xFFFFFFFF


def philox(counter: tuple[Tensor, ...], key: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Four words of 32 random bits for each counter of four words and key of two.

    Parameters
    ----------
    counter, key
        Integer tensors (int64) that broadcast together, each value below 2^32.

    References
    ----------
    [salmon2011], figure 4; ten rounds.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = _product(c0, _MULTIPLIERS[0])
        high1, low1 = _product(c2, _MULTIPLIERS[1])
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return c0, c1, c2, c3


def _product(a: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """High and low word of a 32 x 32 bit product; int64 wraps, the masks undo its sign."""
    product = a * factor
    return (product >> 32) & _LOW, product & _LOW


def uniform(
    seeds: Tensor, purpose: int, step: int | Tensor, rows: Tensor, columns: int, dtype: torch.dtype
) -> Tensor:
    """Uniform numbers in (0, 1], shape (seed, row, column), on the device of `seeds`.

    Parameters
    ----------
    step
        One for all rows, or (row,) that of each.
    rows
        (row,) which rows of an endless table are wanted: an observation has its numbers whatever
        minibatch it is in.
    columns
        How many columns; more of them hold the fewer: padding changes nothing.
    """
    words = torch.stack(torch.broadcast_tensors(*_words(seeds, purpose, step, rows, columns)), -1)
    # The half keeps zero out, where the logarithm of `normal` has no value.
    return ((words.to(dtype) + 0.5) * 2.0**-32).flatten(-2)[..., :columns]


def normal(
    seeds: Tensor, purpose: int, step: int | Tensor, rows: Tensor, columns: int, dtype: torch.dtype
) -> Tensor:
    """Standard normal numbers, shape (seed, row, column), by the Box-Muller transform."""
    padded = -(-columns // 4) * 4
    u = uniform(seeds, purpose, step, rows, padded, dtype).unflatten(-1, (-1, 4))
    radius = (-2 * u[..., :2].log()).sqrt()
    angle = 2 * math.pi * u[..., 2:]
    z = torch.cat([radius * angle.cos(), radius * angle.sin()], dim=-1)
    return z.flatten(-2)[..., :columns]


def permutation(seed: int, step: int, n: int, device: torch.device) -> Tensor:
    """A random order of n rows, shape (n,)."""
    rows = torch.arange(n, device=device)
    word, *_ = _words(torch.tensor([seed], device=device), ORDER, step, rows, 1)
    return word.flatten().argsort(stable=True)


def _words(
    seeds: Tensor, purpose: int, step: int | Tensor, rows: Tensor, columns: int
) -> tuple[Tensor, ...]:
    blocks = torch.arange(-(-columns // 4), device=seeds.device)
    streams = torch.full((1, 1), purpose, device=seeds.device)
    steps = torch.as_tensor(step, device=seeds.device).reshape(-1, 1)
    key = seeds[:, None, None] & _LOW, (seeds[:, None, None] >> 32) & _LOW
    return philox((rows[:, None], blocks, steps, streams), key)
