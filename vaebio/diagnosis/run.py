"""All probes of one member."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vaebio.diagnosis.bench import SPLITS, Bench, Trial
from vaebio.diagnosis.continued import continued
from vaebio.diagnosis.factorial import combinations, seeded
from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.monotone import Rise, repaired, risen
from vaebio.diagnosis.outlook import look
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, FACTORS, Probe
from vaebio.diagnosis.refined import refine
from vaebio.diagnosis.relaxed import Levels, levels
from vaebio.diagnosis.rows import Range, Rows
from vaebio.diagnosis.scales import Audit, audit, comparable, mse_in_units_of
from vaebio.diagnosis.settled import settled
from vaebio.training.store import Stored

EVERYTHING = frozenset(FACTORS)

HIGHER, FIRST_BETA = 10.0, 0.1
"""Times beta of the probe with a higher one; what it is where beta is 0."""

SMALLEST_GAIN = 0.02
"""Of what there is to explain: a difference between probes too small to train anything again."""

STEPS = (
    "the member itself",
    "its training continued",
    "all combinations of relaxed factors, and a higher beta",
    "combinations that came out worse than with less relaxed",
    "the training of the relaxed member continued",
    "the posterior refined",
    "features on one scale",
)
"""What is done, in order."""


@dataclass(frozen=True)
class Found:
    """What came of the probes of one member.

    Parameters
    ----------
    probes
        In the order of the tables.
    levels
        Present and relaxed level of every factor.
    rises
        Combinations that are still worse than with less relaxed, although trained again.
    audit
        Shares of the features in the error of the member; None where it could not be trained.
    training
        Settings by which the combinations were trained.
    """

    probes: list[Probe]
    levels: Levels
    rises: list[Rise]
    audit: Audit | None
    training: dict[str, Any]


@dataclass(frozen=True)
class Patient:
    """A member under diagnosis, with its seeds and what there is to explain."""

    present: Trial
    seeds: tuple[int, ...]
    rows: Rows

    @property
    def smallest(self) -> float:
        """Difference of errors that matters to nobody."""
        return SMALLEST_GAIN * self.rows.span.width

    def each(self, trial: Trial) -> dict[int, Trial]:
        """A trial with every seed."""
        return {seed: seeded(trial, seed) for seed in self.seeds}


def run_probes(
    bench: Bench,
    member: Stored,
    name: str,
    seeds: Sequence[int],
    span: Range,
    on_step: Callable[[str], None] = lambda step: None,
) -> Found:
    """Every probe of a member; what the store holds of them is not trained again.

    Parameters
    ----------
    name
        What the member is called in the tables, whatever its seed.
    seeds
        With each of which every probe is trained.
    on_step
        Told which of `STEPS` is next.
    """
    measuring, step = Measuring(bench), iter(STEPS)
    present = Trial(replace(member.member, variant=""), member.architecture, member.training)
    patient = Patient(present, tuple(sorted(set(seeds))), Rows(name, span))
    on_step(next(step))
    own = measuring.trained(patient.each(present))
    on_step(next(step))
    ways = continued(measuring, own)
    training = settled(measuring, own, ways, patient.smallest)
    told = present.architecture.batches > 0
    chosen = levels(present, look(bench.data["train"], told=told))
    on_step(next(step))
    trial = replace(present, training=training)
    cells = combinations(trial, chosen, patient.seeds)
    higher = patient.each(higher_beta(trial))
    # Trained beside the member, of whose architecture they are.
    measured = measuring.trained(cells | higher)
    cells = {cell: measured[cell] for cell in cells}
    on_step(next(step))
    cells = repaired(measuring, cells, patient.smallest)
    on_step(next(step))
    further = continued(measuring, {seed: cells[EVERYTHING, seed] for seed in patient.seeds})
    rows = patient.rows
    probes = [rows.of(AS_IS, one) for one in own.values()]
    probes += [rows.of(FACTORIAL, one, relaxed) for (relaxed, _), one in cells.items()]
    probes += [rows.of(way, one) for (way, _), one in ways.items()]
    probes += [rows.of(way, one, EVERYTHING) for (way, _), one in further.items()]
    there = [one for one in own.values() if one.trained.folder]
    on_step(next(step))
    probes += _refined(measuring, there, rows)
    probes += [rows.of("beta_higher", measured[seed]) for seed in higher]
    on_step(next(step))
    probes += _rescaled(measuring, there, patient)
    shares = audit(measuring, there) if there else None
    return Found(probes, chosen, risen(cells, patient.smallest), shares, training)


def higher_beta(trial: Trial) -> Trial:
    """The same with ten times the beta."""
    beta = HIGHER * trial.member.beta or FIRST_BETA
    return replace(trial, member=replace(trial.member, beta=beta))


def _refined(measuring: Measuring, own: Sequence[Measured], rows: Rows) -> list[Probe]:
    if not own:
        return []
    started = time.perf_counter()
    changes = refine(measuring, own)
    seconds = (time.perf_counter() - started) / len(own)
    return [rows.refined(one, c, seconds) for one, c in zip(own, changes, strict=True)]


def _rescaled(measuring: Measuring, own: Sequence[Measured], patient: Patient) -> list[Probe]:
    """The member trained on features of one scale, and the member itself measured in their units.

    None where the features have one scale already.
    """
    data = comparable(measuring.bench.data)
    if data is None or not own:
        return []
    other = Measuring(replace(measuring.bench, data=data))
    found = other.trained(patient.each(patient.present))
    probes = [patient.rows.in_units("rescaled", one, one.mse) for one in found.values() if one.mse]
    splits = {split: mse_in_units_of(other, measuring, own, split) for split in SPLITS}
    return probes + [
        patient.rows.in_units("measured_rescaled", one, {s: e[i] for s, e in splits.items()})
        for i, one in enumerate(own)
    ]
