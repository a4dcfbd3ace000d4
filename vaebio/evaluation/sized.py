"""A baseline of some latent size as everything that is measured of it, or why there is nothing."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.downstream import without
from vaebio.evaluation.errors import mse_rows
from vaebio.evaluation.features import parts_of
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.integration import AGGREGATES, INTEGRATION
from vaebio.metrics.panel import Row
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
    """Errors of a reconstruction, beside its embedding."""
    error, parts = mse(data.x, x_hat, data.observed), parts_of(data, x_hat, settings)
    return Measured(name, mse_rows(data, error), embedding=embedding, errors=error, divided=parts)


def absent(name: str, reason: str) -> Measured:
    """The same measures without a value."""
    rows = [Row(split, measure, reason=reason) for split in SPLITS for measure in ("mse", "r2")]
    rows += [Row(ALL, measure, reason=reason) for measure in (*INTEGRATION, *AGGREGATES)]
    return Measured(name, [*rows, *without(reason)])
