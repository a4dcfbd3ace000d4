"""All probes of one member."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from vaebio.diagnosis.bench import SPLITS, Bench, Trial
from vaebio.diagnosis.continued import continued
from vaebio.diagnosis.factorial import Cell, combinations, seeded
from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.monotone import repaired
from vaebio.diagnosis.outlook import look
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, FACTORS, SIMPLER, Probe
from vaebio.diagnosis.refined import refine
from vaebio.diagnosis.relaxed import Levels, levels
from vaebio.diagnosis.rescaled import comparable, feature_errors, mse_in_units_of, null_mse
from vaebio.diagnosis.rows import Range, Rows
from vaebio.diagnosis.settled import settled
from vaebio.training.forecast import why_not
from vaebio.training.store import Stored

EVERYTHING = frozenset(FACTORS)

HIGHER, FIRST_BETA = 10.0, 0.1
"""Times beta of the probe with a higher one; what it is where beta is 0."""

STEPS = (
    "the member itself",
    "its training continued",
    "all combinations of relaxed factors, a higher beta, and no hidden layers",
    "combinations that came out worse than with less relaxed",
    "the training of the relaxed member continued",
    "the posterior refined",
    "features on one scale",
)
"""What is done, in order."""


@dataclass(frozen=True)
class Effort:
    """What probes are worth; shares are of what there is to explain (null - noise floor).

    Parameters
    ----------
    gain
        Smallest fall of the validation error for which the probes are trained otherwise than the
        member was.
    rise
        Smallest rise of it with one more factor relaxed for which a probe is trained again.
    steps
        Of the descent that refines a posterior.
    """

    gain: float = 0.02
    rise: float = 0.05
    steps: int = 300


USUAL = Effort()


@dataclass(frozen=True)
class Found:
    """What came of the probes of one member.

    Parameters
    ----------
    probes
        In the order of the tables.
    levels
        Present and relaxed level of every factor.
    feature_errors
        (feature,) mean squared error of the member on test in scaled units; None where it could
        not be trained.
    training
        Settings by which the combinations were trained.
    """

    probes: list[Probe]
    levels: Levels
    feature_errors: Float[np.ndarray, " feature"] | None
    training: dict[str, Any]


def run_probes(
    bench: Bench,
    member: Stored,
    name: str,
    seeds: Sequence[int],
    span: Range,
    effort: Effort = USUAL,
    on_step: Callable[[str], None] = lambda step: None,
) -> Found:
    """Every probe of a member; what the store holds of them is not trained again.

    Parameters
    ----------
    name
        What the member is called in the tables, whatever its seed.
    seeds
        With each of which every probe is trained.
    span
        What there is to explain.
    on_step
        Told which of `STEPS` is next.
    """
    work = _Work(bench, member, sorted(set(seeds)), Rows(name, span), effort, on_step)
    own = work.own()
    ways, training = work.trained_on(own)
    first, others = work.combined(training)
    cells = work.repaired(first)
    probes = [work.rows.of(AS_IS, one) for one in own.values()]
    probes += [work.rows.of(FACTORIAL, one, at[0], first[at]) for at, one in cells.items()]
    probes += [work.rows.of(name, one) for (name, _), one in others.items()]
    probes += [work.rows.of(way, one) for (way, _), one in ways.items()]
    probes += work.relaxed_trained_on(cells)
    there = [one for one in own.values() if one.trained.folder]
    if not there:
        return Found(probes, work.levels, None, training)
    probes += [*work.refined(there), *work.rescaled(there)]
    return Found(probes, work.levels, feature_errors(work.measuring, there), training)


class _Work:
    """The probes of one member in the making."""

    def __init__(
        self,
        bench: Bench,
        member: Stored,
        seeds: list[int],
        rows: Rows,
        effort: Effort,
        on_step: Callable[[str], None],
    ) -> None:
        self.measuring, self.seeds, self.rows, self.effort = Measuring(bench), seeds, rows, effort
        self.steps, self.on_step = iter(STEPS), on_step
        self.member = Trial(
            replace(member.member, variant=""), member.architecture, member.training
        )
        told = member.architecture.batches > 0
        seen = look(bench.data["train"], told=told)
        self.levels = levels(self.member, seen)
        # Where the noise is a part of the likelihood, beta 1 is calibrated whatever it is.
        learned = why_not(member.architecture, member.training)
        self.noise = 0.0 if learned else seen.noise

    def own(self) -> dict[int, Measured]:
        """The member itself, by seed."""
        self._next()
        return self.measuring.trained(self._each(self.member))

    def trained_on(
        self, own: dict[int, Measured]
    ) -> tuple[dict[tuple[str, int], Measured], dict[str, Any]]:
        """The member trained on in all ways, and how the combinations are therefore trained."""
        self._next()
        ways = continued(self.measuring, own)
        smallest = self.effort.gain * self.rows.span.width
        return ways, settled(self.measuring, own, ways, smallest, self.rows.span)

    def combined(
        self, training: dict[str, Any]
    ) -> tuple[dict[Cell, Measured], dict[tuple[str, int], Measured]]:
        """All combinations of relaxed factors, and beside them what else is trained anew."""
        self._next()
        present = replace(self.member, training=training)
        cells = combinations(present, self.levels, self.seeds)
        others = {"beta_higher": higher_beta(present, self.noise)}
        if not is_linear(present):
            others[SIMPLER] = simpler(present, self.levels)
        single = {(n, seed): one for n in others for seed, one in self._each(others[n]).items()}
        found = self.measuring.trained(cells | single)
        return {cell: found[cell] for cell in cells}, {at: found[at] for at in single}

    def repaired(self, cells: dict[Cell, Measured]) -> dict[Cell, Measured]:
        """The combinations, trained again where relaxing one more factor came out worse."""
        self._next()
        return repaired(self.measuring, cells, self.effort.rise * self.rows.span.width)

    def relaxed_trained_on(self, cells: dict[Cell, Measured]) -> list[Probe]:
        """The member with all factors relaxed, trained on: whether it was at its end."""
        self._next()
        ways = continued(self.measuring, {seed: cells[EVERYTHING, seed] for seed in self.seeds})
        return [self.rows.of(way, one, EVERYTHING) for (way, _), one in ways.items()]

    def refined(self, own: list[Measured]) -> list[Probe]:
        """The member with the posterior of every observation of test optimised."""
        self._next()
        started = time.perf_counter()
        changes = refine(self.measuring, own, self.effort.steps)
        seconds = (time.perf_counter() - started) / len(own)
        pairs = zip(own, changes, strict=True)
        return [self.rows.refined(one, change, seconds) for one, change in pairs]

    def rescaled(self, own: list[Measured]) -> list[Probe]:
        """Trained on features of one scale, and the member itself measured in their units.

        None where the features have one scale already.
        """
        self._next()
        data = comparable(self.measuring.bench.data)
        if data is None:
            return []
        other = Measuring(replace(self.measuring.bench, data=data))
        found, null = other.trained(self._each(self.member)), null_mse(other)
        splits = {split: mse_in_units_of(other, self.measuring, own, split) for split in SPLITS}
        before = [{split: errors[i] for split, errors in splits.items()} for i in range(len(own))]
        there = [one for one in found.values() if one.trained.folder]
        return [
            *(self.rows.in_units("rescaled", one, one.mse, null) for one in there),
            *(
                self.rows.in_units("measured_rescaled", one, mse, null)
                for one, mse in zip(own, before, strict=True)
            ),
        ]

    def _each(self, trial: Trial) -> dict[int, Trial]:
        """A trial with every seed."""
        return {seed: seeded(trial, seed) for seed in self.seeds}

    def _next(self) -> None:
        self.on_step(next(self.steps))


def higher_beta(trial: Trial, noise: float) -> Trial:
    """The same with ten times the beta, and at least the variance of the noise.

    Below that variance units are worth their rate for what is noise alone, so that ten times a
    beta far below it can be as much too low.

    Parameters
    ----------
    noise
        Variance of the noise of a feature; 0 where beta is calibrated without it.
    """
    beta = max(HIGHER * trial.member.beta or FIRST_BETA, noise)
    return replace(trial, member=replace(trial.member, beta=beta))


def is_linear(trial: Trial) -> bool:
    """Whether it has no hidden layer."""
    return not (trial.architecture.encoder or trial.architecture.decoder)


def simpler(trial: Trial, relaxed: Levels) -> Trial:
    """Without hidden layers, all else relaxed."""
    larger = relaxed.at(trial, frozenset({"latent", "beta"}))
    return replace(larger, architecture=replace(larger.architecture, encoder=(), decoder=()))
