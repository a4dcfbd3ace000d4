"""Gradient of the distortion through the last linear maps, by its closed form.

The maps from the last hidden layer to the features are the largest arrays of a step (member x
minibatch x feature). Here they are made, turned into their gradient and used up a few members at
a time, while they are still in the processor's cache; their values are never needed.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vaebio.model.minibatch import Minibatch
from vaebio.model.vae import Parameters, Stack

BLOCK = {"cpu": 2**18, "cuda": 2**28}
"""Largest map made at a time, in numbers: about the second level cache, or a part of a device."""


def blocks(hidden: Float[Tensor, "member observation width"], features: int) -> list[slice]:
    """Members whose maps are made at a time."""
    members, observations, _ = hidden.shape
    most = BLOCK.get(hidden.device.type, BLOCK["cuda"])
    size = max(1, most // (observations * features))
    return [slice(i, i + size) for i in range(0, members, size)]


def owned(stack: Stack) -> set[str]:
    """Names of the parameters whose gradient `backward` writes."""
    maps, learned = stack.likelihood.maps, stack.learned
    return {name for name in stack.parameters if name.split(".")[0] in maps or name in learned}


@torch.no_grad()
def backward(
    stack: Stack, hidden: Float[Tensor, "member observation width"], seen: Minibatch
) -> Float[Tensor, "member observation width"]:
    """Gradient, in the last hidden layer, of the mean distortion over observations.

    Writes `grad` of the parameters it owns, whatever was there before.
    """
    gradients = {}
    for name in owned(stack):
        p = stack.parameters[name]
        # Kept from step to step: fresh memory of this size costs as much as a pass over it.
        p.grad = gradients[name] = torch.empty_like(p) if p.grad is None else p.grad
        if name.endswith(".batch"):
            p.grad.zero_()
    into_hidden = torch.empty_like(hidden)
    for block in blocks(hidden, stack.architecture.features):
        into = {name: g[block] for name, g in gradients.items()}
        _block(stack.part(block), hidden[block], seen, into, into_hidden[block])
    return into_hidden


def _block(
    stack: Stack, hidden: Tensor, seen: Minibatch, into: Parameters, into_hidden: Tensor
) -> None:
    likelihood, parameters, share = stack.likelihood, stack.parameters, 1 / len(seen)
    arrays = []
    for name in likelihood.maps:
        start = likelihood.start(name, parameters[f"{name}.bias"], stack.learned, seen)
        if f"{name}.batch" in parameters:
            start += parameters[f"{name}.batch"][:, seen.batch]
        arrays.append(torch.baddbmm(start, hidden, parameters[f"{name}.weight"], out=start))
    gradients, in_learned = likelihood.gradient(arrays, stack.learned, seen)
    for i, (name, g) in enumerate(zip(likelihood.maps, gradients, strict=True)):
        torch.bmm((hidden * share).mT, g, out=into[f"{name}.weight"])
        torch.mul(g.sum(1), share, out=into[f"{name}.bias"])
        if f"{name}.batch" in parameters:
            into[f"{name}.batch"].index_add_(1, seen.batch, g, alpha=share)
        weight = parameters[f"{name}.weight"].mT
        torch.baddbmm(into_hidden, g, weight, beta=min(i, 1), alpha=share, out=into_hidden)
    for name, g in in_learned.items():
        torch.mul(g, share, out=into[name])
