"""All that the verdicts about one member are passed on: its probes and the levels around them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from vaebio.diagnosis.attribution import Factorial, factorial_table
from vaebio.diagnosis.interval import Interval, over_seeds
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, OPTIMISER, Probe, read_word, word
from vaebio.errors import VaebioError
from vaebio.metrics.noise_floor import LEAST_ROOM

NO_SETTING = (AS_IS, "refined_posterior", "rescaled", "measured_rescaled")
"""Probes whose error is not that of the member with other settings, in its own units."""

MOST_COPIED = 0.1
"""Share of the null's error that a model can take off by copying noise alone: latent units over
features, for models with few of them."""


@dataclass(frozen=True)
class Evidence:
    """What is known about one member.

    Parameters
    ----------
    probes
        Its probes; their order says nothing.
    null, floor
        MSE of the train mean on test and the noise floor there; None where there is none, for
        `floor_reason`.
    floor_low, floor_high
        95 % interval of the floor.
    null_train
        MSE of the train mean on train.
    concentration
        Share of the member's squared error on test that 1 % of the features carry.
    null_concentration
        The same of the train mean's: how unevenly the variance is spread.
    features
        Their number.
    training
        Settings of its training by key.
    anew_training
        Those that the probes which are trained anew had instead (a longer warm-up, say).
    likelihood
        Of the member; None where not known.
    rival
        Baseline with the lowest error on test, and that error; None where there is none.
    """

    member: str
    probes: tuple[Probe, ...]
    null: float
    floor: float | None = None
    floor_reason: str = "none was estimated"
    floor_low: float | None = None
    floor_high: float | None = None
    null_train: float | None = None
    concentration: float | None = None
    null_concentration: float | None = None
    features: int | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    anew_training: Mapping[str, Any] = field(default_factory=dict)
    likelihood: str | None = None
    rival: tuple[str, float] | None = None

    def __post_init__(self) -> None:
        strangers = sorted({p.member for p in self.probes} - {self.member})
        if strangers:
            raise ValueError(f"probes of {', '.join(strangers)} in the evidence of {self.member}")

    @cached_property
    def table(self) -> Factorial:
        """The factorial probes."""
        return factorial_table(self.probes)

    @cached_property
    def errors(self) -> dict[str, dict[int, float]]:
        """Test errors by word of the probe and seed, of those that did not diverge."""
        found: dict[str, dict[int, float]] = {}
        for one in sorted(self.probes, key=lambda p: (p.word, p.seed)):
            own = found.setdefault(one.word, {})
            if one.seed in own:
                raise VaebioError(
                    found=f"the probe `{one.word}` of {self.member} twice with seed {one.seed}",
                    expected="one row for each probe and seed",
                    hint="leave out the row of the probe that was trained again",
                )
            if one.mse_test is not None:
                own[one.seed] = one.mse_test
        return found

    @cached_property
    def lowest(self) -> Probe | None:
        """The probe with the lowest error of all that is the error of a model."""
        own = [p for p in self.probes if p.mse_test is not None and p.probe not in _NO_MODEL]
        return min(own, key=lambda p: (p.mse_test, p.word, p.seed), default=None)

    @property
    def lowest_mean(self) -> float:
        """Lowest mean error over seeds of all probes that are models in the member's units."""
        words = [w for w in self.errors if w.partition(":")[0] not in _NO_MODEL and self.errors[w]]
        return min((float(np.mean(list(self.errors[w].values()))) for w in words), default=math.inf)

    @cached_property
    def least(self) -> float | None:
        """The noise floor: never above an error that was reached."""
        if self.floor is None or self.lowest is None:
            return self.floor
        return min(self.floor, self.lowest.mse_test)

    @property
    def capped(self) -> bool:
        """Whether the estimate of the floor lay above an error that was reached."""
        return self.floor is not None and self.least < self.floor

    @property
    def nothing_to_explain(self) -> bool:
        """Whether the floor cannot be told from the error of the train mean.

        Where the estimate says so, a probe that came somewhat lower has copied noise from input to
        output, and what lies between is no room for gains; one that came much lower belies it.
        """
        if self.floor is None:
            return False
        room, estimated = (self.null - level for level in (self.least, self.floor))
        copied = estimated <= LEAST_ROOM * self.null and room <= MOST_COPIED * self.null
        return copied or room <= LEAST_ROOM * self.null

    @property
    def room(self) -> float:
        """What gains are shares of: null - noise floor; the null where there is no such room.

        Without a floor a share of the whole null is a lower bound of the gain.
        """
        if self.least is None or self.nothing_to_explain:
            return self.null
        return self.null - self.least

    @property
    def room_words(self) -> str:
        """The room, named."""
        whole = self.least is None or self.nothing_to_explain
        return "null" if whole else "null - noise floor"

    @property
    def as_is(self) -> dict[int, float]:
        """Errors of the member itself by seed: as the grid trained it, else trained anew."""
        return self.errors.get(AS_IS, self.anew)

    @property
    def anew(self) -> dict[int, float]:
        """Errors of the member trained anew, as the probes are; else of the member itself."""
        return self.errors.get(word(FACTORIAL), self.errors.get(AS_IS, {}))

    @property
    def mse(self) -> float | None:
        """Error of the member, mean over its seeds; None when all of them diverged."""
        return float(np.mean(list(self.as_is.values()))) if self.as_is else None

    @property
    def behind(self) -> float:
        """Error by which the member is above the best baseline; 0 where it is not."""
        if self.rival is None or self.mse is None:
            return 0.0
        return max(self.mse - self.rival[1], 0.0)

    def gain(self, name: str, confidence: float) -> Interval | None:
        """Error that a probe removes, over the seeds it shares with the member; None without.

        What goes on from the member is held against the member, what is trained anew against the
        member trained anew.
        """
        goes_on = name.partition(":")[0] in (*OPTIMISER, *NO_SETTING) or name == word(FACTORIAL)
        before = self.as_is if goes_on else self.anew
        return paired(before, self.errors.get(name, {}), confidence)

    def gains(self, confidence: float) -> dict[str, Interval]:
        """Gains of all probes that stand for the member with other settings."""
        base = word(FACTORIAL)
        names = [w for w in self.errors if w != base and w.partition(":")[0] not in NO_SETTING]
        found = {w: self.gain(w, confidence) for w in names}
        return {w: g for w, g in found.items() if g is not None}

    def of(self, name: str) -> list[Probe]:
        """Probes of one word, by seed."""
        return sorted((p for p in self.probes if p.word == name), key=lambda p: p.seed)

    def by_settings(self, name: str) -> list[tuple[float | None, float]]:
        """Validation and test errors of a probe with the seeds that its settings alone lead to.

        What was trained again from the weights of another is reached by no settings, nor is what
        was trained on from there.
        """
        kind, relaxed = read_word(name)
        on = word(FACTORIAL, relaxed) if kind in OPTIMISER and relaxed else name
        if on != name and any(one.again for one in self.of(on)):
            return []
        found = [one.by_settings for one in self.of(name)]
        return [(validation, test) for validation, test in found if test is not None]

    def setting(self, name: str, what: str) -> Any:  # noqa: ANN401 - widths or a number
        """A setting a probe was trained with; None when there is no such probe."""
        own = self.of(name)
        return getattr(own[0], what) if own else None

    def level(self, relaxed: frozenset[str], factor: str) -> Any:  # noqa: ANN401 - as above
        """What a factor was in a combination; None when that was not trained."""
        return self.setting(word(FACTORIAL, relaxed), factor)


_NO_MODEL = ("refined_posterior", "rescaled", "measured_rescaled")
"""A refined posterior is fitted to the very values it is held against, noise and all; the others
are measured in other units."""


def paired(
    before: Mapping[int, float], after: Mapping[int, float], confidence: float
) -> Interval | None:
    """By how much errors fell, over the seeds in both; None when they have none in common."""
    seeds = sorted(before.keys() & after.keys())
    return over_seeds([before[s] - after[s] for s in seeds], confidence) if seeds else None
