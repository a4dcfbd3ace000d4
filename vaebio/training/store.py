"""The store: finished members by key, each in a folder that is there whole or not at all."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from vaebio.files import whole
from vaebio.model.vae import Architecture, Parameters
from vaebio.training.fit import Trained
from vaebio.training.grid import Member

WEIGHTS, DESCRIPTION, HISTORY = "weights.safetensors", "model.json", "history.tsv"
PREPARATION = "preparation.json"


@dataclass(frozen=True)
class Stored:
    """A member as it lies in a folder: weights and all that is needed to use them.

    `preparation` is the text that tells how raw observations become the model's input; the store
    keeps it beside the weights and does not read it.
    """

    member: Member
    architecture: Architecture
    parameters: Parameters
    preparation: str


def save(
    folder: Path,
    trained: Trained,
    architecture: Architecture,
    record: dict[str, Any],
    preparation: str,
) -> None:
    """Write a member; `record` (key, versions, settings) goes to its JSON as it is."""
    description = {
        "member": asdict(trained.member) | {"name": trained.member.name},
        "architecture": asdict(architecture),
        "training": {
            "status": trained.status,
            "epochs": trained.epochs,
            "seconds": round(trained.seconds, 3),
        },
        **record,
    }
    with whole(folder) as temporary:
        temporary.mkdir()
        save_file(trained.parameters, temporary / WEIGHTS)
        (temporary / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n")
        (temporary / PREPARATION).write_text(preparation)
        write_rows(temporary / HISTORY, trained.history)


def load(folder: Path) -> Stored:
    """Read a member back, on the CPU."""
    description = describe(folder)
    architecture = {
        k: tuple(v) if isinstance(v, list) else v for k, v in description["architecture"].items()
    }
    member = {k: v for k, v in description["member"].items() if k != "name"}
    return Stored(
        member=Member(**member),
        architecture=Architecture(**architecture),
        parameters=load_file(folder / WEIGHTS),
        preparation=(folder / PREPARATION).read_text(),
    )


def describe(folder: Path) -> dict[str, Any]:
    """The JSON of a member alone: what it is and how its training ended."""
    return json.loads((folder / DESCRIPTION).read_text())


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as a tab-separated table; floats in the shortest form that reads back the same."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
