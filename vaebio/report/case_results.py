"""What the diagnosis of one data set of a case found, from its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vaebio.configuration import loaded
from vaebio.data.simulated import SIMULATIONS
from vaebio.model.reduction import beta_of_weight
from vaebio.report.budget_views import budget as waterfall
from vaebio.report.diagnosis import FILES, read_diagnosis
from vaebio.report.read import combinations, read_prepared
from vaebio.report.tables import read_table
from vaebio.report.timing import read_timing, total
from vaebio.report.views import Plot
from vaebio.settings import BUILTIN
from vaebio.terms import NOISE_FLOOR

LAST = "follow_up.tsv"
"""What a diagnosis writes last."""


@dataclass(frozen=True)
class Reached:
    """The error that was predicted for what is prescribed, and the one that fresh seeds reached.

    Parameters
    ----------
    low, high
        Where as many fresh seeds were to be expected; None with one seed.
    kept
        Whether what was reached lies there; None where there was no interval.
    """

    predicted: float
    low: float | None
    high: float | None
    achieved: float
    kept: bool | None


@dataclass(frozen=True)
class Outcome:
    """One diagnosed combination.

    Parameters
    ----------
    size
        Observations and features.
    causes
        That are supported, in the order of the verdicts.
    sentence
        The whole diagnosis.
    mse, null, floor
        Test errors of the combination (mean over seeds), of the train mean, of noise alone; None
        where they could not be measured.
    planted_floor
        The share of noise in simulated data in scaled units; None for others.
    changes
        What is prescribed; none where the settings are to stay.
    budget
        The waterfall; without views where there is none.
    audit
        What was said of the settings before training, each with whether it looked wrong.
    """

    member: str
    size: tuple[int, int]
    beta: float
    causes: Sequence[str]
    sentence: str
    mse: float | None
    null: float | None
    floor: float | None
    planted_floor: float | None
    changes: Sequence[str]
    reached: Reached | None
    budget: Plot
    audit: Sequence[tuple[str, bool]]
    seconds: float | None

    @property
    def missed(self) -> float | None:
        """Reached less predicted, as a share of null - noise floor."""
        if self.reached is None or self.null is None or self.floor is None:
            return None
        return (self.reached.achieved - self.reached.predicted) / (self.null - self.floor)

    @property
    def weight_of_mean(self) -> float:
        """Beta as the KL weight in a loss of mean squared error over features + weight x KL."""
        return self.beta / beta_of_weight(1.0, error_over=self.size[1])


def read_outcomes(folder: Path) -> list[Outcome]:
    """All combinations that were diagnosed; none where there was no diagnosis.

    Raises
    ------
    VaebioError
        For a file, column or value that cannot be read.
    """
    if not (folder / LAST).is_file():
        return []
    names = ("verdicts", "follow_up", "diagnoses", "metrics", "members", "audit")
    tables = {name: read_table(folder / f"{name}.tsv", f"{name}.tsv") for name in names}
    prescribed = loaded(folder / "prescription.yaml")
    how = loaded(folder / "settings" / "prepare.yaml")["prepare"]
    facts = read_prepared(folder / "prepared.json") | {"scaled": how["scale"]}
    took = total(read_timing(folder / "timing"))
    ends = {name: "yaml" if name == "prescription" else "tsv" for name in FILES}
    found = read_diagnosis({name: folder / f"{name}.{end}" for name, end in ends.items()})
    seconds = took.seconds if took else None
    return [
        _outcome(name, tables, prescribed.get(name, {}), facts, waterfall(found, name), seconds)
        for name in found.names
    ]


def _outcome(
    name: str,
    tables: dict[str, pd.DataFrame],
    prescribed: dict[str, Any],
    facts: dict[str, Any],
    budget: Plot,
    seconds: float | None,
) -> Outcome:
    verdicts, follow_up, diagnoses = (
        tables[key][tables[key]["member"] == name] for key in ("verdicts", "follow_up", "diagnoses")
    )
    supported = verdicts[verdicts["supported"] == "True"]
    errors = tables["metrics"].query("measure == 'mse' and split == 'test'")
    levels = errors.set_index("member")["value"].astype(float)
    seeds = tables["members"][combinations(tables["members"]) == name]
    return Outcome(
        member=name,
        size=(facts["observations"], facts["features"]),
        beta=float(seeds["beta"].iloc[0]),
        causes=list(supported["cause"]),
        sentence=diagnoses["sentence"].iloc[0],
        mse=_number(levels[seeds["member"]].mean()),
        null=_number(levels.get("null")),
        floor=_number(levels.get(NOISE_FLOOR)),
        planted_floor=_planted_floor(facts["matrix"], facts["scaled"]),
        changes=list(prescribed.get("changes", ())),
        reached=_reached(follow_up),
        budget=budget,
        audit=[
            (said, odd == "True")
            for said, odd in tables["audit"][["sentence", "suspicious"]].to_numpy()
        ],
        seconds=seconds,
    )


def _reached(rows: pd.DataFrame) -> Reached | None:
    if rows.empty:
        return None
    row = rows.iloc[0]
    predicted, achieved = _number(row["predicted_mse"]), _number(row["achieved_mse"])
    if predicted is None or achieved is None:
        return None
    bounds = _number(row["predicted_low"]), _number(row["predicted_high"])
    kept = {"True": True, "False": False}.get(row["kept"])
    return Reached(predicted, *bounds, achieved, kept)


def _planted_floor(matrix: str, scaled: bool) -> float | None:
    how = SIMULATIONS.get(matrix.removeprefix(BUILTIN))
    return how.noise if how and scaled else None


def _number(text: object) -> float | None:
    value = pd.to_numeric(text, errors="coerce")
    return None if value is None or pd.isna(value) else float(value)
