"""What the latents of a foreign VAE carry: rate and activity of each unit, and in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float

from vaebio.diagnosis.foreign_latents import Latents
from vaebio.metrics.information import active_by_rate, active_units
from vaebio.model.objective import rate

NEAR_PRIOR = 0.1
"""How far a unit's mean variance may be from 1, and the root mean square of its mean from 0, where
its posterior is the prior. The square of it is the variance above which a unit counts as active."""

SHOWN = 8
"""Units in a sentence."""


@dataclass(frozen=True)
class Carried:
    """By unit: rate in nats, activity by two definitions, and whether the posterior is the prior.

    Parameters
    ----------
    least_variance, least_rate
        What active units were told by.
    """

    units: tuple[str, ...]
    rates: Float[np.ndarray, " unit"]
    active: Bool[np.ndarray, " unit"]
    by_rate: Bool[np.ndarray, " unit"]
    collapsed: Bool[np.ndarray, " unit"]
    observations: int
    least_variance: float
    least_rate: float

    @property
    def rate(self) -> float:
        """Of an observation, in nats."""
        return float(self.rates.sum())


def carried(latents: Latents, *, least_variance: float, least_rate: float) -> Carried:
    """The measures of some latents, by the formulas that members are measured by."""
    mean, log_var = latents.mean, latents.log_var
    rates = rate(torch.from_numpy(mean), torch.from_numpy(log_var)).numpy()
    near = np.abs(np.exp(log_var).mean(axis=0) - 1) < NEAR_PRIOR
    return Carried(
        units=latents.units,
        rates=rates.mean(axis=0),
        active=active_units(mean, least_variance),
        by_rate=active_by_rate(rates, least_rate),
        collapsed=near & (np.sqrt(np.square(mean).mean(axis=0)) < NEAR_PRIOR),
        observations=len(mean),
        least_variance=least_variance,
        least_rate=least_rate,
    )


def sentences(found: Carried) -> Iterator[str]:
    """What the latents are, unit by unit."""
    units = len(found.units)
    yield (
        f"The latents: {found.observations:,} observations, {units} units, a rate (KL) of "
        f"{found.rate:.3g} nats, summed over the units. {_rates(found)}"
    )
    yield (
        f"Active units: {found.active.sum()} of {units} by the variance of their means (above "
        f"{found.least_variance:g}), {found.by_rate.sum()} by their rate (above "
        f"{found.least_rate:g} nats)."
    )
    if found.collapsed.any():
        yield (
            f"Collapsed onto the prior, with means near 0 and variances near 1: "
            f"{_units(found, found.collapsed)}. They carry nothing."
        )
    idle = ~found.active & ~found.collapsed
    if idle.any():
        yield (
            f"Neither active nor collapsed: {_units(found, idle)}. Such units cost rate, and "
            "tell no observation from another."
        )


def _rates(found: Carried) -> str:
    """Units by rate, the largest first; those that do not count are counted."""
    paying = np.argsort(-found.rates, kind="stable")[: int(found.by_rate.sum())]
    if not len(paying):
        return f"No unit has {found.least_rate:g} nats."
    first = [f"unit {found.units[i]} {found.rates[i]:.2g}" for i in paying[:SHOWN]]
    rest, none = found.rates[paying[SHOWN:]], len(found.units) - len(paying)
    if len(rest):
        first.append(f"{len(rest)} more {rest.sum():.2g} together")
    if none:
        first.append(f"{none} below {found.least_rate:g}")
    return f"By unit: {', '.join(first)}."


def _units(found: Carried, which: Bool[np.ndarray, " unit"]) -> str:
    names = [unit for unit, here in zip(found.units, which, strict=True) if here]
    if len(names) == len(found.units):
        return "all units" if len(names) > 1 else "the only unit"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{'units' if len(names) > 1 else 'unit'} {', '.join(names[:SHOWN])}{more}"
