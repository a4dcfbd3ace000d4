"""What the spectrum of train says about which levels are worth trying."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from vaebio.metrics.analytic import spectrum
from vaebio.metrics.noise_floor_spectrum import ROWS, noise_of
from vaebio.model.minibatch import Minibatch
from vaebio.training.inputs import Inputs

EVERYTHING = 2**62


@dataclass(frozen=True)
class Outlook:
    """Directions of train that stand out from the noise.

    Parameters
    ----------
    signal
        (direction,) eigenvalues above the edge of the Marchenko-Pastur law, in falling order.
    noise
        Variance of the noise of a feature.
    """

    signal: Float[np.ndarray, " direction"]
    noise: float


def outlook(
    x: Float[np.ndarray, "observation feature"],
    batch: Int[np.ndarray, " observation"] | None = None,
) -> Outlook:
    """Of scaled observations of train; what was filled in at the mean, 0.

    Parameters
    ----------
    batch
        Technical batches, for models that are told them.
    """
    if batch is not None:
        x = x.copy()
        for one in np.unique(batch):
            x[batch == one] -= x[batch == one].mean(axis=0)
    if min(len(x) - 1, x.shape[1]) < 2:
        return Outlook(np.zeros(0), 0.0)
    noise = noise_of(x)
    found = spectrum(x, max(1, noise.signals))
    return Outlook(found.leading[: noise.signals], noise.median)


def look(train: Inputs, *, told: bool) -> Outlook:
    """Of train, or of a sample of it where it is large.

    Parameters
    ----------
    told
        Whether models are told the technical batch.
    """
    some = sample(train)
    x = some.x if some.observed is None else some.x * some.observed
    return outlook(x.numpy(), some.batch.numpy() if told else None)


def sample(train: Inputs, rows: int = ROWS) -> Minibatch:
    """Observations of train as models see them, or so many drawn at random."""
    n = min(len(train), rows)
    chosen = np.sort(np.random.default_rng(0).choice(len(train), n, replace=False))
    seen = train.take(chosen).placed("scaled", torch.device("cpu"), EVERYTHING)
    return seen.minibatch(torch.arange(n))
