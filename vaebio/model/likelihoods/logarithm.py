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


TAIL = 40
"""Nodes beyond either end, where the function is known and the sum has converged."""

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
    lowest = math.floor(math.log(SMALL / max(float(mean.max()), SMALL)) / STEP)
    nodes = STEP * torch.arange(lowest - TAIL, HIGHEST + 1 + TAIL, dtype=torch.float64)
    b = nodes.exp()  # on the host: not every device has float64
    weight = STEP * torch.exp(-size.cpu().double()[:, None] * b)
    own = slice(TAIL, len(b) - TAIL)
    below, between, beyond = weight[:, :TAIL], weight[:, own], weight[:, own.stop :]
    sums = [(b[:TAIL] * below).sum(1), (between.sum(1) + beyond.sum(1)), beyond.sum(1)]
    linear, all_of_them, last, *single = torch.stack([*sums, *between.T]).to(mean)[..., None]
    found = torch.addcmul(all_of_them, mean, linear)
    for at, here in zip(b[own].tolist(), single, strict=True):
        found.addcmul_(generating(at), here, value=-1)
    return found.addcmul_(generating(math.inf), last, value=-1)
