"""The page of the cases: what was planted, what should be found, and what was."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vaebio.configuration import folder_of, read_cases, read_sheet
from vaebio.report import methods
from vaebio.report.case_results import Outcome, Reached, read_outcomes
from vaebio.report.colours import dark_for
from vaebio.report.numbers import listed, percent, rounded
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
    return [
        wanted
        | {"ran": True, "link": link, "plot": replace(one.budget, name=f"budget-{data}-{place}")}
        | _found(one, expected)
        for place, one in enumerate(outcomes)
    ]


def _found(one: Outcome, expected: Expectation | None) -> dict[str, Any]:
    """What was found, printed."""
    first = one.causes[0] if one.causes else ""
    after, half = one.reached, _half(one.reached)
    return {
        "member": one.member,
        "size": one.size,
        "beta": _beta(one),
        "audit": sorted(one.audit, key=lambda said: not said[1]),
        "verdict": first or "no cause is supported",
        "further": list(one.causes[1:]),
        "as_expected": first in expected.causes if expected else None,
        "sentence": one.sentence,
        "changes": one.changes,
        "mse": _cell(one.mse),
        "null": _cell(one.null),
        "floor": _cell(one.floor),
        "planted_floor": "" if one.planted_floor is None else f"{one.planted_floor:g}",
        "predicted": _cell(after.predicted if after else None, half),
        "achieved": _cell(after.achieved if after else None, half),
        "bounds": _bounds(after) if after else "",
        "kept": None if after is None else after.kept,
        "missed": one.missed,
        "lowered": _lowered(one),
        "seconds": one.seconds,
    }


def _beta(one: Outcome) -> str:
    """Beta in nats, and what it is called beside a mean."""
    return (
        f"Its beta of {one.beta:g}, in nats, is a KL weight of {one.weight_of_mean:.3g} beside the "
        f"mean of the squared error over the {one.size[1]} features."
    )


def _cell(value: float | None, half: float | None = None) -> dict[str, Any]:
    """A number as it is printed, and as it is sorted by."""
    if value is None:
        return {"text": ABSENT, "sort": ""}
    return {"text": rounded(value, half), "sort": value}


def _half(after: Reached | None) -> float | None:
    """Half of the interval of a prediction."""
    return None if after is None or after.low is None else (after.high - after.low) / 2


def _bounds(after: Reached) -> str:
    """Where the error with fresh seeds was to be expected."""
    half = _half(after)
    if half is None:
        return ""
    return f"{rounded(after.low, half)} to {rounded(after.high, half)}"


def _lowered(one: Outcome) -> str:
    """What following the prescription did, in a sentence."""
    if one.reached is None or one.mse is None:
        return ""
    half = _half(one.reached)
    before, after = rounded(one.mse, half), rounded(one.reached.achieved, half)
    predicted, bounds = rounded(one.reached.predicted, half), _bounds(one.reached)
    within = {
        True: f"; {predicted} was predicted ({bounds})",
        False: f", which is outside what was predicted: {predicted} ({bounds})",
        None: f"; {predicted} was predicted",
    }[one.reached.kept]
    if not one.changes:
        return f"Nothing is to be changed; with fresh seeds the error is {after}{within}."
    return (
        "With the settings that are prescribed the error goes from "
        f"{before} to {after} with fresh seeds{within}."
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
        f"in {kept} of {len(repaired)} the error with fresh seeds lies in the 95 % interval of the "
        "prediction"
    )
    missed = [abs(row["missed"]) for row in repaired if row["missed"] is not None]
    if missed:
        lines.append(f"the most it misses it by is {percent(max(missed))} of null - noise floor")
    waiting = len(rows) - len(ran)
    end = f" {waiting} of {len(rows)} have not run yet." if waiting else ""
    return f"{'; '.join(lines)}.{end}"
