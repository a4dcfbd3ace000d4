"""The members of a grid, their names and keys, and their division into stacks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from vaebio.model.vae import Architecture

if TYPE_CHECKING:
    from vaebio.settings import Grid


@dataclass(frozen=True)
class Member:
    """One VAE of a grid, apart from what it shares with all others of its stack."""

    beta: float
    latent: int
    seed: int

    @property
    def name(self) -> str:
        """Name for people.

        Examples
        --------
        >>> Member(beta=0.5, latent=16, seed=0).name
        'k16-b0.5-s0'
        """
        return f"k{self.latent}-b{self.beta:.12g}-s{self.seed}"


def members(grid: "Grid") -> list[Member]:
    """Every latent size with every beta and seed, small latents first."""
    axes = sorted(grid.latents), sorted(grid.betas), sorted(grid.seeds)
    return [Member(beta, latent, seed) for latent, beta, seed in product(*axes)]


def stack_of(grid: Sequence[Member], stack: int, stacks: int) -> list[Member]:
    """The members of stack number `stack` (from 1) of `stacks`: every stack a fair mixture."""
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
        Hash of the scaled train and validation observations.
    version
        Version of the package.
    """
    parts = asdict(member), asdict(architecture), training, data, version
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
