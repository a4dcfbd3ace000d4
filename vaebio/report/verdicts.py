"""The verdicts about a diagnosed member, printed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from vaebio.diagnosis.causes import CAUSES, REMOVABLE
from vaebio.report.diagnosis import Diagnosis
from vaebio.report.numbers import listed, rounded, share

OF = {
    "null - noise floor": "the error between the train mean and the noise floor",
    "null": "the error of the train mean",
}
"""What gains are shares of, in words."""


@dataclass(frozen=True)
class Line:
    """A verdict as the page shows it."""

    name: str
    gain: str
    found: str
    meaning: str
    change: str
    predicted: str


def lines(diagnosis: Diagnosis, name: str, supported: bool) -> list[Line]:
    """The verdicts that are supported, or those that are not, in their order."""
    rows = diagnosis.of("verdicts", name)
    return [_line(row) for row in _rows(rows) if (row.supported == "True") == supported]


def removable(diagnosis: Diagnosis, name: str) -> list[str]:
    """The supported causes that a setting removes, with their shares; the largest first.

    Examples of an element: `beta too high (34 %, 95 % interval 30 to 38 %)`.
    """
    rows = [row for row in _rows(diagnosis.supported(name)) if row.cause in REMOVABLE]
    return [f"{CAUSES[row.cause].shown}{_told(row, first=i == 0)}" for i, row in enumerate(rows)]


def main(diagnosis: Diagnosis, name: str) -> tuple[str, str]:
    """The first supported verdict and its share; both empty where there is none."""
    row = next(_rows(diagnosis.supported(name)), None)
    if row is None:
        return "", ""
    return CAUSES[row.cause].shown, share(row.gain) if row.cause in REMOVABLE else ""


def room(diagnosis: Diagnosis, name: str) -> str:
    """What gains are shares of, in words."""
    words = diagnosis.of("diagnoses", name)["shares_of"].iloc[0]
    return OF.get(words, words)


def limited(diagnosis: Diagnosis, name: str, subject: str) -> str:
    """What limits a member's reconstruction, or that nothing or nobody knows; a sentence or two.

    Parameters
    ----------
    subject
        What is limited, as `its reconstruction`.
    """
    found = diagnosis.supported(name).set_index("cause")["found"]
    causes, facts = removable(diagnosis, name), diagnosis.of("diagnoses", name).iloc[0]
    told = []
    if causes:
        # The first share says of what.
        causes[0] = causes[0].removesuffix(")") + f", of {room(diagnosis, name)})"
        told.append(f"What limits {subject}: {listed(causes)}.")
    if facts["simpler"]:
        start = "" if causes else f"No cause that was tested limits {subject}. "
        told.append(f"{start}{facts['simpler']}")
    elif "unknown" in found:
        start = "What else does" if causes else f"What limits {subject}"
        told.append(f"{start} is not known: {found['unknown']}")
    if "noise_floor" in found:
        told.append(f"What is left of the error is noise, by its estimate: {found['noise_floor']}")
    elif "none" in found and not facts["simpler"]:
        told.append(f"No cause was found that a setting removes: {found['none']}")
    if not causes:
        told.append(facts["left"])
    return " ".join(filter(None, told))


def _rows(table: pd.DataFrame) -> Iterator[object]:
    return table.itertuples(index=False)


def _told(row: object, first: bool) -> str:
    if pd.isna(row.gain):
        return ""
    shown = share(row.gain, row.low, row.high).replace(" (", ", ", 1).removesuffix(")")
    return f" ({shown.replace(', ', ', 95 % interval ', 1) if first else shown})"


def _line(row: object) -> Line:
    # Of the other verdicts it is how far above the floor the member is, or what a probe gained.
    own = row.cause in REMOVABLE and not pd.isna(row.gain)
    gain = share(row.gain, row.low, row.high) if own else ""
    predicted = "" if pd.isna(row.predicted_mse) else rounded(row.predicted_mse)
    return Line(CAUSES[row.cause].shown, gain, row.found, row.meaning, row.change, predicted)
