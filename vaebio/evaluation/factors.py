"""NMF of values that are not negative, in the scaled units of all other errors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from scipy import sparse

from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.sized import absent, sized
from vaebio.metrics.factors import factors

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def measure_factors(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """NMF with as many factors as each latent size, fitted on train."""
    room = min(data.train.shape)
    negative = _negative(data)
    for k in latents:
        if negative or k > room:
            reason = negative or f"train has room for {room} factors"
            yield absent(f"nmf-k{k}", reason)
        else:
            yield _measured(data, k, settings)


def _measured(data: Observations, components: int, settings: "Evaluate") -> Measured:
    """The factors of x / scale: their sum less mean / scale is in the units of scaled values."""
    shift = (data.inputs.mean / data.inputs.scale).astype(data.x.dtype)
    x = _before_centring(data, shift)
    found = factors(x[data.rows["train"]], components, settings.seed)
    weights = np.empty((len(x), components), x.dtype)
    # Split by split: when a projection ends depends on all observations that are in it.
    for rows in data.rows.values():
        weights[rows] = found.weights(x[rows])
    x_hat, clip = weights @ found.components - shift, data.inputs.clip
    x_hat = x_hat if clip is None else x_hat.clip(-clip, clip)
    name = f"nmf-k{components}"
    measured = sized(name, data, x_hat, weights, settings)
    if not found.remark:
        return measured
    return replace(measured, note=f"{name} {found.remark}: its error may be somewhat too high.")


def _before_centring(
    data: Observations, shift: Float[np.ndarray, " feature"]
) -> Float[np.ndarray, "observation feature"]:
    """Values over scale, cut where the scaled values are, and filled in with the train mean.

    Rounding can leave a 0 below 0.
    """
    return np.maximum(data.known + shift, 0)


def _negative(data: Observations) -> str:
    """Reason why there can be no NMF; empty when no value is negative."""
    values = data.inputs.values
    if data.observed is not None:
        values = (values.toarray() if sparse.issparse(values) else values)[data.observed]
    least = values.min()
    return "" if least >= 0 else f"some values are negative ({least:.3g}), which NMF cannot have"
