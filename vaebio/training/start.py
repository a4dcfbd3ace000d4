"""Weights that a member goes on from, where it does not start from random ones."""

from collections.abc import Mapping

from torch import Tensor

from vaebio.model.vae import HEADS, Architecture, Parameters, Stack, shapes


def go_on(stack: Stack, starts: Mapping[int, Parameters]) -> None:
    """Give members of a stack that was just made the weights of others, where they fit.

    Encoder and decoder are taken whole or not at all: a layer out of its network is worth no more
    than a random one. More latent units than there were keep the random weights that lead to
    them, and lead to nothing: the member begins as the function that the other one was.

    Parameters
    ----------
    starts
        By position in the stack, parameters without member axis and padding.
    """
    for index, start in starts.items():
        for part in (True, False):
            names = [n for n in stack.parameters if _encodes(n) == part]
            if all(_fits(stack.architecture, n, start) for n in names):
                for name in names:
                    _copy(stack, name, index, start[name])


def _encodes(name: str) -> bool:
    """Whether a parameter is the encoder's; all others go with the decoder."""
    return name.split(".")[0] in ("encoder", *HEADS)


def _fits(architecture: Architecture, name: str, start: Parameters) -> bool:
    """Whether the other member has the parameter in this shape, or with fewer latent units."""
    if name not in start:
        return False
    return tuple(start[name].shape) == shapes(architecture, len(start["mean.bias"]))[name]


def _copy(stack: Stack, name: str, index: int, value: Tensor) -> None:
    into, axis = stack.parameters[name][index], stack.architecture.latent_axes.get(name)
    if axis is not None:
        units = value.shape[axis]
        if not _encodes(name):
            into.narrow(axis, units, into.shape[axis] - units).zero_()
        into = into.narrow(axis, 0, units)
    into.copy_(value)
