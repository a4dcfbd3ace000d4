"""Checkpoints of a run: kept from time to time, found again by the members that are missing."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from vaebio.training.run import State
from vaebio.training.sealed import damage, sealed

TENSORS, RECORD, MEMBERS = "state.safetensors", "state.json", "members.json"

TRAINED = "trained"
"""Folder beside those of the epochs: the run is trained, and its members are being stored."""


class Checkpoint:
    """The last state of a run of given members; one folder per run, in it one per epoch kept.

    Parameters
    ----------
    root
        Where checkpoints of all runs lie.
    keys
        Store keys of the members the run started with.
    seconds
        Least time between two checkpoints; 0 keeps every epoch.
    warn
        Told in a sentence when a checkpoint is damaged.
    """

    def __init__(
        self, root: Path, keys: Sequence[str], seconds: float, warn: Callable[[str], None]
    ) -> None:
        self.keys, self.seconds, self.warn = list(keys), seconds, warn
        self.path = root / hashlib.sha256("\n".join(self.keys).encode()).hexdigest()[:16]
        self.last = time.monotonic()

    def load(self) -> State | None:
        """The last whole state; None when there is none, and then the run starts anew."""
        for path in reversed(self._epochs()):
            problem = damage(path)
            if problem is None:
                with suppress(FileNotFoundError):
                    record = json.loads((path / RECORD).read_text())
                    return State(load_file(path / TENSORS), record)
            # Another process of the same run may have put a later one in its place.
            elif path.exists():
                self.warn(f"the checkpoint {path} is damaged ({problem}) and is not used")
                shutil.rmtree(path, ignore_errors=True)
        return None

    def keep(self, state: Callable[[], State]) -> None:
        """Write the state when it is time, and only then let go of the one before."""
        if time.monotonic() - self.last < self.seconds:
            return
        self.last, before = time.monotonic(), self._epochs()
        try:
            self._write(state())
        except (OSError, SafetensorError) as error:
            # A full disk costs the checkpoint, not the training.
            self.warn(f"no checkpoint could be written ({error})")
            return
        for path in before:
            shutil.rmtree(path, ignore_errors=True)

    def _write(self, state: State) -> None:
        with sealed(self.path / f"{state.record['epoch']:06d}") as temporary:
            save_file(state.tensors, temporary / TENSORS)
            (temporary / RECORD).write_text(json.dumps(state.record))
            (temporary / MEMBERS).write_text(json.dumps(self.keys))

    def trained(self) -> None:
        """Note who was trained together, before the first of them is stored.

        A run that was too short for a checkpoint is then trained again as it was, because with
        fewer members in its stack the last bits of the others would be different ones.
        """
        try:
            with sealed(self.path / TRAINED) as temporary:
                (temporary / MEMBERS).write_text(json.dumps(self.keys))
        except OSError as error:
            self.warn(f"the members of the stack could not be noted ({error})")

    def remove(self) -> None:
        """The run is done and its members are stored."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _epochs(self) -> list[Path]:
        return sorted(self.path.glob("[0-9]*"))


def interrupted(root: Path, missing: Sequence[str]) -> list[list[str]]:
    """Keys of each interrupted run that holds some of the missing members, in its own order.

    A run that was killed while its members were being stored has fewer missing members than it
    started with; it is resumed as it was, so that it ends with the same bits.
    """
    found: list[list[str]] = []
    wanted = set(missing)
    for path in sorted(root.glob(f"*/[!.]*/{MEMBERS}")):
        with suppress(FileNotFoundError):
            keys = json.loads(path.read_text()) if damage(path.parent) is None else []
            if wanted & set(keys):
                found.append(keys)
                wanted -= set(keys)
    return found
