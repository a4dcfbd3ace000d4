"""What to change: the cheapest of the probes that come near the lowest error, as settings.

Only what was trained and measured is prescribed. Whether it keeps what it promises is seen when it
is trained again with fresh seeds: `compare`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.interval import Interval, over_seeds
from vaebio.diagnosis.probe import FACTORIAL, FACTORS, OPTIMISER, SIMPLER, read_word, word
from vaebio.diagnosis.simpler import simpler_counts
from vaebio.diagnosis.size import parameters
from vaebio.diagnosis.words import level

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits

KEYS = {
    "encoder": "model.encoder",
    "decoder": "model.decoder",
    "latent": "grid.latents",
    "beta": "grid.betas",
}
"""Key of the settings of each factor."""


@dataclass(frozen=True)
class Change:
    """One setting that changes, its values as the settings write them."""

    key: str
    old: str
    new: str

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.key}: {self.old} → {self.new}"


@dataclass(frozen=True)
class Prescription:
    """Settings for a member, and the error that was measured with them.

    Parameters
    ----------
    probe
        The probe that is prescribed.
    changes
        None where the member is to stay as it is.
    predicted_mse, low, high
        Mean test error, and where the mean of as many fresh seeds is to be expected.
    patch
        The same as settings, to be laid over those of the run: one model, one latent size, one
        beta.
    errors
        Of the seeds it was measured with.
    """

    member: str
    probe: str
    changes: tuple[Change, ...]
    predicted_mse: float
    low: float | None
    high: float | None
    patch: dict[str, dict[str, Any]]
    errors: tuple[float, ...] = field(repr=False)


def prescribe(evidence: Evidence, limits: "Limits") -> Prescription | None:
    """The cheapest probe within tolerance of the best; None where none has an error.

    Chosen on validation where all of them were measured there, so that test has no say in it. Of
    what was trained again from other weights, the first training counts: the settings lead there.
    Cheap is what changes little, then what has few parameters. A probe that diverged with a seed
    the others have is not prescribed.
    """
    candidates = _candidates(evidence, limits)
    if not candidates:
        return None
    errors = _judged_by(evidence, candidates)
    most = min(errors.values()) + limits.tolerance * evidence.room
    near = [name for name in candidates if errors[name] <= most]
    best = min(near, key=lambda name: (*_cost(evidence, name), errors[name], name))
    own = tuple(test for _, test in evidence.by_settings(best))
    expected = _expected(own, len(own), limits.confidence)
    return Prescription(
        evidence.member,
        best,
        changes(evidence, best),
        *(expected.value, expected.low, expected.high),
        patch(evidence, best),
        own,
    )


def changes(evidence: Evidence, name: str) -> tuple[Change, ...]:
    """The settings that a probe changes."""
    base = word(FACTORIAL)
    pairs = [(KEYS[f], *(evidence.setting(w, f) for w in (base, name))) for f in FACTORS]
    pairs += [
        (f"train.{key}", evidence.training.get(key), new)
        for key, new in _training(evidence, read_word(name)[0]).items()
    ]
    return tuple(Change(k, level(old), level(new)) for k, old, new in pairs if old != new)


def patch(evidence: Evidence, name: str) -> dict[str, dict[str, Any]]:
    """A probe as settings that leave one model, one latent size and one beta of the grid."""
    at = {factor: evidence.setting(name, factor) for factor in FACTORS}
    found: dict[str, dict[str, Any]] = {
        "model": {"encoder": list(at["encoder"]), "decoder": list(at["decoder"])},
        "grid": {
            "betas": [at["beta"]],
            "latents": [at["latent"]],
            "encoders": [],
            "decoders": [],
        },
    }
    if evidence.likelihood is not None:
        found["model"]["likelihood"], found["grid"]["likelihoods"] = evidence.likelihood, []
    training = dict(_training(evidence, read_word(name)[0]))
    return found | ({"train": training} if training else {})


def document(prescriptions: Iterable[Prescription]) -> dict[str, Any]:
    """Content of prescription.yaml: what is predicted, and the settings, by member."""
    return {
        one.member: {
            "changes": [change.told for change in one.changes],
            "predicted_mse": one.predicted_mse,
            "low": one.low,
            "high": one.high,
            "settings": one.patch,
        }
        for one in prescriptions
    }


@dataclass(frozen=True)
class FollowUp:
    """What came of a prescription; a row of follow_up.tsv.

    Parameters
    ----------
    predicted_low, predicted_high
        Where the mean of as many fresh seeds was to be expected.
    kept
        Whether it lies there; None where one seed gave no interval, or nothing was followed.
    reason
        Why there is no prediction, or nothing that was achieved; else empty.
    """

    member: str
    predicted_mse: float | None
    predicted_low: float | None
    predicted_high: float | None
    achieved_mse: float | None
    achieved_low: float | None
    achieved_high: float | None
    seeds: int
    kept: bool | None
    reason: str = ""


def compare(prescription: Prescription, achieved: Sequence[float], limits: "Limits") -> FollowUp:
    """Predicted beside achieved.

    Parameters
    ----------
    achieved
        Test errors with fresh seeds.
    """
    expected = _expected(prescription.errors, len(achieved), limits.confidence)
    found = over_seeds(achieved, limits.confidence)
    kept = None if expected.low is None else expected.low <= found.value <= expected.high
    return FollowUp(
        prescription.member,
        *(expected.value, expected.low, expected.high),
        *(found.value, found.low, found.high),
        len(achieved),
        kept,
    )


def _candidates(evidence: Evidence, limits: "Limits") -> list[str]:
    """Probes that can be written as settings, with as many seeds as any of them.

    A model without hidden layers is another kind of model, and needs a reason.
    """
    names = [w for w in (word(FACTORIAL), *evidence.gains(0.95)) if _can_be_set(evidence, w)]
    if not simpler_counts(evidence, limits):
        names = [name for name in names if name != SIMPLER]
    seeds = {name: len(evidence.by_settings(name)) for name in names}
    most = max(seeds.values(), default=0)
    return [name for name in names if seeds[name] == most] if most else []


def _can_be_set(evidence: Evidence, name: str) -> bool:
    """Whether it is known how to train as the probe was."""
    known = {"epochs", "learning_rate"} <= evidence.training.keys()
    return known or read_word(name)[0] not in OPTIMISER


def _judged_by(evidence: Evidence, names: Sequence[str]) -> dict[str, float]:
    """Mean errors on validation where all were measured there, else on test."""
    both = {name: list(zip(*evidence.by_settings(name), strict=True)) for name in names}
    measured = all(error is not None for validation, _ in both.values() for error in validation)
    found = {name: errors[0 if measured else 1] for name, errors in both.items()}
    return {name: float(np.mean(errors)) for name, errors in found.items()}


def _cost(evidence: Evidence, name: str) -> tuple[int, int]:
    """How many settings change, and how large the network is."""
    encoder, decoder, latent = (evidence.setting(name, f) for f in FACTORS[:3])
    features = evidence.features or 1
    return len(changes(evidence, name)), parameters(encoder, decoder, latent, features)


def _expected(errors: Sequence[float], fresh: int, confidence: float) -> Interval:
    """Mean of errors, and where the mean of `fresh` more is to be expected."""
    mean, n = float(np.mean(errors)), len(errors)
    if n < 2:
        return Interval(mean)
    error = float(np.std(errors, ddof=1)) * math.sqrt(1 / n + 1 / fresh)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * error
    return Interval(mean, mean - half, mean + half)


def _training(evidence: Evidence, probe: str) -> Mapping[str, Any]:
    """Settings of the training that come nearest to what a probe did."""
    was = evidence.training
    if probe not in OPTIMISER:
        return evidence.anew_training
    longer = {"epochs": 2 * was["epochs"], "patience": was["epochs"]}
    if probe == "learning_rate_low":
        return longer | {"learning_rate_schedule": "cosine", "learning_rate_end": 0.1}
    if probe == "learning_rate_high":
        return longer | {"learning_rate": 3 * was["learning_rate"]}
    return longer
