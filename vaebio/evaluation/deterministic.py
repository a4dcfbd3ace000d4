"""What a deterministic autoencoder has no value of: all that needs a posterior with a density."""

from collections.abc import Iterable
from dataclasses import replace

from vaebio.metrics.panel import Row
from vaebio.terms.information import INFORMATION

REASON = "a deterministic code has no finite rate"

OF_THE_MEAN = "active_units"
"""Known from the latents alone; every other measure of what they carry asks for a density."""

NEED_A_DENSITY = {m.name for m in INFORMATION} - {OF_THE_MEAN} | {"elbo_nats"}


def without_posterior(rows: Iterable[Row]) -> list[Row]:
    """The rows of a member whose latents are drawn from nothing, its rate and ELBO absent.

    Its objective is its distortion.
    """
    return [_absent(row) if row.measure in NEED_A_DENSITY else row for row in rows]


def _absent(row: Row) -> Row:
    return replace(row, value=None, low=None, high=None, reason=REASON)
