"""How large a network is."""

from collections.abc import Sequence
from itertools import pairwise


def parameters(
    encoder: Sequence[int], decoder: Sequence[int], latent: int, features: int, norms: bool = True
) -> int:
    """Weights, biases and norms of a network without a learned sigma or dispersion.

    Parameters
    ----------
    norms
        Whether every hidden layer has a layer norm.

    Examples
    --------
    >>> parameters((), (), latent=2, features=5, norms=False)
    39
    """
    down = [features, *encoder, 2 * latent]
    up = [latent, *decoder, features]
    maps = sum(a * b + b for widths in (down, up) for a, b in pairwise(widths))
    return maps + 2 * (sum(encoder) + sum(decoder)) * norms
