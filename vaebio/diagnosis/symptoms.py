"""Symptoms of a member: what its history shows, and in which epochs. No cause is named here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from vaebio.diagnosis.curve import Curve, binned, noise, trend
from vaebio.diagnosis.known import Known

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Symptoms

SYMPTOMS = {
    "diverged": "a value was not finite",
    "collapse": "the latents carry next to nothing",
    "kl_falls_mse_flat": "the rate (KL) falls and the MSE does not",
    "stall": "the validation MSE no longer falls, far above the noise floor",
    "overfit": "the validation MSE is higher than train's, or rises while train's does not",
    "not_converged": "the MSE still falls at the last epoch",
}
"""Symptoms in the order they are reported, and what they are."""

LAST = 0.25
"""Share of the run that is its end."""

KNOTS = 31
"""Points of a curve that an interval can begin or end at."""


NEARLY = 0.98
"""Share of the largest fall of the rate that a shorter interval must have, to be told instead."""


@dataclass(frozen=True)
class Symptom:
    """A symptom, where it holds, and the numbers that show it, as a clause without its subject."""

    member: str
    symptom: str
    first_epoch: int
    last_epoch: int
    evidence: str


def symptoms(curve: Curve, known: Known, settings: "Symptoms") -> list[Symptom]:
    """All symptoms of a member, in the order of `SYMPTOMS`.

    Those other than divergence are read from the epochs before the first value that is not
    finite, and need `settings.shortest` of them.
    """
    finite = curve.finite
    found = [*_diverged(curve)]
    if len(finite) >= settings.shortest:
        found += [s for rule in _RULES for s in rule(finite, known, settings)]
    order = list(SYMPTOMS)
    return sorted(found, key=lambda one: order.index(one.symptom))


def _diverged(curve: Curve) -> Iterator[Symptom]:
    finite = len(curve.finite)
    if finite < len(curve):
        first, last = int(curve.epoch[finite]), int(curve.epoch[-1])
        yield Symptom(
            curve.member, "diverged", first, last, f"a value was not finite in epoch {first}"
        )


def _collapse(curve: Curve, known: Known, settings: "Symptoms") -> Iterator[Symptom]:
    """Little rate or few active units, while the error is above the floor."""
    reached = known.explained(curve.end)
    if known.nothing_to_explain or (reached is not None and reached >= settings.explained):
        return
    low = curve.rate < settings.rate
    units = known.active_units is not None and known.possible_units is not None
    few = units and known.active_units < settings.units * known.possible_units
    if not (few or low[-1]):
        return
    said = [f"the rate was below {settings.rate:g} nats"] if low[-1] else []
    if few:
        said.append(
            f"{known.active_units:.0f} of the {known.possible_units:.0f} units that could be are "
            "active"
        )
    yield _symptom(curve, "collapse", _since(low), -1, " and ".join(said) + _at(curve, known))


def _stall(curve: Curve, known: Known, settings: "Symptoms") -> Iterator[Symptom]:
    """No progress over the end of the run, below the explained fraction that is a good fit."""
    reached, room = known.explained(curve.end), known.room(curve)
    good = reached is not None and reached >= settings.explained
    end = _end(curve, settings)
    fall = trend(end.epoch, end.mse, settings.confidence).fall
    if good or known.nothing_to_explain or fall >= settings.gain * room:
        return
    ahead = np.minimum.accumulate(curve.mse) - curve.mse.min()
    first = min(int(np.argmax(ahead < settings.gain * room)), len(curve) - len(end))
    gained = f"{'fell' if fall > 0 else 'rose'} by {abs(fall):.2g}" if fall else "did not change"
    explained = "" if reached is None else f", {_percent(reached)} of what could be explained"
    said = f"the MSE {gained} over the last {len(end)} epochs{_at(curve, known)}{explained}"
    yield _symptom(curve, "stall", first, -1, said)


def _overfit(curve: Curve, known: Known, settings: "Symptoms") -> Iterator[Symptom]:
    """Validation rises while train does not, or lies above train by more than their nulls do."""
    if np.isnan(curve.train).any():
        return
    limit = settings.overfit * known.room(curve)
    found = chain(_rise(curve, limit, settings.gain * known.room(curve)), _gap(curve, known, limit))
    yield from islice(found, 1)


def _rise(curve: Curve, limit: float, same: float) -> Iterator[Symptom]:
    """Validation above its minimum, by more than train rose meanwhile."""
    # The last epoch that was as good as the best, because the first of a flat course is chance.
    best = int(np.flatnonzero(curve.mse <= curve.mse.min() + same)[-1])
    train = float(np.median(curve.train[-3:]))
    # What rises on train too is not overfitting: a beta that comes into force, a collapse.
    meanwhile = max(0.0, train - float(curve.train[best]))
    if curve.end - float(curve.mse[best]) - meanwhile > limit:
        said = (
            f"the validation MSE rose from {curve.mse[best]:.3g} to {curve.end:.3g} while that of "
            f"train went from {curve.train[best]:.3g} to {train:.3g}"
        )
        yield _symptom(curve, "overfit", best, -1, said)


def _gap(curve: Curve, known: Known, limit: float) -> Iterator[Symptom]:
    """Validation above train."""
    both = known.null is not None and known.null_train is not None
    shift = known.null - known.null_train if both else 0.0
    apart = curve.mse - curve.train - shift
    gap = float(np.median(apart[-3:]))
    if gap > limit:
        train = float(np.median(curve.train[-3:]))
        beyond = " beyond what the train mean has between them" if both else ""
        said = (
            f"the validation MSE was {curve.end:.3g} and that of train {train:.3g}: {gap:.2g} "
            f"apart{beyond}"
        )
        yield _symptom(curve, "overfit", _since(apart > limit), -1, said)


def _not_converged(curve: Curve, known: Known, settings: "Symptoms") -> Iterator[Symptom]:
    """Falls over the end of the run, beyond its noise, and its last half is not seen to be flat."""
    end, least = _end(curve, settings), settings.gain * known.room(curve)
    last = end.part(slice(-max(settings.shortest, len(end) // 2), None))
    found, still = (trend(one.epoch, one.mse, settings.confidence) for one in (end, last))
    flat = still.high * np.ptp(end.epoch) < least * np.ptp(last.epoch)
    if known.nothing_to_explain or not found.falls or found.fall < least or flat:
        return
    before, after = _ends(end.mse, 0, len(end) - 1)
    said = f"the MSE still fell from {before:.3g} to {after:.3g} in the last {len(end)} epochs"
    yield _symptom(curve, "not_converged", len(curve) - len(end), -1, said)


def _kl_falls_mse_flat(curve: Curve, known: Known, settings: "Symptoms") -> Iterator[Symptom]:
    """The interval with the largest fall of the rate in which the MSE does not fall.

    Of intervals with nearly that fall, the shortest.
    """
    part, room = binned(curve), known.room(curve)
    tried = sorted(_falling(part, room, settings), reverse=True)
    held = next((one for one in tried if _holds(part, one, room, settings)), None)
    if held is None:
        return
    nearly = [one for one in tried if one[0] >= NEARLY * held[0]]
    shortest = sorted(nearly, key=lambda one: (one[2] - one[1], one[1]))
    _, a, b = next(one for one in shortest if _holds(part, one, room, settings))
    same = settings.gain * room
    yield _symptom(part, "kl_falls_mse_flat", a, b, _told(part, a, b, same) + _warmup(part, a, b))


_RULES: tuple[Callable[[Curve, Known, "Symptoms"], Iterator[Symptom]], ...] = (
    _collapse,
    _kl_falls_mse_flat,
    _stall,
    _overfit,
    _not_converged,
)


def _falling(curve: Curve, room: float, settings: "Symptoms") -> list[tuple[float, int, int]]:
    """Fall of the rate, first and last point of intervals that their ends do not rule out."""
    knots = np.unique(np.linspace(0, len(curve) - 1, KNOTS).round().astype(int))
    a, b = (knots[at] for at in np.triu_indices(len(knots), 1))
    long = b - a + 1 >= settings.shortest
    a, b = a[long], b[long]
    before, after = _levels(curve.rate, a, b)
    high, low = _levels(curve.mse, a, b)
    fallen = before - after
    # Below the level of a collapse there is nothing left to fall.
    enough = fallen > np.maximum(settings.rate_fall * before, settings.rate / 2)
    flat = high - low < max(settings.gain * room, 2 * noise(curve.mse))
    kept = enough & flat
    return list(zip(*(one[kept].tolist() for one in (fallen, a, b)), strict=True))


def _holds(
    curve: Curve, interval: tuple[float, int, int], room: float, settings: "Symptoms"
) -> bool:
    """Whether the rate falls and the MSE does not, both by a robust slope against its noise."""
    _, a, b = interval
    part = curve.part(slice(a, b + 1))
    if not trend(part.epoch, part.rate, settings.confidence).falls:
        return False
    mse = trend(part.epoch, part.mse, settings.confidence)
    return not mse.falls or mse.fall < settings.gain * room


def _ends(values: np.ndarray, a: int, b: int) -> tuple[float, float]:
    """Levels at both ends of an interval."""
    first, last = _levels(values, np.array([a]), np.array([b]))
    return float(first[0]), float(last[0])


def _levels(values: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels at both ends of intervals of three points or more: medians of three inside them."""
    three = np.arange(3)
    return tuple(np.sort(values[at])[:, 1] for at in (a[:, None] + three, b[:, None] - three))


def _end(curve: Curve, settings: "Symptoms") -> Curve:
    """The last quarter, or what is needed for a slope."""
    return curve.part(slice(-max(settings.shortest, round(LAST * len(curve))), None))


def _told(curve: Curve, a: int, b: int, same: float) -> str:
    """The interval in words; errors closer than `same` are one level."""
    (high, low), (first, last) = _ends(curve.rate, a, b), _ends(curve.mse, a, b)
    error = f"{'rose' if last > first else 'went'} from {first:.3g} to {last:.3g}"
    if abs(last - first) < same:
        error = f"stayed at {np.median(curve.mse[a : b + 1]):.3g}"
    return (
        f"the KL fell from {high:.2g} to {low:.2g} nats between epochs {curve.epoch[a]} and "
        f"{curve.epoch[b]} while the MSE {error}"
    )


def _warmup(curve: Curve, a: int, b: int) -> str:
    """A note where beta rose meanwhile: the rate then falls because it costs more."""
    before, after = curve.beta[a], curve.beta[b]
    if not (np.isfinite([before, after]).all() and after > before):
        return ""
    since = int(curve.epoch[int(np.argmax(curve.beta >= curve.beta[b]))])
    whole = "all the while" if since >= curve.epoch[b] else f"until epoch {since}"
    return (
        f"; beta rose from {before:.2g} to {after:.2g} {whole} (warm-up), which by itself makes "
        "the KL fall"
    )


def _since(holds: np.ndarray) -> int:
    """The first of the last epochs in which something held all the time; the last if in none."""
    broken = np.flatnonzero(~holds)
    return 0 if len(broken) == 0 else min(int(broken[-1]) + 1, len(holds) - 1)


def _at(curve: Curve, known: Known) -> str:
    return f", at an MSE of {curve.end:.3g} ({known.levels()})"


def _symptom(curve: Curve, name: str, first: int, last: int, evidence: str) -> Symptom:
    return Symptom(curve.member, name, int(curve.epoch[first]), int(curve.epoch[last]), evidence)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
