"""What a benchmark leaves behind: command, date and machine before its figures."""

import datetime
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks import machine

CPU = torch.device("cpu")
DATA = "VAEBIO_TEST_DATA"
"""Variable of the environment with the folder of the real data."""


def head(program: str, arguments: Sequence[str], device: torch.device = CPU) -> dict[str, Any]:
    """Command, date and machine: what every result begins with."""
    return {
        "command": " ".join([program, *map(_anywhere, arguments)]),
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe(device),
    }


def _anywhere(argument: str) -> str:
    """An argument that means the same on another machine: folders of this one are left out."""
    path, data = Path(argument), os.environ.get(DATA)
    if data and path.is_relative_to(data):
        return f"${DATA}/{path.relative_to(data)}"
    return path.name if path.is_absolute() else argument


def keep(result: dict[str, Any], path: Path | None) -> None:
    """Write a result to a file, where one is named."""
    if path:
        path.write_text(json.dumps(result, indent=1) + "\n")


def tell_and_keep(result: dict[str, Any], path: Path | None) -> None:
    """The same, and print it."""
    print(json.dumps(result, indent=1))
    keep(result, path)
