"""The two levels of every factor: as the member has it, and relaxed.

A relaxation must relax, and no more than that. A width of 2 is not relaxed by one of 8, nor is a
beta far above every eigenvalue by a tenth of it. On the other hand, units beyond the directions
that stand out from the noise, at a beta far below the noise, lower the squared error of any data:
they copy noise from input to output. So the spectrum of train bounds both ends.
"""

from dataclasses import dataclass, replace

from vaebio.diagnosis.bench import Trial
from vaebio.diagnosis.outlook import Outlook
from vaebio.diagnosis.probe import FACTORS
from vaebio.training.forecast import why_not

WIDER, LARGER, CHEAPER = 4, 4, 10
"""Times the widths, times the latent size, and by what beta is divided."""

NARROWEST, WIDEST = 64, 2048
"""Bounds of a relaxed width: below the first it can be the next bottleneck, above the second it
only costs. A layer that is wider already keeps its width."""

FIRST = 128
"""Width of the one hidden layer that a linear map is relaxed to."""

BELOW = 2
"""How far below its eigenvalue beta is put for a unit that is wanted: at half of it the posterior
mean keeps three quarters of the unit's variance [lucas2019], at the eigenvalue itself none."""

BELOW_NOISE = 4
"""The relaxed beta is at least the variance of the noise over this."""

SMALLEST_STEP = 2
"""A beta that could be divided by less than this is left as it is: it is no obstacle."""

LEAST_CALIBRATED = 0.1
"""The relaxed beta is at least this where the noise is a part of the likelihood, so that the
eigenvalues say nothing: beta 1 is calibrated there."""


@dataclass(frozen=True)
class Levels:
    """Present and relaxed level of every factor; the two are equal where nothing can be relaxed."""

    encoder: tuple[tuple[int, ...], tuple[int, ...]]
    decoder: tuple[tuple[int, ...], tuple[int, ...]]
    latent: tuple[int, int]
    beta: tuple[float, float]

    @property
    def movable(self) -> frozenset[str]:
        """Factors whose levels differ."""
        pairs = {name: getattr(self, name) for name in FACTORS}
        return frozenset(name for name, (present, relaxed) in pairs.items() if present != relaxed)

    def at(self, present: Trial, relaxed: frozenset[str]) -> Trial:
        """A trial with some factors relaxed and the others as they are."""
        encoder, decoder, latent, beta = (getattr(self, name)[name in relaxed] for name in FACTORS)
        return replace(
            present,
            architecture=replace(present.architecture, encoder=encoder, decoder=decoder),
            member=replace(present.member, latent=latent, beta=beta),
        )


def levels(present: Trial, seen: Outlook) -> Levels:
    """Levels of a member's factors for what is known of train."""
    architecture, member = present.architecture, present.member
    latent = more_units(member.latent, seen)
    if why_not(architecture, present.training):
        beta = calibrated_beta(member.beta)
    else:
        beta = lower_beta(member.beta, latent, seen)
    return Levels(
        (architecture.encoder, relaxed_encoder(architecture.encoder)),
        (architecture.decoder, relaxed_encoder(architecture.decoder[::-1])[::-1]),
        (member.latent, latent),
        (member.beta, beta),
    )


def relaxed_encoder(hidden: tuple[int, ...]) -> tuple[int, ...]:
    """Hidden widths four times as large and one layer more, at the latents, where it is small.

    A decoder is relaxed as an encoder seen from its end.

    Examples
    --------
    >>> relaxed_encoder((128, 64)), relaxed_encoder(())
    ((512, 256, 256), (128,))
    """
    widths = wider(hidden)
    return (*widths, widths[-1]) if hidden else widths


def wider(hidden: tuple[int, ...]) -> tuple[int, ...]:
    """Hidden widths four times as large, within bounds; one hidden layer where there is none.

    Examples
    --------
    >>> wider((128, 2)), wider((1024,)), wider(())
    ((512, 64), (2048,), (128,))
    """
    return tuple(max(w, NARROWEST, min(WIDER * w, WIDEST)) for w in hidden) or (FIRST,)


def more_units(latent: int, seen: Outlook) -> int:
    """Latent size four times as large, at most one unit for every direction of the signal.

    Examples
    --------
    >>> import numpy as np
    >>> seen = Outlook(np.array([9.0, 7.0, 4.0]), noise=0.5)
    >>> [more_units(k, seen) for k in (1, 2, 8)]
    [3, 3, 8]
    """
    return max(latent, min(LARGER * latent, len(seen.signal)))


def lower_beta(beta: float, latent: int, seen: Outlook) -> float:
    """Beta at which as many units are active as there are signals for, if it is lower.

    Never above a tenth of beta but where that is far below the noise.

    Examples
    --------
    >>> import numpy as np
    >>> seen = Outlook(np.array([9.0, 7.0, 4.0]), noise=0.8)
    >>> lower_beta(100.0, 2, seen), lower_beta(10.0, 2, seen), lower_beta(0.1, 2, seen)
    (3.5, 1.0, 0.1)
    """
    wanted = seen.signal[:latent]
    threshold = float(wanted[-1]) / BELOW if len(wanted) else beta
    return _step(beta, max(seen.noise / BELOW_NOISE, min(beta / CHEAPER, threshold)))


def calibrated_beta(beta: float) -> float:
    """A tenth of beta, but no lower than a tenth of the calibrated one."""
    return _step(beta, max(LEAST_CALIBRATED, beta / CHEAPER))


def _step(beta: float, lower: float) -> float:
    # It may be prescribed: three digits are what a person sets, and more than the spectrum tells.
    return float(f"{lower:.3g}") if beta >= SMALLEST_STEP * lower else beta
