"""The members of a grid, their names and keys, and their division into stacks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from vaebio.model.vae import Architecture
from vaebio.terms import AUTOENCODER

if TYPE_CHECKING:
    from vaebio.settings import Grid

ELSEWHERE = {"device", "stacks", "checkpoint", "memory"}
"""Settings of the training that do not reach the weights: where it runs, how it is divided."""


@dataclass(frozen=True)
class Member:
    """One VAE of a grid, apart from what it shares with all others of its stack.

    At beta 0 it is a deterministic autoencoder: where no rate is paid, there is no prior that
    the posterior would have to be near to, and its noise would only be in the way.

    `variant` is what its architecture is called when the grid has several: a word for people,
    which does not reach the weights.
    """

    beta: float
    latent: int
    seed: int
    variant: str = ""

    @property
    def name(self) -> str:
        """Name for people.

        Examples
        --------
        >>> Member(beta=0.5, latent=16, seed=0).name
        'k16-b0.5-s0'
        >>> Member(beta=1.0, latent=2, seed=0, variant="nb").name
        'nb-k2-b1-s0'
        >>> Member(beta=0.0, latent=16, seed=0).name
        'ae-k16-s0'
        """
        own = f"k{self.latent}-b{self.beta:.12g}-s{self.seed}"
        own = f"{AUTOENCODER}-k{self.latent}-s{self.seed}" if self.deterministic else own
        return f"{self.variant}-{own}" if self.variant else own

    @property
    def deterministic(self) -> bool:
        """Nothing is drawn: the latents are the posterior mean, in training too."""
        return self.beta == 0


def variants(
    grid: "Grid", base: Architecture, likelihoods: Sequence[str]
) -> dict[str, Architecture]:
    """Every likelihood with every encoder and decoder, by variant; the first has no word.

    Parameters
    ----------
    base
        The architecture of the settings, taken where the grid has no list.
    likelihoods
        Those of the grid or of the settings, none of them `auto`.
    """
    axes = likelihoods, grid.encoders or (base.encoder,), grid.decoders or (base.decoder,)
    every = [
        replace(base, likelihood=name, encoder=encoder, decoder=decoder)
        for name, encoder, decoder in product(*axes)
    ]
    return {_variant(one, every[0]): one for one in every}


def _variant(one: Architecture, first: Architecture) -> str:
    words = {
        f"e{widths(one.encoder, 'x')}": one.encoder != first.encoder,
        f"d{widths(one.decoder, 'x')}": one.decoder != first.decoder,
        one.likelihood: one.likelihood != first.likelihood,
    }
    return "-".join(word for word, differs in words.items() if differs)


def widths(hidden: tuple[int, ...], between: str = "-") -> str:
    """Hidden widths in one word.

    Examples
    --------
    >>> widths((128, 64)), widths((128, 64), "x"), widths(())
    ('128-64', '128x64', 'linear')
    """
    return between.join(map(str, hidden)) or "linear"


def members(grid: "Grid", variants: Sequence[str] = ("",)) -> list[Member]:
    """Every latent size with every beta and seed, small latents first, variant by variant."""
    axes = variants, sorted(grid.latents), sorted(grid.every_beta), sorted(grid.seeds)
    return [Member(beta, latent, seed, v) for v, latent, beta, seed in product(*axes)]


def stack_of(grid: Sequence[Member], stack: int, stacks: int) -> list[Member]:
    """The members of job number `stack` (from 1) of `stacks`: every job a fair mixture."""
    return list(grid[stack - 1 :: stacks])


def key(
    member: Member, architecture: Architecture, training: dict[str, Any], data: str, version: str
) -> str:
    """Key for programs: a hash of all that determines the member's weights.

    Parameters
    ----------
    training
        Settings of the training that reach the weights.
    data
        Hash of the train and validation observations as the model gets them.
    version
        Version of the package.
    """
    own = {k: v for k, v in asdict(member).items() if k != "variant"}
    parts = own, asdict(architecture), training, data, version
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
