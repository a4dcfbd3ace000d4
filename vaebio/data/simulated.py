"""Data sets with a known answer: a signal of few factors, and noise of known variance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIDDEN = 40
"""Directions into which the factors are bent before they reach the features."""

OTHER_UNITS = 100.0
"""Times by which the first features are larger than the others, as if in other units."""


@dataclass(frozen=True)
class Simulation:
    """How a data set is made; the same numbers give the same values.

    Parameters
    ----------
    noise
        Share of every feature's variance that is noise: the noise floor in scaled units.
    factors
        What the observations differ in beside the noise.
    groups
        Observations of a group have factors around its own middle; its number is their label.
    curved
        Whether features are curved functions of the factors; else linear ones.
    in_other_units
        How many of the first features have larger values; to be scaled away.
    """

    seed: int
    noise: float
    factors: int
    groups: int
    curved: bool
    in_other_units: int = 0
    observations: int = 800
    features: int = 784


@dataclass(frozen=True)
class Simulated:
    """What was made.

    Parameters
    ----------
    values
        (observation, feature) float32.
    group
        (observation,) label.
    noise
        (observation, feature) the part of the values that is noise.
    """

    values: NDArray[np.float32]
    group: NDArray[np.str_]
    noise: NDArray[np.float64]


SIMULATIONS = {
    "simulated784": Simulation(784, 0.4, 6, 4, curved=True, in_other_units=8),
    "noise784": Simulation(785, 0.98, 2, 2, curved=False),
}
"""The built-in simulations by name."""


def simulate(how: Simulation) -> Simulated:
    """Make a data set.

    Every feature has the same share of signal, so that one number is the noise floor of all.
    """
    random = np.random.default_rng(how.seed)
    group = random.permutation(np.arange(how.observations) % how.groups)
    middles = random.normal(size=(how.groups, how.factors))
    factors = middles[group] + random.normal(size=(how.observations, how.factors))
    signal = _standardised(_through(random, factors, how)) * np.sqrt(1 - how.noise)
    noise = random.normal(0, np.sqrt(how.noise), signal.shape)
    units = np.where(np.arange(how.features) < how.in_other_units, OTHER_UNITS, 1.0)
    names = np.array([f"group {number + 1}" for number in range(how.groups)])
    return Simulated(((signal + noise) * units).astype(np.float32), names[group], noise * units)


def _through(random: np.random.Generator, factors: NDArray, how: Simulation) -> NDArray:
    """Factors as features see them."""
    if not how.curved:
        return factors @ random.normal(size=(how.factors, how.features))
    bent = np.tanh(factors @ random.normal(size=(how.factors, HIDDEN)) / np.sqrt(how.factors))
    return bent @ random.normal(size=(HIDDEN, how.features))


def _standardised(values: NDArray) -> NDArray:
    return (values - values.mean(axis=0)) / values.std(axis=0)
