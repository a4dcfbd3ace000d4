"""What is said of one measure, once."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One measure the tables hold and the report shows."""

    name: str
    label: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    source: str
    meaning: str

    @property
    def axis(self) -> str:
        """Label of an axis: name and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label
