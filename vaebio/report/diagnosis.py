"""What `vaebio diagnose` found, from its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from vaebio.errors import VaebioError
from vaebio.report.tables import optional

TABLES = (
    "symptoms",
    "probes",
    "probe_measures",
    "verdicts",
    "budget",
    "follow_up",
    "diagnoses",
)
"""Tables by the name of their file without `.tsv`."""
FILES = (*TABLES, "prescription")


def _empty(name: str) -> Any:  # noqa: ANN401 - a field of a dataclass
    return field(default_factory=lambda: optional(None, f"{name}.tsv"))


@dataclass(frozen=True)
class Diagnosis:
    """Tables of a diagnosis; none of them has a row where none was made.

    Parameters
    ----------
    made
        Whether there was one, if only of the symptoms.
    prescription
        Content of prescription.yaml, by diagnosed combination.
    """

    made: bool = False
    symptoms: pd.DataFrame = _empty("symptoms")
    probes: pd.DataFrame = _empty("probes")
    probe_measures: pd.DataFrame = _empty("probe_measures")
    verdicts: pd.DataFrame = _empty("verdicts")
    budget: pd.DataFrame = _empty("budget")
    follow_up: pd.DataFrame = _empty("follow_up")
    diagnoses: pd.DataFrame = _empty("diagnoses")
    prescription: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The diagnosed combinations, in their order."""
        return list(self.diagnoses["member"])

    def of(self, table: str, name: str) -> pd.DataFrame:
        """Rows of one combination."""
        rows = getattr(self, table)
        return rows[rows["member"] == name].reset_index(drop=True)

    def supported(self, name: str) -> pd.DataFrame:
        """Its supported verdicts, in their order."""
        rows = self.of("verdicts", name)
        return rows[rows["supported"] == "True"].reset_index(drop=True)


def read_diagnosis(paths: Mapping[str, Path | None]) -> Diagnosis:
    """A diagnosis from its files, those of `FILES` that there are.

    Raises
    ------
    VaebioError
        For a file, column or value that cannot be read.
    """
    tables = {name: optional(paths.get(name), f"{name}.tsv") for name in TABLES}
    settings = paths.get("prescription")
    made = paths.get("symptoms") is not None or paths.get("diagnoses") is not None
    return Diagnosis(made, **tables, prescription=_prescription(settings) if settings else {})


def _prescription(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, " ".join(str(error).split())) from None
    if not isinstance(found, dict) or not all(map(_is_one, found.values())):
        raise _unreadable(path, "no mapping of members with `changes` and `settings`")
    return found


def _is_one(content: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    if not isinstance(content, dict):
        return False
    return isinstance(content.get("changes"), list) and isinstance(content.get("settings"), dict)


def _unreadable(path: Path, why: str) -> VaebioError:
    return VaebioError(
        found=f"{path} is no prescription: {why}",
        expected="the YAML that `vaebio diagnose` writes",
        hint="write it again with `vaebio diagnose`",
    )
