"""The store: finished members by key, each in a sealed folder."""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from vaebio.model.vae import Architecture, Parameters
from vaebio.training.grid import Member
from vaebio.training.run import Trained
from vaebio.training.sealed import damage, sealed

WEIGHTS, DESCRIPTION, HISTORY = "weights.safetensors", "model.json", "history.tsv"
PREPARATION = "preparation.json"


@dataclass(frozen=True)
class Stored:
    """A member as it lies in a folder: weights and all that is needed to use them.

    `name` is that of the folder.

    `preparation` is the text that tells how raw observations become the model's input; the store
    keeps it beside the weights and does not read it. `training` has the settings of the training
    by key.
    """

    name: str
    member: Member
    architecture: Architecture
    parameters: Parameters
    preparation: str
    training: dict[str, Any] = field(default_factory=dict)


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
    with sealed(folder) as temporary:
        save_file(trained.parameters, temporary / WEIGHTS)
        (temporary / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n")
        (temporary / PREPARATION).write_text(preparation)
        write_rows(temporary / HISTORY, trained.history)


def load(folder: Path) -> Stored:
    """Read a member back, on the CPU; it is named as its folder is.

    The store knows a member by its key, and the word for its architecture depends on what other
    architectures a grid has.
    """
    description = describe(folder)
    architecture = {
        k: tuple(v) if isinstance(v, list) else v for k, v in description["architecture"].items()
    }
    member = {k: v for k, v in description["member"].items() if k != "name"}
    return Stored(
        name=folder.resolve().name,
        member=Member(**member),
        architecture=Architecture(**architecture),
        parameters=load_file(folder / WEIGHTS),
        preparation=(folder / PREPARATION).read_text(),
        training=description.get("settings", {}).get("train", {}),
    )


def holds(folder: Path, warn: Callable[[str], None]) -> bool:
    """Whether a member lies there whole; a damaged one is thrown away, so that it is made again."""
    if not folder.is_dir():
        return False
    problem = damage(folder)
    if problem:
        warn(f"the member {folder} is damaged ({problem}) and is trained again")
        shutil.rmtree(folder)
    return problem is None


def describe(folder: Path) -> dict[str, Any]:
    """The JSON of a member alone: what it is and how its training ended."""
    return json.loads((folder / DESCRIPTION).read_text())


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as a tab-separated table; floats in the shortest form that reads back the same."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
