"""Expectation of log(1 + count / size) under a distribution of counts.

The scaled space is that of logarithms, and there the best guess is the expectation of the
logarithm. The logarithm of the expected count lies above it (Jensen), on sparse counts so far
that its squared error exceeds that of the train mean.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

STEP = 1.1
"""Distance of the nodes in log b; the error of the sum falls as exp(-pi² / STEP)."""

HIGHEST = 1
"""Last node of its own: beyond b = exp(STEP * HIGHEST) a count above 0 counts as one."""

SMALL = 0.01
"""Where mean x b is below this in all entries, 1 - G(exp(-b)) is mean x b."""


SMALLEST_MEAN = 1e-6
"""Mean normalised count that a model starts from where there is none on train."""


def expected_logarithm(mean: Tensor, size: Tensor, generating: Callable[[float], Tensor]) -> Tensor:
    """E log(1 + X / size), shape of `mean`, to within 1e-3.

    log(1 + x/s) is the integral over b > 0 of exp(-s b) (1 - exp(-b x)) / b. Under the
    expectation, exp(-b x) becomes the probability generating function G at exp(-b), which
    distributions of counts have in closed form. The integral is a sum over equal steps of log b,
    and both its ends are sums of known functions.

    Parameters
    ----------
    mean
        (member, observation, feature) expected counts.
    size
        (observation,) size factors.
    generating
        G(exp(-b)) for a given b, a fresh array of the shape of `mean`; b may be infinite.
    """
    size = size.cpu().double()  # not every device has float64
    lowest = math.floor(math.log(SMALL / max(float(mean.max()), SMALL)) / STEP)

    def weight(nodes: range, power: int) -> Tensor:
        b = torch.exp(STEP * torch.arange(nodes.start, nodes.stop).double())
        return (STEP * b**power * torch.exp(-size[:, None] * b)).sum(1).to(mean)[:, None]

    beyond = range(HIGHEST + 1, HIGHEST + 41)
    found = torch.addcmul(
        weight(range(lowest, beyond.stop), 0), mean, weight(range(lowest - 40, lowest), 1)
    )
    for node in range(lowest, HIGHEST + 1):
        here = weight(range(node, node + 1), 0)
        found.addcmul_(generating(math.exp(STEP * node)), here, value=-1)
    return found.addcmul_(generating(math.inf), weight(beyond, 0), value=-1)
