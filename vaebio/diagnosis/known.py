"""What is known of a member apart from its history, where anything is."""

from dataclasses import dataclass

from vaebio.diagnosis.curve import Curve
from vaebio.metrics.noise_floor import LEAST_ROOM


@dataclass(frozen=True)
class Known:
    """Levels on validation, and measures of the member; None where not known.

    Parameters
    ----------
    null, floor
        MSE of the train mean, and the noise floor.
    null_train
        MSE of the train mean on train.
    active_units
        Of the member.
    possible_units
        Units that could be active if beta were near 0: the latent size, or the directions of
        train where these are fewer.
    """

    null: float | None = None
    floor: float | None = None
    null_train: float | None = None
    active_units: float | None = None
    possible_units: float | None = None

    @property
    def nothing_to_explain(self) -> bool:
        """Whether the floor is as high as the error of the train mean."""
        known = self.null is not None and self.floor is not None
        return known and self.null - self.floor <= LEAST_ROOM * self.null

    def room(self, curve: Curve) -> float:
        """Error that changes are measured against: null - floor, or the null, or the first MSE."""
        if self.null is None:
            return float(curve.mse[0])
        if self.floor is None or self.nothing_to_explain:
            return self.null
        return self.null - self.floor

    def explained(self, mse: float) -> float | None:
        """Explained fraction; None where there is no floor or nothing to explain."""
        if self.null is None or self.floor is None or self.nothing_to_explain:
            return None
        return (self.null - mse) / (self.null - self.floor)

    def levels(self) -> str:
        """Floor and null in words.

        Examples
        --------
        >>> Known(null=0.81, floor=0.66).levels(), Known().levels()
        ('noise floor 0.66, null 0.81', 'noise floor not known')
        """
        named = (("noise floor", self.floor), ("null", self.null))
        said = [f"{name} {value:.3g}" for name, value in named if value is not None]
        return ", ".join(said if self.floor is not None else ["noise floor not known", *said])
