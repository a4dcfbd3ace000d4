"""What is said when no change helps: noise, a good fit, or that the cause is not known."""

from typing import TYPE_CHECKING

from vaebio.diagnosis.evidence import MOST_COPIED, Evidence
from vaebio.diagnosis.finding import Finding
from vaebio.diagnosis.interval import Interval
from vaebio.diagnosis.named import named
from vaebio.diagnosis.probe import SIMPLER
from vaebio.diagnosis.reliable import unseen, unusable
from vaebio.diagnosis.simpler import said
from vaebio.diagnosis.words import percent, sentence

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


def only_noise(evidence: Evidence, limits: "Limits") -> str:
    """Why there is nothing to explain but noise; empty where there is.

    The floor says so, and no probe comes so much lower that it belies it; or neither a probe nor
    a baseline explains anything. It takes the probes of at least one seed to say so.
    """
    if not evidence.table.seeds:
        return ""
    least = limits.explainable * evidence.null
    explained = evidence.null - evidence.lowest_mean
    if evidence.floor is not None and evidence.null - evidence.floor < least:
        if explained <= MOST_COPIED * evidence.null:
            return (
                f"the noise floor ({evidence.floor:.3g}) can hardly be told from the error of the "
                f"train mean ({evidence.null:.3g})"
            )
    if evidence.rival and max(explained, evidence.null - evidence.rival[1]) < least:
        return "no probe and no baseline predicts more than the train mean does"
    return ""


def noise_floor(evidence: Evidence, limits: "Limits", removable: bool) -> Finding:
    """Near the floor, and no intervention brings it nearer by an amount that counts.

    Parameters
    ----------
    removable
        Whether a cause that can be removed is supported.
    """
    if evidence.least is None:
        return Finding(False, f"There is no noise floor: {evidence.floor_reason}.")
    if evidence.mse is None:
        return Finding(False, "The member diverged with every seed.")
    best, told = _best(evidence)
    stays = not removable and not unseen(evidence, limits)
    if noise := only_noise(evidence, limits):
        said = sentence(f"{noise}: an error below it is noise that was copied; {told}")
        return Finding(True, said, None, "", evidence.mse)
    if evidence.nothing_to_explain:
        said = (
            f"The noise floor ({evidence.floor:.3g}) cannot be told from the error of the train "
            f"mean ({evidence.null:.3g}): there is nothing to explain, and an error below it "
            f"is noise that was copied; {told}"
        )
        stays = stays and best < limits.gain * evidence.room
        return Finding(stays, f"{said}.", None, "", evidence.mse)
    above = evidence.mse - evidence.least
    share = Interval(above / evidence.room)
    said = (
        f"The MSE of {evidence.mse:.3g} lies {above:.2g} above the noise floor of "
        f"{evidence.least:.3g} ({percent(share.value)} of {evidence.room_words}); {told}"
    )
    # Below the estimate it is noise too, however much more of it another model has copied.
    near = share.value <= limits.floor or evidence.mse <= evidence.floor
    supported = stays and near
    return Finding(supported, f"{said}.{_cap(evidence)}", share, "", evidence.mse)


def none(evidence: Evidence, limits: "Limits", removable: bool) -> Finding:
    """No cause is supported, and the best that any probe or baseline reached is near.

    The seeds must agree well enough for a gain that counts to have been seen.

    Parameters
    ----------
    removable
        Whether a cause that can be removed is supported.
    """
    if reason := unseen(evidence, limits):
        return Finding(False, f"It cannot be said that nothing helps: {reason}.")
    best, told = _best(evidence)
    share = Interval(max(best, 0.0) / evidence.room)
    supported = not removable and max(best, evidence.behind) <= limits.floor * evidence.room
    found = sentence(f"{told}{_left(evidence)}{_rival(evidence)}")
    return Finding(supported, _and_simpler(found, evidence, limits), share, "", evidence.mse)


def unknown(evidence: Evidence, limits: "Limits", settled: bool) -> Finding:
    """Nothing is supported, or the factorial probes are of no use whatever else is supported.

    Parameters
    ----------
    settled
        Whether anything else is supported.
    """
    if settled and only_noise(evidence, limits):
        return Finding(False, "Another verdict is supported.")
    if reason := unusable(evidence, limits):
        return Finding(True, f"The factorial probes support nothing: {reason}.")
    if settled:
        return Finding(False, "Another verdict is supported.")
    best, told = _best(evidence)
    why = unseen(evidence, limits) or (
        "no single factor has a part that counts beyond the noise of the seeds"
    )
    share = Interval(max(best, 0.0) / evidence.room)
    found = sentence(f"{told}, {'but' if best > 0 else 'and'} {why}{_rival(evidence)}")
    return Finding(True, _and_simpler(found, evidence, limits), share)


def _and_simpler(found: str, evidence: Evidence, limits: "Limits") -> str:
    """With what a model without hidden layers reaches, where that counts."""
    return f"{found} {said(evidence, limits)}".rstrip()


def _rival(evidence: Evidence) -> str:
    """A baseline that comes lower, in a clause."""
    if not evidence.behind:
        return ""
    name, mse = evidence.rival
    share = percent(evidence.behind / evidence.room)
    return f"; the baseline {name} reaches {mse:.3g}, {share} of {evidence.room_words} lower"


def _best(evidence: Evidence) -> tuple[float, str]:
    """Largest mean gain of any probe that stands for other settings, and a clause about it.

    A model without hidden layers is another kind of model, and has a sentence of its own.
    """
    gains = {name: g.value for name, g in evidence.gains(0.95).items() if name != SIMPLER}
    if not gains:
        return float("-inf"), "no probe with other settings was trained"
    name = max(sorted(gains), key=gains.get)
    best = gains[name]
    if best <= 0:
        return best, f"none of {len(gains)} probes with such a network lowers the error"
    return best, (
        f"the best of {len(gains)} probes ({named(name)}) lowers the error by {best:.2g} "
        f"({percent(best / evidence.room)} of {evidence.room_words})"
    )


def _left(evidence: Evidence) -> str:
    """What is above the floor all the same."""
    if evidence.least is None or evidence.mse is None or evidence.nothing_to_explain:
        return ""
    above = evidence.mse - evidence.least
    return (
        f"; the member lies {above:.2g} above the noise floor ({percent(above / evidence.room)} of "
        f"{evidence.room_words})"
    )


def _cap(evidence: Evidence) -> str:
    if not evidence.capped:
        return ""
    return (
        f" The estimate of the floor ({evidence.floor:.3g}) lay above the error of a probe "
        f"({named(evidence.lowest.word)}), which is used."
    )
