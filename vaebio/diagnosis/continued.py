"""Training continued: at other learning rates, and for as many epochs again."""

from collections.abc import Mapping
from dataclasses import replace

from vaebio.diagnosis.bench import Trial
from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.probe import OPTIMISER

LEARNING_RATES = dict(zip(OPTIMISER, (0.1, 3.0, 1.0), strict=True))
"""Times the learning rate at which the member was trained."""


def continued(
    measuring: Measuring, members: Mapping[int, Measured]
) -> dict[tuple[str, int], Measured]:
    """Each member (by seed) trained on in every way, from its own weights and at its own beta.

    The optimiser's memory begins anew. There is no warm-up: beta is where it was.
    """
    return measuring.trained(
        {
            (way, seed): on(member, times)
            for way, times in LEARNING_RATES.items()
            for seed, member in members.items()
            if member.trained.folder
        }
    )


def on(member: Measured, times: float) -> Trial:
    """A member's training continued at another learning rate, from its weights."""
    trial = member.trial
    rate = times * trial.training["learning_rate"]
    changed = trial.trained_with(learning_rate=rate, beta_schedule="constant")
    return replace(changed, start=member.trained)
