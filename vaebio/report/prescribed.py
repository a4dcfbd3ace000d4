"""What is prescribed for a diagnosed member, and what came of it."""

from dataclasses import dataclass

import pandas as pd
import yaml

from vaebio.report.diagnosis import Diagnosis
from vaebio.report.numbers import listed, plural, with_interval

KEPT = {"True": "as predicted", "False": "not as predicted", "": ""}


@dataclass(frozen=True)
class Prescribed:
    """A prescription as the page shows it.

    Parameters
    ----------
    patch
        YAML to be laid over the settings of the run; empty where nothing is to be changed.
    predicted, achieved, verdict
        Test errors with their intervals, and whether the one kept what the other said; empty where
        not known.
    """

    changes: list[str]
    patch: str
    predicted: str
    achieved: str
    seeds: str
    verdict: str
    reason: str


def prescribed(diagnosis: Diagnosis, name: str) -> Prescribed | None:
    """None where there is neither a prescription nor a word about why."""
    found, rows = diagnosis.prescription.get(name), diagnosis.of("follow_up", name)
    if found is None and rows.empty:
        return None
    changes = list(found["changes"]) if found else []
    patch = yaml.safe_dump(dict(found["settings"]), sort_keys=False) if changes else ""
    if rows.empty:
        return Prescribed(changes, patch, "", "", "", "", "")
    row = rows.iloc[0]
    predicted, achieved = (_error(row, kind) for kind in ("predicted", "achieved"))
    seeds = plural(int(row["seeds"]), "fresh seed") if achieved else ""
    return Prescribed(changes, patch, predicted, achieved, seeds, KEPT[row["kept"]], row["reason"])


def told(diagnosis: Diagnosis, name: str) -> str:
    """What to change and what that reached, in a sentence; empty where nothing is to be changed."""
    found = prescribed(diagnosis, name)
    if found is None or not found.changes:
        return ""
    text = f"To change: {listed([f'`{change}`' for change in found.changes])}"
    text += f"; predicted test MSE {found.predicted}" if found.predicted else ""
    if found.achieved:
        kept = f", {found.verdict}" if found.verdict else ""
        return f"{text}, reached with {found.seeds}: {found.achieved}{kept}."
    return f"{text}; not tried with fresh seeds: {found.reason}." if found.reason else f"{text}."


def _error(row: pd.Series, kind: str) -> str:
    value = row[f"{kind}_mse"]
    return "" if pd.isna(value) else with_interval(value, row[f"{kind}_low"], row[f"{kind}_high"])
