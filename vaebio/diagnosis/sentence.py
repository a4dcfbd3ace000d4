"""A member's diagnosis in a few sentences: what was seen, why, and what to set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vaebio.diagnosis.attribution import parts
from vaebio.diagnosis.causes import CAUSES
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.prescription import KEYS, Prescription
from vaebio.diagnosis.simpler import said as of_the_simpler
from vaebio.diagnosis.symptoms import Symptom
from vaebio.diagnosis.verdict import Verdict, supported
from vaebio.diagnosis.words import FACTOR_WORDS, level, listed, percent

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


def sentences(
    evidence: Evidence,
    verdicts: Sequence[Verdict],
    prescription: Prescription | None,
    symptoms: Sequence[Symptom],
    limits: "Limits",
) -> str:
    """The whole diagnosis of one member in words.

    Parameters
    ----------
    symptoms
        Of the member (or of its seeds); the rate that falls without the error is told first.
    """
    causes = supported(list(verdicts))
    simpler = of_the_simpler(evidence, limits)
    lines = [_seen(evidence, symptoms)]
    # In the order of the causes, by their gain; the factors are one sentence, at the first of them.
    factors = [cause for cause in causes if CAUSES[cause.cause].factor]
    what = "the removable error" if factors == causes else "what relaxing the model removes"
    for cause in causes:
        if cause in factors[:1]:
            lines.append(_factors(evidence, factors, limits, what))
        lines += _other(evidence, cause, simpler)
    # Where the cause is not known, it stands in what was found.
    lines += [] if "unknown" in {cause.cause for cause in causes} else [simpler]
    return " ".join(filter(None, [*lines, _cure(prescription)]))


def _seen(evidence: Evidence, symptoms: Sequence[Symptom]) -> str:
    """What happened, and the levels around it."""
    known = [("noise floor", evidence.least), ("null", evidence.null)]
    known += [evidence.rival] if evidence.behind else []
    levels = ", ".join(f"{name} {value:.3g}" for name, value in known if value is not None)
    levels = levels if evidence.least is not None else f"noise floor not known, {levels}"
    fell = next((one for one in symptoms if one.symptom == "kl_falls_mse_flat"), None)
    if fell:
        return f"In {evidence.member} {fell.evidence} ({levels})."
    if evidence.mse is None:
        return f"{evidence.member} diverged with every seed ({levels})."
    return f"The test MSE of {evidence.member} is {evidence.mse:.3g} ({levels})."


def _factors(evidence: Evidence, causes: Sequence[Verdict], limits: "Limits", what: str) -> str:
    """Which of the factors of some causes it comes from.

    Parameters
    ----------
    what
        Words for the error that the factors remove together.
    """
    own = [CAUSES[one.cause].factor for one in causes]
    found = {
        factor: part.value for factor, part in parts(evidence.table, limits.confidence).items()
    }
    # Of what is removed: a factor that raises the error when relaxed takes nothing from the others.
    removed = sum(value for value in found.values() if value > 0)
    said = [
        f"{percent(found[f] / removed)} {f'of {what} comes ' if not i else ''}from "
        f"{FACTOR_WORDS[f]} ({level(evidence.level(frozenset(), f))})"
        for i, f in enumerate(own)
    ]
    return f"{', '.join(said)}."


def _other(evidence: Evidence, one: Verdict, simpler: str) -> list[str]:
    """What a cause that is no factor says."""
    at = "" if one.predicted_mse is None else f": MSE {one.predicted_mse:.3g}"
    told = {
        "beta_too_low": f"A higher beta lowers the error on unseen observations{at}.",
        "optimiser": f"Trained differently the same model comes lower{at}.",
        "input_scale": "A few features carry most of the error because of their scale.",
        "noise_floor": "What is left is noise, by the estimate of its floor.",
        "none": f"No change {'of this network' if simpler else 'that was tried'} lowers it by an "
        "amount that counts.",
        "unknown": f"{_not_known(simpler)} {one.found}",
    }
    return [told[one.cause]] if one.cause in told else []


def _not_known(simpler: str) -> str:
    return "No tested cause explains it." if simpler else "Why it is not lower is not known."


def _cure(prescription: Prescription | None) -> str:
    """What to set, and what to expect."""
    if prescription is None or not prescription.changes:
        return ""
    bounds = ""
    if prescription.low is not None:
        bounds = f" ({prescription.low:.3g} to {prescription.high:.3g})"
    what = listed([f"{_called(one.key)} to {one.new}" for one in prescription.changes])
    return f"Set {what}: expected MSE {prescription.predicted_mse:.3g}{bounds}."


def _called(key: str) -> str:
    """A factor's word for its key; the key of another setting."""
    return {KEYS[factor]: words for factor, words in FACTOR_WORDS.items()}.get(key, key)
