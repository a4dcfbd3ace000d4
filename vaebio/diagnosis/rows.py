"""What was measured of trials, as probes."""

import math
from dataclasses import dataclass, replace

from vaebio.diagnosis.measured import Measured
from vaebio.diagnosis.probe import Probe
from vaebio.diagnosis.refined import Refined


@dataclass(frozen=True)
class Range:
    """What there is to explain on test: the errors of the train mean and of the noise alone.

    `floor` is None where it is not known.
    """

    null: float
    floor: float | None

    @property
    def width(self) -> float:
        """Null less floor; where the floor is not known, the null."""
        return self.null - (self.floor or 0.0)

    def explained(self, mse: float) -> float | None:
        """Explained fraction of an error."""
        return None if self.floor is None or self.width <= 0 else (self.null - mse) / self.width


@dataclass(frozen=True)
class Rows:
    """Probes of one member.

    Parameters
    ----------
    name
        What the member is called in the tables, whatever its seed.
    """

    name: str
    span: Range

    def of(
        self,
        probe: str,
        found: Measured,
        relaxed: frozenset[str] = frozenset(),
        first: Measured | None = None,
    ) -> Probe:
        """A trial as the probe it is.

        Parameters
        ----------
        first
            What came of it before it was trained again; None or the same where it was not.
        """
        member, architecture = found.trial.member, found.trial.architecture
        mse = found.mse.get("test")
        return Probe(
            member=self.name,
            probe=probe,
            relaxed=relaxed,
            encoder=architecture.encoder,
            decoder=architecture.decoder,
            latent=member.latent,
            beta=member.beta,
            seed=member.seed,
            mse_test=mse,
            explained_test=None if mse is None else self.span.explained(mse),
            seconds=found.trained.seconds,
            status=found.trained.status,
            mse_train=found.mse.get("train"),
            mse_validation=found.mse.get("validation"),
            distortion_test=found.distortion,
            rate_test=found.rate,
            active_units=found.active_units,
            **({} if first in (None, found) else _first(first)),
        )

    def refined(self, found: Measured, change: Refined, seconds: float) -> Probe:
        """A member with its posterior refined: what is known of it and how that changed."""
        own = self.of("refined_posterior", found)
        if own.mse_test is None:
            return own
        mse = own.mse_test + change.mse
        return replace(
            own,
            mse_test=mse,
            explained_test=self.span.explained(mse),
            seconds=seconds,
            mse_train=None,
            mse_validation=None,
            distortion_test=own.distortion_test + change.distortion,
            rate_test=own.rate_test + change.rate,
            active_units=None,
        )

    def in_units(self, probe: str, found: Measured, mse: dict[str, float], null: float) -> Probe:
        """A trial measured in other units.

        There is no floor in them. What is explained of the whole null is less than what is
        explained of what can be, so that a gain is no larger than it is.

        Parameters
        ----------
        mse
            By split.
        null
            Error of the train mean on test in these units.
        """
        return replace(
            self.of(probe, found),
            mse_test=mse["test"],
            mse_train=mse["train"],
            mse_validation=mse["validation"],
            explained_test=(null - mse["test"]) / null if null > 0 else None,
        )


def _first(found: Measured) -> dict[str, float | None]:
    """Fields of a probe that was trained again: what came of its first training."""
    sound = math.isfinite(found.validation)
    errors = {f"first_{split}": found.mse.get(split) for split in ("validation", "test")}
    return {"again": 1.0} | (errors if sound else {})
