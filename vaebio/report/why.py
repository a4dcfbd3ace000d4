"""The section `Why`: what the histories show, and why a diagnosed error is where it is."""

from dataclasses import dataclass
from typing import Any

from vaebio.report import prescribed, verdicts
from vaebio.report.budget_views import budget
from vaebio.report.probe_views import probes
from vaebio.report.read import Results
from vaebio.report.symptom_views import courses, symptoms
from vaebio.report.views import Plot

COMMAND = "vaebio diagnose RESULTS --member NAME"
"""RESULTS is the folder of the data set."""


@dataclass(frozen=True)
class Diagnosed:
    """One diagnosed combination as the page shows it; figures without data are not there."""

    name: str
    sentence: str
    supported: list[verdicts.Line]
    others: list[verdicts.Line]
    room: str
    floor: str
    plots: dict[str, Plot]
    prescribed: prescribed.Prescribed | None


def why(results: Results) -> dict[str, Any] | None:
    """Everything the section shows; None where nothing was diagnosed, not even symptoms."""
    if not results.diagnosis.made:
        return None
    return {
        "diagnosed": [_diagnosed(results, name) for name in results.diagnosis.names],
        "symptoms": symptoms(results),
        "how": _how(results),
    }


def _diagnosed(results: Results, name: str) -> Diagnosed:
    own = results.diagnosis
    row = own.of("diagnoses", name).iloc[0]
    made = {"budget": budget(own, name), "probes": probes(own, name)}
    made["courses"] = courses(results, name)
    return Diagnosed(
        name,
        row["sentence"],
        verdicts.lines(own, name, supported=True),
        verdicts.lines(own, name, supported=False),
        verdicts.room(own, name),
        row["floor_method"],
        {key: plot for key, plot in made.items() if plot.views},
        prescribed.prescribed(own, name),
    )


def _how(results: Results) -> str:
    """How more is diagnosed, or anything."""
    names, most = results.diagnosis.names, results.config.diagnose.members
    if names:
        return (
            "Causes are those of what was diagnosed; for others raise `diagnose.members`, or name "
            f"one: `{COMMAND}`."
        )
    if most:
        return (
            "No combination is recommended or shows a symptom, so none was diagnosed: name one "
            f"with `{COMMAND}`."
        )
    return (
        "No combination was diagnosed, because `diagnose.members` is 0. With 1, the recommended "
        f"one is at the next run; any other is by `{COMMAND}`. Until then no cause can be named: "
        "only interventions support one."
    )
