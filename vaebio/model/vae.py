"""VAEs of one architecture as one program: a leading member axis, latents padded and masked."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from vaebio.model import keyed
from vaebio.model.layers import affine, layer_norm

ACTIVATIONS = {
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
    "tanh": torch.tanh,
}

Parameters = dict[str, Tensor]


@dataclass(frozen=True)
class Architecture:
    """What all members of a stack share; hidden widths in the order data flow through them."""

    features: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    activation: str = "relu"
    normalisation: str = "layer"

    @property
    def latent_axes(self) -> dict[str, int]:
        """Parameters that have a latent axis, and which (counted from the end)."""
        into = "decoder.0.weight" if self.decoder else "output.weight"
        heads = {f"{head}.{part}": axis for head in HEADS for part, axis in _HEAD_AXES.items()}
        return {**heads, into: -2}


HEADS = ("mean", "log_var")
_HEAD_AXES = {"weight": -1, "bias": -1}


@dataclass(frozen=True)
class Stack:
    """Members of one architecture: `parameters` by name, each with the members as first axis.

    Latents are padded to the largest of the stack. A padded unit has z = 0 and no rate, so it
    reaches neither its own member's loss nor any other member.
    """

    architecture: Architecture
    latents: tuple[int, ...]
    parameters: Parameters

    @cached_property
    def mask(self) -> Float[Tensor, "member 1 unit"]:
        """1 for a member's own units, 0 for the padding."""
        weight = self.parameters["output.bias"]
        units = torch.arange(max(self.latents), device=weight.device)
        own = torch.tensor(self.latents, device=weight.device)
        return (units < own[:, None, None]).to(weight.dtype)

    def encode(
        self, x: Float[Tensor, "observation feature"]
    ) -> tuple[Float[Tensor, "member observation unit"], Float[Tensor, "member observation unit"]]:
        """Mean and log variance of q(z|x); both 0, the prior, at padded units."""
        hidden = self._hidden("encoder", x)
        mask = self.mask
        return self._affine("mean", hidden) * mask, self._affine("log_var", hidden) * mask

    def decode(
        self, z: Float[Tensor, "member observation unit"]
    ) -> Float[Tensor, "member observation feature"]:
        """Mean of p(x|z), in scaled units."""
        return self._affine("output", self._hidden("decoder", z))

    def sample(
        self,
        mean: Float[Tensor, "member observation unit"],
        log_var: Float[Tensor, "member observation unit"],
        noise: Float[Tensor, "member observation unit"],
    ) -> Float[Tensor, "member observation unit"]:
        """Latents mean + standard deviation x noise [kingma2014]; 0 at padded units."""
        return torch.addcmul(mean, (0.5 * log_var).exp() * self.mask, noise)

    def take(self, index: Sequence[int]) -> "Stack":
        """The stack of some of the members, in the order of `index`; padding is cut with them."""
        latents = tuple(self.latents[i] for i in index)
        chosen = {name: p.detach()[list(index)] for name, p in self.parameters.items()}
        for name, axis in self.architecture.latent_axes.items():
            chosen[name] = chosen[name].narrow(axis, 0, max(latents))
        return replace(self, latents=latents, parameters={k: v.clone() for k, v in chosen.items()})

    def _affine(self, layer: str, x: Tensor) -> Tensor:
        return affine(x, self.parameters[f"{layer}.weight"], self.parameters[f"{layer}.bias"])

    def _hidden(self, part: str, x: Tensor) -> Tensor:
        activation = ACTIVATIONS[self.architecture.activation]
        for i in range(len(getattr(self.architecture, part))):
            x = self._affine(f"{part}.{i}", x)
            if self.architecture.normalisation == "layer":
                gain, shift = (self.parameters[f"{part}.{i}.{p}"] for p in ("gain", "shift"))
                x = layer_norm(x, gain, shift)
            x = activation(x)
        return x


def shapes(architecture: Architecture, latent: int) -> dict[str, tuple[int, ...]]:
    """Shape of each parameter of one member, by name; weights are (fan-in, fan-out)."""
    encoder = [architecture.features, *architecture.encoder]
    decoder = [latent, *architecture.decoder]
    layers = {f"encoder.{i}": pair for i, pair in enumerate(pairwise(encoder))}
    layers |= {head: (encoder[-1], latent) for head in HEADS}
    layers |= {f"decoder.{i}": pair for i, pair in enumerate(pairwise(decoder))}
    layers["output"] = (decoder[-1], architecture.features)
    found: dict[str, tuple[int, ...]] = {}
    for name, shape in layers.items():
        found |= {f"{name}.weight": shape, f"{name}.bias": shape[1:]}
        if architecture.normalisation == "layer" and "." in name:
            found |= {f"{name}.gain": shape[1:], f"{name}.shift": shape[1:]}
    return found


def initialise(
    architecture: Architecture,
    latents: Sequence[int],
    seeds: Sequence[int],
    *,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Stack:
    """A stack with weights and biases uniform in ±1/sqrt(fan-in), keyed by the member's seed.

    The fan-in is the member's own, not that of the padding, so a member starts the same in every
    stack. Two members of one seed start alike where their shapes agree: differences between betas
    are paired.
    """
    unique = sorted(set(seeds))
    member = torch.tensor([unique.index(seed) for seed in seeds], device=device)
    keys = torch.tensor(unique, device=device)
    parameters = {}
    for name, shape in shapes(architecture, max(latents)).items():
        if name.endswith((".gain", ".shift")):
            value = 1.0 if name.endswith(".gain") else 0.0
            parameters[name] = torch.full((len(seeds), *shape), value, device=device, dtype=dtype)
            continue
        rows_columns = shape if len(shape) == 2 else (1, shape[0])
        # Keyed by name, so that a layer starts alike whatever other layers there are.
        step = zlib.crc32(name.encode())
        u = keyed.uniform(keys, keyed.INITIALISATION, step, rows_columns, dtype)[member]
        bound = _fan_in(architecture, name, latents).to(u).rsqrt()[:, None, None]
        parameters[name] = ((2 * u - 1) * bound).reshape(len(seeds), *shape)
    return Stack(architecture, tuple(latents), parameters)


def pad(architecture: Architecture, members: Sequence[Parameters]) -> Stack:
    """The stack of separate members, each a dictionary of its own parameters without padding."""
    latents = tuple(len(member["mean.bias"]) for member in members)
    axes = architecture.latent_axes

    def padded(name: str, tensor: Tensor, latent: int) -> Tensor:
        if name not in axes:
            return tensor
        behind = [0, max(latents) - latent]
        return torch.nn.functional.pad(tensor, [0, 0] * (-axes[name] - 1) + behind)

    names = shapes(architecture, 1)
    stacked = {
        name: torch.stack(
            [padded(name, m[name], latent) for m, latent in zip(members, latents, strict=True)]
        )
        for name in names
    }
    return Stack(architecture, latents, stacked)


def unpad(stack: Stack, index: int) -> Parameters:
    """Parameters of one member, without the member axis and the padding."""
    return {name: p[0].contiguous() for name, p in stack.take([index]).parameters.items()}


def _fan_in(architecture: Architecture, name: str, latents: Sequence[int]) -> Tensor:
    """Fan-in of a layer for each member; a bias has that of its weight."""
    weight = name.rsplit(".", 1)[0] + ".weight"
    return torch.tensor([shapes(architecture, latent)[weight][0] for latent in latents])
