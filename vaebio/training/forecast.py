"""What can be foretold of members before their training, and of which members it cannot."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from vaebio.metrics.analytic import Spectrum, spectrum
from vaebio.model.vae import Architecture
from vaebio.training.inputs import Inputs

MOST_NUMBERS = 2**24
"""Of train, were it dense: of more, a sample of the observations is looked at. So many take about
half a second of one core."""

EXACT = 1000
"""As in `vaebio.metrics.analytic`, for the same reason."""

EVERYTHING = 2**62


@dataclass(frozen=True)
class Look:
    """What a look at train tells.

    Parameters
    ----------
    observations, of
        Number of observations looked at, and of all in train.
    constant
        Number of features with one value in all that was looked at.
    """

    spectrum: Spectrum
    observations: int
    of: int
    constant: int


def look(
    train: Inputs, components: int, *, batch: bool = False, most_numbers: int = MOST_NUMBERS
) -> Look:
    """Look at train before any training, at a sample of it where it is large.

    Parameters
    ----------
    components
        How many eigenvalues are wanted: the largest latent size.
    batch
        Whether models are told the technical batch.
    """
    n = min(len(train), max(1, most_numbers // train.features))
    rows = np.sort(np.random.default_rng(0).choice(len(train), n, replace=False))
    placed = train.take(rows).placed("scaled", torch.device("cpu"), EVERYTHING)
    seen = placed.minibatch(torch.arange(n))
    # What was filled in has no say in the loss: at the train mean, 0, it has none here.
    x = seen.x if seen.observed is None else seen.x * seen.observed
    found = spectrum(
        x.numpy(),
        components,
        batch=seen.batch.numpy() if batch else None,
        measured=None if seen.observed is None else seen.observed.sum(1).mean().item(),
        exact=EXACT,
    )
    constant = int((x.amax(0) == x.amin(0)).sum())
    return Look(found, n, len(train), constant)


def why_not(architecture: Architecture, training: dict[str, Any]) -> str:
    """Reason why the analytic frontier says nothing of a member; empty when it does.

    Parameters
    ----------
    training
        Settings of the training by key; those that are missing are at their defaults.
    """
    if architecture.likelihood != "gaussian":
        return f"the formula is that of the gaussian likelihood, not of {architecture.likelihood}"
    if architecture.sigma != "unit":
        return f"the formula is that of sigma 1, and sigma is learned ({architecture.sigma})"
    if training.get("capacity") is not None:
        return "the formula is that of a rate with one price, and there is a capacity"
    if training.get("free_bits"):
        return "the formula is that of a rate with one price, and some of it is free (free_bits)"
    return ""
