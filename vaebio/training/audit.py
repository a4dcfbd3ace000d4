"""The settings held against the data before training: what they mean, and what looks wrong.

Nothing is refused here: what cannot work is refused elsewhere, and what is odd may be meant.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vaebio.metrics.analytic import expected
from vaebio.model.reduction import beta_of_weight
from vaebio.model.vae import Architecture
from vaebio.training.forecast import Look, why_not
from vaebio.training.grid import Member
from vaebio.training.schedule import steps_per_epoch, warmup_epochs

if TYPE_CHECKING:
    from vaebio.settings import Train

LEAST_PATH = 1.0
"""Step size times steps of a run in which something can be learned: an entry of the weights moves
by at most about the step size in one step of Adam [kingma2015adam, section 2.1], and the weights
of scaled values are of the order of 1."""

LONGEST_WARMUP = 0.5
"""Share of the run."""


@dataclass(frozen=True)
class Remark:
    """A sentence about the settings; `suspicious` when something should probably be changed."""

    sentence: str
    suspicious: bool = False


@dataclass(frozen=True)
class Plan:
    """All that is known before training.

    Parameters
    ----------
    members
        Of the whole grid.
    architectures
        By variant.
    counted
        Whether the data set has counts.
    """

    members: Sequence[Member]
    architectures: dict[str, Architecture]
    settings: "Train"
    look: Look
    counted: bool

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Why nothing can be foretold, by variant; empty words where it can."""
        training = {k: getattr(self.settings, k) for k in ("capacity", "free_bits")}
        return {name: why_not(one, training) for name, one in self.architectures.items()}

    @cached_property
    def betas(self) -> list[float]:
        """Betas of the members of whose rate something can be foretold."""
        some = (m for m in self.members if not m.deterministic and not self.reasons[m.variant])
        return sorted({m.beta for m in some})

    @cached_property
    def latents(self) -> list[int]:
        """Latent sizes of the grid."""
        return sorted({m.latent for m in self.members})

    def units(self, beta: float, latent: int) -> int:
        """Expected active units."""
        return expected(self.look.spectrum, beta, latent).active_units


def remarks(plan: Plan) -> list[Remark]:
    """What the settings mean with these data, then what looks wrong."""
    parts: tuple[Callable[[Plan], Iterable[Remark]], ...] = (
        meaning_of_beta,
        unforetold,
        steps,
        likelihood,
        sample,
        collapse,
        alike,
        warmup,
        path,
        minibatch,
        constant,
    )
    return [remark for part in parts for remark in part(plan)]


def meaning_of_beta(plan: Plan) -> Iterable[Remark]:
    """Effective beta, and what other implementations would call it."""
    one = next(iter(plan.architectures.values()))
    yield Remark(
        f"Loss: distortion + {_price(plan.settings)}, in nats, summed over the {one.features:,} "
        "features and over the latent units."
    )
    kinds = {a.likelihood: a.sigma for a in plan.architectures.values()}
    plain = plan.settings.capacity is None and not plan.settings.free_bits
    if kinds.get("gaussian") == "unit":
        other = beta_of_weight(1.0, error_over=one.features)
        noise = (
            "With sigma 1 beta plays the part of the noise variance: a unit pays if it explains "
            "more variance than beta. "
        )
        yield Remark(
            f"{noise if plain else ''}Beta 1 is a KL weight of {1 / other:.2g} in code that takes "
            f"the mean squared error over the features (2 x beta / features); a weight of 1 "
            f"there is beta {other:g} here."
        )
    elif "gaussian" in kinds and plain:
        yield Remark("Sigma is learned: beta 1 is the calibrated ELBO.")
    counting = [name for name in kinds if name != "gaussian"]
    if counting:
        other = beta_of_weight(1.0, error_over=one.features, in_nats=True)
        yield Remark(
            f"With {_listed(counting)} beta 1 is {'the ELBO, and ' if plain else ''}a KL weight of "
            f"{1 / other:.2g} in code that takes the mean of the negative log-likelihood "
            "over the features (beta / features)."
        )


def unforetold(plan: Plan) -> Iterable[Remark]:
    """Members that no formula foretells."""
    for reason in sorted(set(filter(None, plan.reasons.values()))):
        some = "some members" if plan.betas else "these members"
        yield Remark(f"Active units of {some} cannot be foretold: {reason}.")


def steps(plan: Plan) -> Iterable[Remark]:
    """Length of the run and of the warm-up in optimiser steps."""
    each = steps_per_epoch(plan.look.of, plan.settings.minibatch)
    epochs, rising = plan.settings.epochs, warmup_epochs(plan.settings)
    yield Remark(
        f"{_counted(epochs, 'epoch')} of {_counted(each, 'minibatch', 'es')}: "
        f"{_counted(epochs * each, 'optimiser step')} at most, {rising * each:,} of them warm-up."
    )


def likelihood(plan: Plan) -> Iterable[Remark]:
    """A likelihood that can have produced the data, where another is nearer to them."""
    if plan.counted and {a.likelihood for a in plan.architectures.values()} == {"gaussian"}:
        yield Remark(
            "The data are counts and the likelihood is gaussian, of their logarithms; "
            "`grid.likelihoods: [gaussian, nb]` would compare it with a model of the counts."
        )


def sample(plan: Plan) -> Iterable[Remark]:
    """What the forecast was taken from, where that is not all of train."""
    seen = plan.look
    if plan.betas and seen.observations < seen.of:
        yield Remark(
            f"The forecast is that of {seen.observations:,} of the {seen.of:,} train "
            "observations: small eigenvalues come out somewhat too large."
        )


def collapse(plan: Plan) -> Iterable[Remark]:
    """Betas that no unit can pay."""
    values = plan.look.spectrum.leading
    lost = [beta for beta in plan.betas if beta >= values[0]]
    if not lost:
        return
    known = values[values > 0]
    every = f", {len(known)} units below {known[-1]:.3g}" if len(known) > 1 else ""
    verb, members = ("is", "this beta") if len(lost) == 1 else ("are", "these betas")
    yield Remark(
        f"Beta {_numbers(lost)} {verb} not below {values[0]:.3g}, the largest eigenvalue of "
        f"train: members of {members} are expected to collapse (no active unit, mse of the train "
        f"mean). Set grid.betas lower: one unit pays below {values[0]:.3g}{every}.",
        suspicious=True,
    )


def alike(plan: Plan) -> Iterable[Remark]:
    """Latent sizes that beta, or train, makes the same model."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for beta in plan.betas:
        paying = plan.units(beta, plan.latents[-1])
        same = tuple(k for k in plan.latents if k >= paying)
        if paying and len(same) > 1:
            groups.setdefault(same, []).append(f"{beta:g} ({_counted(paying, 'unit')})")
    values = plan.look.spectrum.leading
    for same, where in groups.items():
        needed = values[same[0]]
        cure = f"keep {same[0]} alone, or take beta below {needed:.3g}"
        none = f"keep {same[0]} alone: train has no more directions"
        yield Remark(
            f"Latent sizes {_numbers(same)} are expected to end as the same model at beta "
            f"{_listed(where)}, because no further unit pays; {cure if needed else none}.",
            suspicious=True,
        )


def warmup(plan: Plan) -> Iterable[Remark]:
    """A warm-up that leaves too little of the run."""
    settings, length = plan.settings, warmup_epochs(plan.settings)
    if length <= LONGEST_WARMUP * settings.epochs:
        return
    what = "beta" if settings.capacity is None else "the capacity"
    cure = f"set train.warmup to {settings.epochs // 4} or train.epochs to {4 * settings.warmup:,}"
    if length < settings.epochs:
        found = f"takes {length:,} of {settings.epochs:,} epochs: {what} is constant after it"
    else:
        # In every cycle it has its value for a while.
        late = f"{what} has its value in the last step alone, and "
        late = "" if settings.beta_schedule == "cyclical" else late
        found = f"lasts the whole run: {late}no weights are chosen on validation"
    yield Remark(f"The warm-up {found}; {cure}.", suspicious=True)


def path(plan: Plan) -> Iterable[Remark]:
    """A run in which the weights cannot go far."""
    settings = plan.settings
    size = settings.learning_rate
    if settings.learning_rate_schedule != "constant":
        # Both schedules fall evenly around their middle.
        size *= (1 + settings.learning_rate_end) / 2
    an_epoch = size * steps_per_epoch(plan.look.of, settings.minibatch)
    if an_epoch * settings.epochs >= LEAST_PATH:
        return
    yield Remark(
        "The run is short: a weight moves by about the learning rate in a step, so by "
        f"{an_epoch * settings.epochs:.2g} at most, and weights are of the order of 1. Set "
        f"train.epochs to {-(-LEAST_PATH // an_epoch):,.0f} or more, or train.minibatch smaller.",
        suspicious=True,
    )


def minibatch(plan: Plan) -> Iterable[Remark]:
    """A minibatch that is all of train."""
    n, size = plan.look.of, plan.settings.minibatch
    if size >= n > 1:
        yield Remark(
            f"A minibatch of {size:,} holds all {n:,} train observations: an epoch is one "
            f"optimiser step. Set train.minibatch to {_power_of_two(n / 4)}.",
            suspicious=True,
        )


def constant(plan: Plan) -> Iterable[Remark]:
    """Features that do not vary on train."""
    seen, number = plan.look, plan.look.constant
    if number:
        among = "train" if seen.observations == seen.of else f"{seen.observations:,} observations"
        verb = "has" if number == 1 else "have"
        yield Remark(
            f"{_counted(number, 'feature')} {verb} one and the same value in all of {among}: "
            "nothing can be learned of what does not vary; leave such features out.",
            suspicious=True,
        )


def _price(settings: "Train") -> str:
    if settings.capacity is not None:
        return f"beta x |rate (KL) - {settings.capacity:g}|"
    if settings.free_bits:
        return f"beta x rate (KL), {settings.free_bits:g} nats of each unit free"
    return "beta x rate (KL)"


def _power_of_two(most: float) -> int:
    """The largest power of two not above a number; at least 1."""
    return 1 << max(0, int(most).bit_length() - 1)


def _counted(number: int, noun: str, plural: str = "s") -> str:
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def _numbers(values: Iterable[float | int]) -> str:
    return _listed([f"{v:g}" for v in values])


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
