"""What is known of a diagnosed member beside its probes, verdicts and budget: one row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.prescription import Prescription
from vaebio.diagnosis.simpler import said

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


@dataclass(frozen=True)
class Summary:
    """A row of diagnoses.tsv.

    Parameters
    ----------
    seeds
        Those of the probes, with commas.
    mse, null, floor
        Test error of the member, of the train mean and of the noise alone; None where not known.
    floor_method
        How the floor was estimated and whether an error that was reached stands in its place, or
        why there is none.
    shares_of
        What the gains of the verdicts are shares of.
    left
        What is left of the error, where there is nothing to change; may be empty.
    simpler
        That a model without hidden layers comes lower, where that counts; else empty.
    prescribed
        The probe whose settings are prescribed; empty without one.
    sentence
        The whole diagnosis, as the log tells it.
    """

    member: str
    seeds: str
    mse: float | None
    null: float
    floor: float | None
    floor_method: str
    shares_of: str
    left: str
    simpler: str
    prescribed: str
    sentence: str


def summary(
    evidence: Evidence,
    prescription: Prescription | None,
    remains: str,
    told: str,
    limits: "Limits",
) -> Summary:
    """The row of one member; what is left of its error, and all of it in sentences, come in."""
    seeds = sorted({probe.seed for probe in evidence.probes})
    return Summary(
        evidence.member,
        ",".join(map(str, seeds)),
        evidence.mse,
        evidence.null,
        evidence.least,
        _method(evidence),
        evidence.room_words,
        remains,
        said(evidence, limits),
        prescription.probe if prescription else "",
        told,
    )


def _method(evidence: Evidence) -> str:
    if not evidence.capped:
        return evidence.floor_reason
    return (
        f"{evidence.floor_reason}; it came out as {evidence.floor:.3g}, above the error of the "
        f"probe `{evidence.lowest.word}`, which stands in its place"
    )
