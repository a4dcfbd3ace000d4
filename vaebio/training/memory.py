"""How much memory a stack takes in training, predicted before it starts, and what there is."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from vaebio.model.head import BLOCK
from vaebio.model.vae import Architecture, shapes
from vaebio.training.descent import WINDOW
from vaebio.training.encode import CHUNK_ELEMENTS, ROWS
from vaebio.training.grid import Member

if TYPE_CHECKING:
    from vaebio.settings import Train

USED = 0.8
"""Share of the free memory that `auto` takes: other processes live on the machine too."""

COPIES = 5
"""Of every parameter: weight, gradient, two moments, best weight."""

HIDDEN_ARRAYS = {"layer": 5, "none": 3}
"""Arrays of (member, minibatch, width) that a hidden layer keeps for its gradient."""

LATENT_ARRAYS = 12
MAP_ARRAYS = {"gaussian": 2, "poisson": 2, "bernoulli": 2, "nb": 4, "zinb": 7}
"""Arrays of the size of a map that its gradient needs at a time."""

MEASURED_ARRAYS = 5
DRAWN_BYTES = 60
"""Bytes per random number while it is drawn: words of 64 bits, and a float at the end."""


def predicted(
    members: Sequence[Member],
    architecture: Architecture,
    held_out: int,
    settings: "Train",
    device: torch.device,
    bytes_per_number: int = 4,
) -> int:
    """Largest number of bytes a stack holds at a time in training, without the observations.

    Parameters
    ----------
    held_out
        Observations of the validation split.
    """
    m, units, n = len(members), max(x.latent for x in members), settings.minibatch
    features, kind = architecture.features, device.type
    weights = sum(math.prod(shape) for shape in shapes(architecture, units).values())
    widths = sum(architecture.hidden.values())
    arrays = HIDDEN_ARRAYS[architecture.normalisation] + bool(architecture.dropout)
    activations = n * (arrays * widths + LATENT_ARRAYS * units)
    block = min(max(BLOCK.get(kind, BLOCK["cuda"]), n * features), m * n * features)
    chunk = max(CHUNK_ELEMENTS.get(kind, CHUNK_ELEMENTS["cuda"]), ROWS * features)
    chunk = min(chunk, m * held_out * features)
    maps = max(MAP_ARRAYS[architecture.likelihood] * block, MEASURED_ARRAYS * chunk)
    encoded = held_out * m * 4 * units
    numbers = m * (COPIES * weights + activations) + maps + encoded + 4 * n * features
    seeds = len({x.seed for x in members})
    drawn = min(WINDOW, seeds * settings.epochs * n * units) * DRAWN_BYTES
    return numbers * bytes_per_number + drawn


def budget(device: torch.device, wanted: float | str) -> int:
    """Bytes that data and models may take on a device; `wanted` is in GB, or auto."""
    if wanted != "auto":
        return int(wanted * 1e9)
    if device.type == "cuda":
        return int(USED * torch.cuda.mem_get_info(device)[0])
    return int(USED * _free_on_host())


def passes(
    members: Sequence[Member],
    architecture: Architecture,
    held_out: int,
    settings: "Train",
    device: torch.device,
    room: int,
) -> list[list[Member]]:
    """The members in as few stacks of nearly equal size as have room, at least one in each."""
    n = len(members)

    def parts(number: int) -> list[list[Member]]:
        # Every part a mixture, so that the largest latents are not all in one.
        return [list(members[i::number]) for i in range(number)]

    for number in range(1, n):
        if all(
            predicted(part, architecture, held_out, settings, device) <= room
            for part in parts(number)
        ):
            return parts(number)
    return parts(n)


def _free_on_host() -> int:
    """Memory that can be had without swapping, within the limit of the job where there is one."""
    found = [_available(), *_limits()]
    return min(found)


def _available() -> int:
    path = Path("/proc/meminfo")
    if path.exists():
        lines = dict(line.split(":") for line in path.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _limits() -> list[int]:
    """Limits of the control group (a cluster's job, a container), less what is in use."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text().strip()
        used = (folder / "memory.current").read_text().strip()
    except OSError:
        return []
    return [] if limit == "max" else [max(0, int(limit) - int(used))]
