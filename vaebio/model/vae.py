"""VAEs of one architecture as one program: a leading member axis, latents padded and masked."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vaebio.model import keyed
from vaebio.model.layers import affine, layer_norm
from vaebio.model.likelihoods import Likelihood, likelihood

ACTIVATIONS = {
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "elu": torch.nn.functional.elu,
    "tanh": torch.tanh,
}

Parameters = dict[str, Tensor]


@dataclass(frozen=True)
class Architecture:
    """What all members of a stack share; hidden widths in the order data flow through them.

    Parameters
    ----------
    dropout
        Share of hidden units left out in each step of training.
    batches
        Number of technical batches that encoder and decoder are told; 0: they are not told.
    """

    features: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    activation: str = "relu"
    normalisation: str = "layer"
    likelihood: str = "gaussian"
    sigma: str = "unit"
    dropout: float = 0.0
    batches: int = 0

    @property
    def distribution(self) -> Likelihood:
        """Distribution of a feature given the latents."""
        return likelihood(self.likelihood, self.sigma)

    @property
    def hidden(self) -> dict[str, int]:
        """Width of each hidden layer by name."""
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return {f"{part}.{i}": w for part, widths in parts.items() for i, w in enumerate(widths)}

    @property
    def fed(self) -> dict[str, tuple[str, ...]]:
        """Layers that the data feed, and those that the latents feed."""
        return {
            "data": ("encoder.0",) if self.encoder else HEADS,
            "latents": ("decoder.0",) if self.decoder else self.distribution.maps,
        }

    @property
    def latent_axes(self) -> dict[str, int]:
        """Parameters that have a latent axis, and which (counted from the end)."""
        heads = {f"{head}.{part}": -1 for head in HEADS for part in ("weight", "bias", "batch")}
        into = {f"{layer}.weight": -2 for layer in self.fed["latents"]}
        names = shapes(self, 1)
        return {name: axis for name, axis in (heads | into).items() if name in names}


HEADS = ("mean", "log_var")


@dataclass(frozen=True)
class Stack:
    """Members of one architecture: `parameters` by name, each with the members as first axis.

    Latents are padded to the largest of the stack. A padded unit has z = 0 and no rate, so it
    reaches neither its own member's loss nor any other member.

    Where a method takes `kept`, it holds for each hidden layer what its units are multiplied by,
    shape (member, observation, width): dropout in training, and nothing (None) elsewhere.
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

    @cached_property
    def likelihood(self) -> Likelihood:
        """Distribution of a feature given the latents."""
        return self.architecture.distribution

    @property
    def learned(self) -> Parameters:
        """What the likelihood has beside its maps."""
        names = self.likelihood.learned(self.architecture.features)
        return {name: self.parameters[name] for name in names}

    def encode(
        self,
        x: Float[Tensor, "observation feature"],
        batch: Int[Tensor, " observation"] | None = None,
        kept: Parameters | None = None,
    ) -> tuple[Float[Tensor, "member observation unit"], Float[Tensor, "member observation unit"]]:
        """Mean and log variance of q(z|x); both 0, the prior, at padded units."""
        hidden = self._hidden("encoder", x, batch, kept)
        mask = self.mask
        mean, log_var = (self._affine(head, hidden, batch) * mask for head in HEADS)
        return mean, log_var

    def decode_hidden(
        self,
        z: Float[Tensor, "member observation unit"],
        batch: Int[Tensor, " observation"] | None = None,
        kept: Parameters | None = None,
    ) -> Float[Tensor, "member observation width"]:
        """Last hidden layer of the decoder; the latents themselves where there is none."""
        return self._hidden("decoder", z, batch, kept)

    def decode(
        self,
        z: Float[Tensor, "member observation unit"],
        batch: Int[Tensor, " observation"] | None = None,
    ) -> tuple[Float[Tensor, "member observation feature"], ...]:
        """Linear maps that the likelihood makes a distribution of."""
        return self.maps(self.decode_hidden(z, batch), batch)

    def maps(
        self,
        hidden: Float[Tensor, "member observation width"],
        batch: Int[Tensor, " observation"] | None = None,
    ) -> tuple[Float[Tensor, "member observation feature"], ...]:
        """Those maps of the last hidden layer."""
        return tuple(self._affine(name, hidden, batch) for name in self.likelihood.maps)

    def sample(
        self,
        mean: Float[Tensor, "member observation unit"],
        log_var: Float[Tensor, "member observation unit"],
        noise: Float[Tensor, "member observation unit"],
    ) -> Float[Tensor, "member observation unit"]:
        """Latents mean + standard deviation x noise [kingma2014]; 0 at padded units."""
        return torch.addcmul(mean, (0.5 * log_var).exp() * self.mask, noise)

    def part(self, members: slice) -> "Stack":
        """Some of the members side by side, sharing memory and padding with this stack."""
        parameters = {name: p[members] for name, p in self.parameters.items()}
        return replace(self, latents=self.latents[members], parameters=parameters)

    def take(self, index: Sequence[int]) -> "Stack":
        """The stack of some of the members, in the order of `index`; padding is cut with them."""
        latents, axes = tuple(self.latents[i] for i in index), self.architecture.latent_axes

        def chosen(name: str, p: Tensor) -> Tensor:
            taken = p.detach()[list(index)]
            return taken.narrow(axes[name], 0, max(latents)) if name in axes else taken

        # Made contiguous one by one, so that no second copy of all of them is ever held.
        parameters = {k: chosen(k, p).contiguous() for k, p in self.parameters.items()}
        return replace(self, latents=latents, parameters=parameters)

    def _affine(self, layer: str, x: Tensor, batch: Tensor | None) -> Tensor:
        y = affine(x, self.parameters[f"{layer}.weight"], self.parameters[f"{layer}.bias"])
        if f"{layer}.batch" not in self.parameters:
            return y
        # The row of the weight that a one-hot input would choose.
        return y + self.parameters[f"{layer}.batch"][:, batch]

    def _hidden(
        self, part: str, x: Tensor, batch: Tensor | None, kept: Parameters | None
    ) -> Tensor:
        activation = ACTIVATIONS[self.architecture.activation]
        for i in range(len(getattr(self.architecture, part))):
            layer = f"{part}.{i}"
            x = self._affine(layer, x, batch)
            if self.architecture.normalisation == "layer":
                gain, shift = (self.parameters[f"{layer}.{p}"] for p in ("gain", "shift"))
                x = layer_norm(x, gain, shift)
            x = activation(x)
            if kept:
                x = x * kept[layer]
        return x


def shapes(architecture: Architecture, latent: int) -> dict[str, tuple[int, ...]]:
    """Shape of each parameter of one member, by name; weights are (fan-in, fan-out)."""
    features, distribution = architecture.features, architecture.distribution
    encoder = [features, *architecture.encoder]
    decoder = [latent, *architecture.decoder]
    layers = {f"encoder.{i}": pair for i, pair in enumerate(pairwise(encoder))}
    layers |= {head: (encoder[-1], latent) for head in HEADS}
    layers |= {f"decoder.{i}": pair for i, pair in enumerate(pairwise(decoder))}
    layers |= {name: (decoder[-1], features) for name in distribution.maps}
    told = [name for names in architecture.fed.values() for name in names]
    found: dict[str, tuple[int, ...]] = {}
    for name, shape in layers.items():
        found |= {f"{name}.weight": shape, f"{name}.bias": shape[1:]}
        if architecture.batches and name in told:
            found[f"{name}.batch"] = (architecture.batches, shape[1])
        if architecture.normalisation == "layer" and "." in name:
            found |= {f"{name}.gain": shape[1:], f"{name}.shift": shape[1:]}
    return found | {name: (size,) for name, size in distribution.learned(features).items()}


def initialise(
    architecture: Architecture,
    latents: Sequence[int],
    seeds: Sequence[int],
    *,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Stack:
    """A stack with weights and biases uniform in ±1/sqrt(fan-in), keyed by the member's seed.

    Gains of layer norm start at 1, its shifts and what a likelihood learns beside its maps at 0.

    The fan-in is the member's own, not that of the padding, so a member starts the same in every
    stack. Two members of one seed start alike where their shapes agree: differences between betas
    are paired.
    """
    unique = sorted(set(seeds))
    member = torch.tensor([unique.index(seed) for seed in seeds], device=device)
    keys = torch.tensor(unique, device=device)
    parameters = {}
    for name, shape in shapes(architecture, max(latents)).items():
        if name.endswith((".gain", ".shift")) or "." not in name:
            value = 1.0 if name.endswith(".gain") else 0.0
            parameters[name] = torch.full((len(seeds), *shape), value, device=device, dtype=dtype)
            continue
        rows_columns = shape if len(shape) == 2 else (1, shape[0])
        # Keyed by name, so that a layer starts alike whatever other layers there are.
        step = zlib.crc32(name.encode())
        rows, columns = torch.arange(rows_columns[0], device=device), rows_columns[1]
        u = keyed.uniform(keys, keyed.INITIALISATION, step, rows, columns, dtype)[member]
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
