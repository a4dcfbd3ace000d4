"""A probe: one intervention on a member, trained and measured, as a record and as table rows.

All causes are judged from these records, and the records come back from their tables: a verdict
can be passed again without training anything.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from vaebio.errors import VaebioError, did_you_mean

FACTORS = ("encoder", "decoder", "latent", "beta")
"""What the factorial probe relaxes, in the order of the tables and figures."""

FACTORIAL = "factorial"
"""One of the 16 combinations of present and relaxed factors."""

AS_IS = "as_is"
"""The member itself, as the grid trained it; one row for each of its seeds."""

OPTIMISER = ("learning_rate_low", "learning_rate_high", "longer")
"""The member trained on: at a tenth of the learning rate, at three times it, for twice the epochs.
With factors relaxed (`longer:encoder+decoder+latent+beta`) it is the relaxed member that was."""

SIMPLER = "simpler"
"""A linear encoder and decoder, at the relaxed latent size and beta: what no larger network reaches
has too many weights for the observations."""

PROBES = {
    FACTORIAL: "trained anew with the factors after the colon relaxed",
    AS_IS: "the member itself",
    "refined_posterior": "posterior of every observation optimised, decoder frozen",
    "learning_rate_low": "trained on at a tenth of the learning rate",
    "learning_rate_high": "trained on at three times the learning rate",
    "longer": "trained on for twice the epochs",
    "beta_higher": "trained anew at ten times the beta",
    SIMPLER: "trained anew without hidden layers, latent size and beta relaxed",
    "rescaled": "trained anew on features of comparable scale, measured in these units",
    "measured_rescaled": "the member itself, measured in the units of `rescaled`",
}
"""Probes by the word before the colon."""

EXTRAS = {
    "mse_train": ("train", "mse"),
    "mse_validation": ("validation", "mse"),
    "distortion_test": ("test", "distortion_nats"),
    "rate_test": ("test", "rate_nats"),
    "active_units": ("test", "active_units"),
    "again": ("train", "trained_again"),
    "first_validation": ("validation", "mse_first"),
    "first_test": ("test", "mse_first"),
}
"""Fields of a probe that are rows of probe_measures.tsv: their split and measure."""

OF_AGAIN = ("again", "first_validation", "first_test")
"""Those of probes that were trained again from other weights, and no rows of others."""


@dataclass(frozen=True)
class Probe:
    """One intervention on one member with one seed.

    Parameters
    ----------
    member
        What is diagnosed.
    probe
        A name in `PROBES`.
    relaxed
        Those of `FACTORS` that are relaxed; none for a probe of the member as it is.
    encoder, decoder
        Hidden widths the probe was trained with.
    mse_test
        Squared error per feature in scaled units; None when the probe diverged.
    explained_test
        (null - mse) / (null - noise floor); None where there is no floor, or no mse.
    distortion_test, rate_test
        Nats per observation.
    seconds
        What it cost.
    status
        As in members.tsv: finished, stopped or diverged.
    again
        1 where it was trained again from the weights of a less relaxed one, and that counts.
    first_validation, first_test
        Errors of its first training where it was; None where that diverged.
    """

    member: str
    probe: str
    relaxed: frozenset[str]
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    latent: int
    beta: float
    seed: int
    mse_test: float | None
    explained_test: float | None = None
    seconds: float = 0.0
    status: str = "finished"
    mse_train: float | None = None
    mse_validation: float | None = None
    distortion_test: float | None = None
    rate_test: float | None = None
    active_units: float | None = None
    again: float | None = None
    first_validation: float | None = None
    first_test: float | None = None

    def __post_init__(self) -> None:
        # A diverged probe has no error, and what has no finite error has diverged: one fact.
        if self.status == "diverged" or not _finite(self.mse_test):
            absent = dict.fromkeys(("mse_test", "explained_test", *EXTRAS))
            for name, value in ({"status": "diverged"} | absent).items():
                object.__setattr__(self, name, value)

    @property
    def word(self) -> str:
        """Name of the probe in the tables, with the factors it relaxes.

        Examples
        --------
        >>> one = Probe("k2-b10", "factorial", frozenset(), (8,), (8,), 2, 10.0, 0, 0.8)
        >>> one.word, replace(one, relaxed=frozenset({"beta", "encoder"})).word
        ('factorial:', 'factorial:encoder+beta')
        >>> replace(one, probe="longer").word
        'longer'
        """
        return word(self.probe, self.relaxed)

    @property
    def by_settings(self) -> tuple[float | None, float | None]:
        """Validation and test error of the training by its settings alone, from random weights."""
        if self.again:
            return self.first_validation, self.first_test
        return self.mse_validation, self.mse_test


def subsets() -> list[frozenset[str]]:
    """The 16 combinations of relaxed factors, smallest first."""
    sizes = range(len(FACTORS) + 1)
    return [frozenset(some) for size in sizes for some in combinations(FACTORS, size)]


def word(probe: str, relaxed: Iterable[str] = ()) -> str:
    """Name of a probe in the tables."""
    factors = "+".join(f for f in FACTORS if f in set(relaxed))
    return f"{probe}:{factors}" if factors or probe == FACTORIAL else probe


def read_word(text: str) -> tuple[str, frozenset[str]]:
    """Probe and relaxed factors of a name in the tables.

    Examples
    --------
    >>> name, relaxed = read_word("factorial:encoder+beta")
    >>> name, sorted(relaxed)
    ('factorial', ['beta', 'encoder'])
    """
    name, _, listed = text.partition(":")
    relaxed = [part for part in listed.split("+") if part]
    for part, known in ((name, PROBES), *((one, FACTORS) for one in relaxed)):
        if part not in known:
            raise VaebioError(
                found=f"`{part}` in the probe `{text}`",
                expected=f"one of {', '.join(known)}",
                hint=did_you_mean(part, known, "was the table written by another version?"),
            )
    return name, frozenset(relaxed)


def probe_rows(probes: Iterable[Probe]) -> list[dict[str, Any]]:
    """Rows of probes.tsv; what a diverged probe has not is empty."""
    return [
        {
            "member": one.member,
            "probe": one.word,
            "encoder": _widths(one.encoder),
            "decoder": _widths(one.decoder),
            "latent": one.latent,
            "beta": one.beta,
            "seed": one.seed,
            "mse_test": one.mse_test,
            "explained_test": one.explained_test,
            "seconds": one.seconds,
        }
        for one in probes
    ]


def measure_rows(probes: Iterable[Probe]) -> list[dict[str, Any]]:
    """Rows of probe_measures.tsv: what was measured of probes beyond probes.tsv, tidy."""
    return [
        {
            "member": one.member,
            "probe": one.word,
            "seed": one.seed,
            "split": split,
            "measure": measure,
            "value": value,
            "reason": _reason(one, value),
        }
        for one in probes
        for field, (split, measure) in EXTRAS.items()
        for value in [getattr(one, field)]
        if one.again or field not in OF_AGAIN
    ]


def from_rows(
    rows: Iterable[Mapping[str, Any]], measures: Iterable[Mapping[str, Any]] = ()
) -> list[Probe]:
    """Probes from rows of probes.tsv, and of probe_measures.tsv where there are some.

    Values may be numbers or text; None, NaN and empty text are absent.
    """
    extras: dict[tuple, dict[str, float | None]] = {}
    for row in measures:
        place = str(row["member"]), str(row["probe"]), int(float(row["seed"]))
        for field, where in EXTRAS.items():
            if where == (row["split"], row["measure"]):
                extras.setdefault(place, {})[field] = _number(row["value"])
    return [_probe(row, extras) for row in rows]


def _probe(row: Mapping[str, Any], extras: Mapping[tuple, Mapping[str, float | None]]) -> Probe:
    name, relaxed = read_word(str(row["probe"]))
    place = str(row["member"]), str(row["probe"]), int(float(row["seed"]))
    found = Probe(
        member=place[0],
        probe=name,
        relaxed=relaxed,
        encoder=_read_widths(row["encoder"]),
        decoder=_read_widths(row["decoder"]),
        latent=int(float(row["latent"])),
        beta=float(row["beta"]),
        seed=place[2],
        mse_test=_number(row["mse_test"]),
        explained_test=_number(row["explained_test"]),
        seconds=_number(row["seconds"]) or 0.0,
    )
    return replace(found, **extras.get(place, {}))


def _widths(hidden: tuple[int, ...]) -> str:
    """As members.tsv writes them."""
    return "-".join(map(str, hidden)) or "linear"


def _read_widths(text: Any) -> tuple[int, ...]:  # noqa: ANN401 - one width may come as a number
    text = str(text).removesuffix(".0")
    return () if text == "linear" else tuple(map(int, text.split("-")))


def _reason(probe: Probe, value: float | None) -> str:
    if value is not None:
        return ""
    return "the probe diverged" if probe.status == "diverged" else "not measured of this probe"


def _number(value: Any) -> float | None:  # noqa: ANN401 - a number, text or nothing
    if value is None or value == "":
        return None
    return float(value) if math.isfinite(float(value)) else None


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
