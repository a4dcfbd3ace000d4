"""What the best linear VAE would have done in a member's place, as rows beside its measures."""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from vaebio.metrics.analytic import Expected, Spectrum, expected, spectrum, spectrum_of
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
    squares
        Squared singular values of train around its feature means, where they are known.
    """

    train: Float[np.ndarray, "observation feature"]
    batch: Int[np.ndarray, " observation"] | None = None
    measured: float | None = None
    squares: Float[np.ndarray, " value"] | None = field(default=None, repr=False)
    _known: dict[bool, Spectrum] = field(default_factory=dict)

    def rows(self, stored: Stored) -> list[Row]:
        """Rows of a member: expected active units, rate and errors on train, or why not."""
        if reason := self._why_not(stored):
            return [Row("train", name, reason=reason) for name in NAMES]
        found = self._expected(stored)
        values = float(found.active_units), found.rate, found.mse, found.mse_sample
        return [_row(name, value) for name, value in zip(NAMES, values, strict=True)]

    def rates(self, stored: Stored) -> list[float | None]:
        """Rate in nats of each unit of that linear VAE, largest first; None where there is none."""
        if self._why_not(stored) or stored.member.deterministic:
            return [None] * stored.member.latent
        return self._expected(stored).rate_per_unit.tolist()

    def _expected(self, stored: Stored) -> Expected:
        member, told = stored.member, stored.architecture.batches > 0
        return expected(self._spectrum(member.latent, told), member.beta, member.latent)

    def _why_not(self, stored: Stored) -> str:
        """Reason why nothing is foretold of a member; empty when something is."""
        return why_not(stored.architecture, stored.training) or self._learned_more(stored)

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
            self._known[told] = self._made(max(latent, LEAST), told)
        return self._known[told]

    def _made(self, components: int, told: bool) -> Spectrum:
        batch = self.batch if told else None
        if batch is None and self.squares is not None:
            n, features = self.train.shape
            return spectrum_of(self.squares, n, float(self.measured or features), components)
        return spectrum(self.train, components, batch=batch, measured=self.measured)


def _row(name: str, value: float) -> Row:
    if math.isinf(value):
        return Row("train", name, reason="at beta 0 nothing limits the rate")
    return Row("train", name, value)
