"""What the best linear VAE would have done in a member's place, as rows beside its measures."""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from vaebio.metrics.analytic import Spectrum, expected, spectrum
from vaebio.metrics.panel import Row
from vaebio.training.forecast import why_not
from vaebio.training.store import Stored

NAMES = ("expected_active_units", "expected_rate_nats", "expected_mse", "expected_mse_sample")

LEAST = 64
"""Eigenvalues computed at first, so that most grids need no second time."""


@dataclass(frozen=True)
class Foretold:
    """The analytic frontier of a train split.

    Parameters
    ----------
    train
        Scaled observations of train, what was filled in at the train mean.
    batch
        Their technical batches, where there are some.
    measured
        Mean number of features that were measured of an observation; None: all.
    """

    train: Float[np.ndarray, "observation feature"]
    batch: Int[np.ndarray, " observation"] | None = None
    measured: float | None = None
    _known: dict[bool, Spectrum] = field(default_factory=dict)

    def rows(self, stored: Stored) -> list[Row]:
        """Rows of a member: expected active units, rate and errors on train, or why not."""
        reason = why_not(stored.architecture, stored.training) or self._learned_more(stored)
        if reason:
            return [Row("train", name, reason=reason) for name in NAMES]
        member = stored.member
        told = stored.architecture.batches > 0
        found = expected(self._spectrum(member.latent, told), member.beta, member.latent)
        values = float(found.active_units), found.rate, found.mse, found.mse_sample
        return [_row(name, value) for name, value in zip(NAMES, values, strict=True)]

    def _learned_more(self, stored: Stored) -> str:
        """Reason why these eigenvalues are not those of what a member has learned."""
        if self.measured is None or stored.training.get("ignore_imputed", True):
            return ""
        return (
            "the formula is that of the values that were measured, and the member has learned "
            "those filled in too (ignore_imputed)"
        )

    def _spectrum(self, latent: int, told: bool) -> Spectrum:
        """At least as many eigenvalues as units; within batches for models that are told them."""
        if told not in self._known or len(self._known[told].leading) < latent:
            batch = self.batch if told else None
            components = max(latent, LEAST)
            found = spectrum(self.train, components, batch=batch, measured=self.measured)
            self._known[told] = found
        return self._known[told]


def _row(name: str, value: float) -> Row:
    if math.isinf(value):
        return Row("train", name, reason="at beta 0 nothing limits the rate")
    return Row("train", name, value)
