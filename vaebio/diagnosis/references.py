"""The levels around all members, and what was measured of each, as metrics.tsv has them."""

from dataclasses import dataclass

import pandas as pd

from vaebio.diagnosis.known import Known
from vaebio.diagnosis.rows import Range
from vaebio.errors import VaebioError
from vaebio.terms import NOISE_FLOOR, SPLITS

RIVALS = ("pca", "nmf", "scvi")
"""Baselines that are models of another kind, by the first word of their names."""

AGAIN = "write it again with `vaebio evaluate`"


@dataclass(frozen=True)
class References:
    """Levels by split.

    Parameters
    ----------
    null
        MSE of the train mean.
    floor
        Noise floor; empty where none could be estimated.
    floor_bounds
        95 % interval of the floor on test; None where it has none.
    floor_told
        How the floor was estimated, or why there is none.
    active_units
        Of test, by member.
    rival
        Baseline with the lowest MSE on test, and that MSE; None where none was measured.
    """

    null: dict[str, float]
    floor: dict[str, float]
    floor_bounds: tuple[float | None, float | None]
    floor_told: str
    active_units: dict[str, float]
    rival: tuple[str, float] | None

    @property
    def span(self) -> Range:
        """What there is to explain on test."""
        return Range(self.null["test"], self.floor.get("test"))

    def known(self, member: str, possible_units: float) -> Known:
        """What is known of a member apart from its history."""
        return Known(
            null=self.null["validation"],
            floor=self.floor.get("validation"),
            null_train=self.null["train"],
            active_units=self.active_units.get(member),
            possible_units=possible_units,
        )


def references(metrics: pd.DataFrame, path: str) -> References:
    """From the rows of metrics.tsv.

    Raises
    ------
    VaebioError
        For a table without the train mean, or without a word about the noise floor.
    """
    mse = metrics[metrics["measure"] == "mse"].drop_duplicates(["member", "split"])
    mse = mse.set_index(["member", "split"])
    for name, what in (("null", "the train mean"), (NOISE_FLOOR, "the noise floor")):
        missing = [split for split in SPLITS if (name, split) not in mse.index]
        if missing:
            raise VaebioError(
                found=f"no MSE of {what} (`{name}`) on {missing[0]} in {path}",
                expected="that of train, validation and test",
                hint=AGAIN,
            )
    null = _levels(mse, "null")
    if len(null) < len(SPLITS):
        raise VaebioError(
            found=f"an MSE of the train mean (`null`) that is no number in {path}",
            expected="numbers on train, validation and test",
            hint=AGAIN,
        )
    floor = mse.loc[(NOISE_FLOOR, "test")]
    active = metrics[(metrics["measure"] == "active_units") & (metrics["split"] == "test")]
    return References(
        null,
        _levels(mse, NOISE_FLOOR),
        (_number(floor["low"]), _number(floor["high"])),
        str(floor["reason"]),
        active.dropna(subset="value").set_index("member")["value"].to_dict(),
        _rival(mse),
    )


def _rival(mse: pd.DataFrame) -> tuple[str, float] | None:
    test = mse.xs("test", level="split")["value"].dropna()
    test = test[[name.split("-")[0] in RIVALS for name in test.index]]
    return (str(test.idxmin()), float(test.min())) if len(test) else None


def _levels(mse: pd.DataFrame, name: str) -> dict[str, float]:
    """Values by split, where there are any."""
    found = {split: _number(mse.loc[(name, split), "value"]) for split in SPLITS}
    return {split: value for split, value in found.items() if value is not None}


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
