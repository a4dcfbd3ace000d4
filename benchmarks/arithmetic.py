"""Matrix products of a training step: floating-point operations, bytes, least time."""

import math
from dataclasses import dataclass

from vaebio.model.vae import HEADS, Architecture, shapes

BYTES = 4
"""Bytes of a float32."""


@dataclass(frozen=True)
class Product:
    """One matrix product, (rows x inner) by (inner x columns)."""

    rows: int
    inner: int
    columns: int

    @property
    def flops(self) -> int:
        """Floating-point operations: a multiplication and an addition per term."""
        return 2 * self.rows * self.inner * self.columns

    @property
    def bytes(self) -> int:
        """Bytes of both operands and the result."""
        numbers = self.rows * self.inner + self.inner * self.columns + self.rows * self.columns
        return BYTES * numbers


def step_products(architecture: Architecture, latent: int, observations: int) -> list[Product]:
    """Every matrix product of one training step of one member on a minibatch.

    Each affine map has three: the forward product, the gradient of its weight, and the gradient of
    its input, which the maps fed by the data do not need. The number of operations is linear in
    the number of observations.
    """
    fed_by_data = ("encoder.0",) if architecture.encoder else HEADS
    found = []
    for name, shape in shapes(architecture, latent).items():
        layer, _, part = name.rpartition(".")
        if part != "weight":
            continue
        fan_in, fan_out = shape
        found += [Product(observations, fan_in, fan_out), Product(fan_in, observations, fan_out)]
        if layer not in fed_by_data:
            found.append(Product(observations, fan_out, fan_in))
    return found


def step_flops(architecture: Architecture, latent: int, observations: int) -> int:
    """Floating-point operations of the matrix products of one training step of one member."""
    return sum(p.flops for p in step_products(architecture, latent, observations))


def adam_bytes(architecture: Architecture, latent: int) -> int:
    """Bytes Adam moves in one step of one member.

    It reads parameter, gradient and two moments, and writes parameter and two moments.
    """
    return 7 * BYTES * sum(math.prod(shape) for shape in shapes(architecture, latent).values())


def roofline_seconds(
    architecture: Architecture,
    latent: int,
    observations: int,
    peak_flops: float,
    peak_bytes: float,
) -> float:
    """Least seconds of one training step of one member on a device with these peaks per second.

    Each product takes the longer of its arithmetic and its traffic; Adam takes its traffic; all
    that is done element by element between products is counted as free.
    """
    products = sum(
        max(p.flops / peak_flops, p.bytes / peak_bytes)
        for p in step_products(architecture, latent, observations)
    )
    return products + adam_bytes(architecture, latent) / peak_bytes
