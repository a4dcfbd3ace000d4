"""Whether what is prescribed keeps what was predicted: it is trained with fresh seeds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vaebio.diagnosis.bench import Trial
from vaebio.diagnosis.factorial import seeded
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.prescription import FollowUp, Prescription, compare

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


def as_prescribed(trial: Trial, prescription: Prescription) -> Trial:
    """A trial with the settings of a prescription laid over its own."""
    model, grid = (prescription.patch[section] for section in ("model", "grid"))
    widths = {name: tuple(model[name]) for name in ("encoder", "decoder")}
    [beta], [latent] = grid["betas"], grid["latents"]
    return replace(
        trial,
        member=replace(trial.member, beta=beta, latent=latent),
        architecture=replace(trial.architecture, **widths),
        training=trial.training | prescription.patch.get("train", {}),
    )


def follow_up(
    measuring: Measuring,
    trial: Trial,
    prescription: Prescription,
    seeds: Sequence[int],
    limits: "Limits",
) -> FollowUp | None:
    """Predicted beside achieved; None where no seed was asked for, or all diverged.

    Parameters
    ----------
    trial
        The member as it is.
    seeds
        None of which a probe was trained with.
    """
    fresh = as_prescribed(trial, prescription)
    found = measuring.trained({seed: seeded(fresh, seed) for seed in seeds})
    sound = [one for one in found.values() if one.trained.status != "diverged"]
    achieved = [one.mse["test"] for one in sound]
    return compare(prescription, achieved, limits) if achieved else None


def not_followed(member: str, prescription: Prescription | None, seeds: Sequence[int]) -> FollowUp:
    """The row of a member of which nothing was achieved, with the reason."""
    if prescription is None:
        nothing = (None,) * 6
        return FollowUp(member, *nothing, 0, None, "nothing was prescribed: no probe has an error")
    bounds = prescription.predicted_mse, prescription.low, prescription.high
    reason = "diverged with every fresh seed" if len(seeds) else "no fresh seed was asked for"
    return FollowUp(member, *bounds, None, None, None, 0, None, reason)


def said(one: FollowUp) -> str:
    """What came of the prescription, in a sentence; nothing where nothing was achieved."""
    if one.achieved_mse is None:
        return ""
    bounds = ""
    if one.achieved_low is not None:
        bounds = f" ({one.achieved_low:.3g} to {one.achieved_high:.3g})"
    as_told = {
        True: ", as predicted",
        False: f", which is {_aside(one)} than predicted",
        None: f"; {one.predicted_mse:.3g} was predicted, from one seed without an interval",
    }[one.kept]
    fresh = "one fresh seed" if one.seeds == 1 else f"{one.seeds} fresh seeds"
    return f"Trained with {fresh} it reaches {one.achieved_mse:.3g}{bounds}{as_told}."


def _aside(one: FollowUp) -> str:
    """By how much it was missed: both can read alike in three digits."""
    missed = one.achieved_mse - one.predicted_mse
    return f"{abs(missed):.2g} {'higher' if missed > 0 else 'lower'}"
