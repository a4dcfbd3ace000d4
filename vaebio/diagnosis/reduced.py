"""How another program reduces its KL: what its history shows beside the rate of its latents."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vaebio.diagnosis.curve import Curve
from vaebio.model.reduction import beta_of_weight

TOLERANCE = 1.2
"""Factor by which a history and the rate of latents may differ, being of other observations. Bits
and nats differ by more than its square."""


class Reduction(NamedTuple):
    """What a program does with the KL of an observation before it writes it down.

    Parameters
    ----------
    kl_over
        What it divides the sum over the units, in nats, by.
    words
        What the history then holds.
    beta
        Formula of beta where the loss takes that KL beside a mean squared error over features;
        empty where it is a matter of the history alone.
    """

    kl_over: int | float
    words: str
    beta: str = ""


class Loss(NamedTuple):
    """What is known of a foreign loss of mean squared error + weight x KL; None where not known.

    Parameters
    ----------
    features
        Number of features the error is averaged over.
    weight
        What the KL is multiplied by.
    minibatch
        Observations of a step.
    """

    features: int | None = None
    weight: float | None = None
    minibatch: int | None = None


UNKNOWN = Loss()
NATS = Reduction(1, "the KL in nats, summed over the units", "weight x features / 2")


def reductions(units: int, observations: int, loss: Loss) -> list[Reduction]:
    """Those that programs are known to make, without the plain one."""
    half = "weight x features / (2 x {})"
    found = [
        Reduction(units, f"its mean over the {units} units", half.format(units)),
        Reduction(math.log(2), "bits, not nats", half.format("log 2")),
        Reduction(1 / observations, f"its sum over all {observations:,} observations"),
    ]
    if loss.features:
        words = f"the KL divided by the {loss.features:,} features"
        found.append(Reduction(loss.features, words, "weight / 2"))
    if loss.minibatch:
        words = f"its sum over a minibatch of {loss.minibatch:,}"
        formula = f"weight x {loss.minibatch} x features / 2"
        found.append(Reduction(1 / loss.minibatch, words, formula))
    if loss.weight:
        found.append(Reduction(1 / loss.weight, f"the KL times its weight of {loss.weight:g}"))
    return found


def reduced(kl: float, rate: float, units: int, observations: int, loss: Loss) -> list[Reduction]:
    """Reductions that bring the rate of the latents to the KL of the history; nats alone if so.

    Examples
    --------
    >>> [one.words for one in reduced(0.2, 3.2, 16, 700, Loss())]
    ['its mean over the 16 units']
    >>> reduced(3.1, 3.2, 16, 700, Loss()) == [NATS]
    True
    """
    if not (kl > 0 and rate > 0):
        return []
    every = [NATS, *reductions(units, observations, loss)]
    fit = [r for r in every if abs(math.log(rate / kl / r.kl_over)) < math.log(TOLERANCE)]
    return [NATS] if NATS in fit else fit


def kl_at_the_end(curve: Curve) -> float:
    """Median of the last three finite epochs; NaN without one."""
    last = curve.finite.rate[-3:]
    return float(np.median(last)) if len(last) else math.nan


def told(curve: Curve, rate: float, fit: Sequence[Reduction], little: float) -> Iterator[str]:
    """The history's KL beside the rate of the latents.

    Parameters
    ----------
    little
        Nats below which both are next to nothing, and nothing can be told by their ratio.
    """
    kl = kl_at_the_end(curve)
    if not math.isfinite(kl):
        return
    seen = f"The KL of the history ends at {kl:.3g}, the rate of the latents is {rate:.3g} nats"
    if fit == [NATS]:
        yield f"{seen}: the history holds {NATS.words}."
    elif kl < little and rate < little:
        yield f"{seen}: both are next to nothing, and do not show how the program reduces its KL."
    elif fit:
        ways = " or ".join(one.words for one in fit)
        yield f"{seen}, {_times(rate, kl)}: as if the history held {ways}."
        if len(fit) == 1:
            yield f"Where symptoms speak of its KL, it was multiplied by {fit[0].kl_over:.4g}."
    else:
        yield (
            f"{seen}{f', {_times(rate, kl)}' if kl > 0 else ''}. No usual way to reduce a KL "
            f"explains that.{_passed(curve, rate)} Are both of one run, of its end, and of the "
            "same observations?"
        )


def effective_beta(loss: Loss, fit: Sequence[Reduction]) -> Iterator[str]:
    """What the weight of the KL is, nats against nats."""
    ways = [one for one in fit if one.beta] or [NATS]
    for one in ways:
        said = _weight(loss, one) if loss.features and loss.weight is not None else _formula(one)
        yield f"If it is {one.words}: {said}" if len(ways) > 1 else said


def _formula(one: Reduction) -> str:
    kl = "sum of the KL over the units" if one is NATS else "KL as the history holds it"
    return (
        f"If the loss takes the mean of the squared error over the features and the {kl}, beta is "
        f"{one.beta}, in nats against nats (half of the squared error: twice that). Give "
        "--features and --kl-weight to see the number."
    )


def _weight(loss: Loss, one: Reduction) -> str:
    mean, half, total = (
        beta_of_weight(loss.weight, kl_over=one.kl_over, **how)
        for how in (
            {"error_over": loss.features},
            {"error_over": loss.features, "in_nats": True},
            {},
        )
    )
    kl = "" if one is NATS else " and such a KL"
    return (
        f"A KL weight of {loss.weight:g} beside the mean squared error over {loss.features:,} "
        f"features{kl} is beta {_plain(mean)} in nats against nats ({one.beta}). With half of the "
        f"squared error it is beta {_plain(half)}; with its sum over the features, "
        f"{_plain(total)}."
    )


def _times(rate: float, kl: float) -> str:
    above = rate > kl
    return f"a factor of {rate / kl if above else kl / rate:.3g} {'above' if above else 'below'}"


def _plain(number: float) -> str:
    """Four digits, without an exponent where it is large."""
    return f"{number:.0f}" if number >= 1000 else f"{number:.4g}"


def _passed(curve: Curve, rate: float) -> str:
    """An epoch in which the history was where the latents are."""
    above = curve.rate > rate
    crossed = (above[1:] != above[:-1]).nonzero()[0]
    if not len(crossed):
        return ""
    return (
        f" The history was there around epoch {curve.epoch[crossed[-1] + 1]}: the latents may be "
        "of that epoch."
    )
