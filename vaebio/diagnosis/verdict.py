"""The verdicts about a member: which causes its probes support, and which they do not.

Nothing but an intervention supports a cause. Numbers come in, numbers and sentences go out; nothing
is trained here, and no file is known.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vaebio.diagnosis import remains
from vaebio.diagnosis.causes import CAUSES, REMOVABLE, Cause
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.finding import Finding
from vaebio.diagnosis.interventions import RULES

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


@dataclass(frozen=True)
class Verdict:
    """One cause held against the probes of one member; a row of verdicts.tsv.

    Parameters
    ----------
    gain, low, high
        Share of null - noise floor that the cause accounts for, with its interval over seeds;
        None where there is no such number, for the reason in `found`. Of the noise floor: how
        far above it the member is. Of none and unknown: what the best probe gained.
    change
        Old and new setting; empty when the cause is not supported.
    predicted_mse
        Test error that was measured with this change alone.
    """

    member: str
    cause: str
    supported: bool
    gain: float | None
    low: float | None
    high: float | None
    found: str
    meaning: str
    change: str = ""
    predicted_mse: float | None = None


def judge(evidence: Evidence, limits: "Limits") -> list[Verdict]:
    """All causes, each supported or not: the supported ones first, those of a change by gain."""
    found = _heeded(evidence, {name: RULES[name](evidence, limits) for name in REMOVABLE}, limits)
    removable = any(one.supported for one in found.values())
    found["noise_floor"] = remains.noise_floor(evidence, limits, removable)
    found["none"] = remains.none(evidence, limits, removable)
    settled = any(one.supported for one in found.values())
    found["unknown"] = remains.unknown(evidence, limits, settled)
    every = _together(evidence, found)
    return sorted((_row(evidence.member, CAUSES[n], one) for n, one in every.items()), key=_rank)


def supported(verdicts: list[Verdict]) -> list[Verdict]:
    """The causes that are supported, in their order."""
    return [one for one in verdicts if one.supported]


def _heeded(evidence: Evidence, found: dict[str, Finding], limits: "Limits") -> dict[str, Finding]:
    """The findings, of which those are not supported whose change predicts nothing.

    A member that is worse than the train mean can gain a lot by a change with which it is still no
    better: that is no cause, as it would be none of data that are noise.
    """
    noise = remains.only_noise(evidence, limits)
    own = _factors(found)
    together = float(evidence.table.cell(own.values()).mean()) if own else None

    def heeded(name: str, one: Finding) -> Finding:
        if not one.supported:
            return one
        expected = together if name in own else one.predicted
        if noise:
            return replace(one, supported=False, found=f"{one.found} It does not count: {noise}.")
        if expected is not None and evidence.null - expected < limits.explainable * evidence.null:
            said = f"the train mean ({evidence.null:.3g}) is hardly worse than {expected:.3g}"
            return replace(one, supported=False, found=f"{one.found} It does not count: {said}.")
        return one

    return {name: heeded(name, one) for name, one in found.items()}


def _factors(found: dict[str, Finding]) -> dict[str, str]:
    """Factors of the causes that are supported, by cause."""
    return {n: CAUSES[n].factor for n, one in found.items() if CAUSES[n].factor and one.supported}


def _together(evidence: Evidence, found: dict[str, Finding]) -> dict[str, Finding]:
    """Where several factors are causes, what is to be expected of changing all of them."""
    own = _factors(found)
    if len(own) < 2:
        return found
    mse = float(evidence.table.cell(own.values()).mean())
    note = f"; with the factors of all {len(own)} causes changed the MSE was {mse:.3g}"
    return found | {n: replace(found[n], change=f"{found[n].change}{note}") for n in own}


def _row(member: str, cause: Cause, one: Finding) -> Verdict:
    bounds = (one.gain.value, one.gain.low, one.gain.high) if one.gain else (None, None, None)
    prefix = f"{cause.setting}: " if cause.setting else ""
    change = f"{prefix}{one.change}" if one.supported and one.change else ""
    return Verdict(
        member, cause.name, one.supported, *bounds, one.found, cause.meaning, change, one.predicted
    )


def _rank(one: Verdict) -> tuple[bool, int, float]:
    """Supported first; causes of a change by gain, then the others in the order of `CAUSES`."""
    removable = one.cause in REMOVABLE
    place = 0 if removable else 1 + list(CAUSES).index(one.cause)
    return not one.supported, place, -(one.gain or 0.0) if removable else 0.0
