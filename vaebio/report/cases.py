"""The page of the cases: what was planted, what should be found, and what was."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vaebio.configuration import folder_of, read_cases, read_sheet
from vaebio.diagnosis.budget import PARTS
from vaebio.report import methods
from vaebio.report.case_results import Outcome, read_outcomes
from vaebio.report.colours import dark_for
from vaebio.report.numbers import listed, rounded
from vaebio.report.render import page
from vaebio.settings.cases import Case, Expectation

ABSENT = "—"


def render(cases: Path, results: Path, target: Path) -> str:
    """The page as HTML.

    Parameters
    ----------
    cases
        List of the cases; their settings and sheets are in the folder of its name.
    results
        Folder with the results of their data sets.
    target
        Where the page will stand; its links are relative to this.
    """
    found = [_entry(case, cases, results, target) for case in read_cases(cases)]
    rows = [row for entry in found for row in entry["rows"]]
    context: dict[str, Any] = {
        "title": "Cases with a known answer",
        "sections": {"all": "All"} | {entry["key"]: entry["name"] for entry in found},
        "cases": found,
        "summary": _summary(rows),
        "versions": methods.versions(),
        "dark": dark_for([], []),
    }
    return page("cases.html", context)


def _entry(case: Case, cases: Path, results: Path, target: Path) -> dict[str, Any]:
    """One case, printed."""
    folder = folder_of(cases)
    sheet = read_sheet(folder / f"{case.name}.tsv")
    rows = [
        row
        for name in sheet
        for row in _rows(name, case.expected.get(name), results / name, target)
    ]
    return {
        "key": f"case-{case.name}",
        "name": case.name,
        "title": case.title,
        "planted": case.planted,
        "text": case.text,
        "settings": (folder / f"{case.name}.yaml").read_text(encoding="utf-8"),
        "rows": [{"case": case.name} | row for row in rows],
    }


def _rows(
    data: str, expected: Expectation | None, folder: Path, target: Path
) -> list[dict[str, Any]]:
    """One row for each diagnosed combination, or one that says that there is none."""
    wanted = {
        "data": data,
        "expected": listed(expected.causes, "or") if expected else "",
        "because": expected.because if expected else "",
    }
    outcomes = read_outcomes(folder)
    if not outcomes:
        return [wanted | {"ran": False}]
    link = quote(Path(os.path.relpath(folder, target.parent)).as_posix())
    return [wanted | {"ran": True, "link": link} | _found(one, expected) for one in outcomes]


def _found(one: Outcome, expected: Expectation | None) -> dict[str, Any]:
    """What was found, printed."""
    first = one.causes[0] if one.causes else ""
    after = one.reached
    return {
        "member": one.member,
        "size": one.size,
        "beta": _beta(one),
        "audit": sorted(one.audit, key=lambda said: not said[1]),
        "verdict": first or "no cause is supported",
        "further": list(one.causes[1:]),
        "as_expected": first in expected.causes if expected else None,
        "found": one.found,
        "meaning": one.meaning,
        "changes": one.changes,
        "mse": _cell(one.mse),
        "null": _cell(one.null),
        "floor": _cell(one.floor),
        "planted_floor": "" if one.planted_floor is None else f"{one.planted_floor:g}",
        "predicted": _cell(after.predicted if after else None),
        "achieved": _cell(after.achieved if after else None),
        "kept": None if after is None else after.kept,
        "lowered": _lowered(one),
        "budget": [(PARTS.get(part, part), part, _cell(mse)) for part, mse in one.budget],
        "seconds": one.seconds,
    }


def _beta(one: Outcome) -> str:
    """Beta in nats, and what it is called beside a mean."""
    return (
        f"Its beta of {one.beta:g}, in nats, is a KL weight of {one.weight_of_mean:.3g} beside the "
        f"mean of the squared error over the {one.size[1]} features."
    )


def _cell(value: float | None) -> dict[str, Any]:
    """A number as it is printed, and as it is sorted by."""
    if value is None:
        return {"text": ABSENT, "sort": ""}
    return {"text": rounded(value), "sort": value}


def _lowered(one: Outcome) -> str:
    """What following the prescription did, in a sentence."""
    if one.reached is None or one.mse is None:
        return ""
    before, after = rounded(one.mse), rounded(one.reached.achieved)
    if not one.changes:
        return f"Nothing is to be changed; with fresh seeds the error is {after}, before {before}."
    told = {True: ", as predicted", False: ", which is not as predicted", None: ""}
    predicted = rounded(one.reached.predicted)
    return (
        f"With the settings that are prescribed the error goes from {before} to {after} with fresh "
        f"seeds{told[one.reached.kept]} ({predicted})."
    )


def _summary(rows: Sequence[dict[str, Any]]) -> str:
    """How many came out as expected, in a sentence."""
    ran = [row for row in rows if row["ran"]]
    judged = [row for row in ran if row["as_expected"] is not None]
    right = sum(row["as_expected"] for row in judged)
    repaired = [row for row in ran if row["kept"] is not None]
    kept = sum(row["kept"] for row in repaired)
    lines = [f"{right} of {len(judged)} diagnoses name a cause that is expected first"]
    lines.append(
        f"in {kept} of {len(repaired)} the error with fresh seeds is the one that was predicted"
    )
    waiting = len(rows) - len(ran)
    end = f" {waiting} of {len(rows)} have not run yet." if waiting else ""
    return f"{'; '.join(lines)}.{end}"
