"""A baseline of some latent size as everything that is measured of it, or why there is nothing."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.downstream import downstream_rows
from vaebio.evaluation.errors import mse_rows
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.panel import CLUSTERING, Row
from vaebio.metrics.reconstruction import mse
from vaebio.terms import ALL, SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def sized(
    name: str,
    data: Observations,
    x_hat: Float[np.ndarray, "observation feature"],
    embedding: Float[np.ndarray, "observation unit"],
    settings: "Evaluate",
) -> Measured:
    """Errors of a reconstruction, and what an analyst would do with its embedding."""
    error = mse(data.x, x_hat, data.observed)
    metrics = mse_rows(data, error) + downstream_rows(data, embedding, settings)
    return Measured(name, metrics, embedding=embedding, errors=error)


def absent(name: str, reason: str) -> Measured:
    """The same measures without a value."""
    rows = [Row(split, measure, reason=reason) for split in SPLITS for measure in ("mse", "r2")]
    rows += [
        Row(split, measure, reason=reason) for split in (ALL, "test") for measure in CLUSTERING
    ]
    return Measured(name, rows)
