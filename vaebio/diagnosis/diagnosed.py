"""The whole diagnosis of one member: probes, verdicts, budget, prescription and what is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vaebio.diagnosis.bench import Bench, Trial
from vaebio.diagnosis.budget import Step, budget
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.followed import follow_up, not_followed, said
from vaebio.diagnosis.left import left
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.prescription import FollowUp, Prescription, prescribe
from vaebio.diagnosis.probe import Probe
from vaebio.diagnosis.references import References
from vaebio.diagnosis.rescaled import null_feature_errors
from vaebio.diagnosis.run import STEPS, Effort, Found, run_probes
from vaebio.diagnosis.scale import concentration
from vaebio.diagnosis.sentence import sentences
from vaebio.diagnosis.summary import Summary, summary
from vaebio.diagnosis.symptoms import Symptom
from vaebio.diagnosis.verdict import Verdict, judge
from vaebio.training.store import Stored

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Diagnose

LAST = "what is prescribed, with fresh seeds"
ALL_STEPS = (*STEPS, LAST)
"""What is done, in order."""


@dataclass(frozen=True)
class Diagnosed:
    """What came of a member.

    Parameters
    ----------
    prescription
        None where no probe has an error.
    """

    member: str
    probes: Sequence[Probe]
    verdicts: Sequence[Verdict]
    budget: Sequence[Step]
    prescription: Prescription | None
    follow_up: FollowUp
    summary: Summary

    @property
    def told(self) -> str:
        """The diagnosis in sentences."""
        return self.summary.sentence


@dataclass(frozen=True)
class Seeds:
    """Seeds that probes are trained with, and fresh ones for what they prescribe."""

    probes: Sequence[int]
    fresh: Sequence[int]


def diagnose(
    bench: Bench,
    member: Stored,
    name: str,
    seeds: Seeds,
    around: References,
    seen: Sequence[Symptom],
    settings: "Diagnose",
    on_step: Callable[[str], None] = lambda step: None,
) -> Diagnosed:
    """Train the probes of a member and judge it by them.

    Parameters
    ----------
    name
        What it is called in the tables, whatever its seed.
    seen
        Its symptoms.
    on_step
        Told which of `ALL_STEPS` is next.
    """
    effort = Effort(**settings.probes.model_dump())
    found = run_probes(bench, member, name, seeds.probes, around.span, effort, on_step)
    evidence = gathered(bench, member, name, around, found)
    limits = settings.verdict
    verdicts, prescription = judge(evidence, limits), prescribe(evidence, limits)
    on_step(LAST)
    trial = Trial(replace(member.member, variant=""), member.architecture, member.training)
    after = None
    if prescription:
        after = follow_up(Measuring(bench), trial, prescription, seeds.fresh, limits)
    after = after or not_followed(name, prescription, seeds.fresh)
    steps = budget(evidence, limits)
    remains = left(evidence, verdicts, limits)
    told = [
        sentences(evidence, verdicts, prescription, seen, limits),
        remains,
        said(after),
    ]
    whole = summary(evidence, prescription, remains, " ".join(filter(None, told)), limits)
    return Diagnosed(name, found.probes, verdicts, steps, prescription, after, whole)


def gathered(bench: Bench, member: Stored, name: str, around: References, found: Found) -> Evidence:
    """All that the verdicts are passed on."""
    own = member.training
    errors = found.feature_errors
    return Evidence(
        name,
        tuple(found.probes),
        around.null["test"],
        around.floor.get("test"),
        around.floor_told,
        *around.floor_bounds,
        null_train=around.null["train"],
        concentration=None if errors is None else concentration(errors),
        null_concentration=concentration(null_feature_errors(Measuring(bench))),
        features=bench.data["test"].features,
        training=own,
        likelihood=member.architecture.likelihood,
        rival=around.rival,
        anew_training={k: v for k, v in found.training.items() if v != own.get(k)},
    )
