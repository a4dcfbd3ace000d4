"""Which part of a file is wanted, where a file holds several."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from vaebio.errors import VaebioError, did_you_mean

AUTO = "auto"

_NEUTRAL = {"layer": (AUTO, "X"), "modality": ("",), "genome": ("",)}


@dataclass(frozen=True)
class Wanted:
    """The user's choice among the parts of a file.

    Parameters
    ----------
    layer
        `auto`, `X`, `raw` or the name of a layer.
    modality
        Of a file of several, or a feature type of 10x files; empty for the usual one.
    genome
        Of 10x files with several; empty for all, or the only one.
    kind
        What the user says the values are; `auto` and `counts` look for counts.
    by_options
        Whether the user chose with options of a command, not in the settings.
    """

    layer: str = AUTO
    modality: str = ""
    genome: str = ""
    kind: str = AUTO
    by_options: bool = False

    def called(self, what: str) -> str:
        """What the user calls the choice of a layer, a modality or a genome."""
        return f"`--{what}`" if self.by_options else f"`prepare.{what}`"


def refuse_foreign(wanted: Wanted, form: str, known: Collection[str], matrix: str) -> None:
    """Refuse a choice among parts that a form does not have."""
    for setting, neutral in _NEUTRAL.items():
        value = getattr(wanted, setting)
        if value not in neutral and setting not in known:
            raise VaebioError(
                found=f"{setting} `{value}`, but {matrix}, read as {form}, has no {setting} to "
                "choose",
                expected=f"{setting} left as it is: `{neutral[0]}`",
                hint=f"take {wanted.called(setting)} out"
                if wanted.by_options
                else f"take {wanted.called(setting)} out, or set it in `overrides` for the data "
                "set that needs it",
            )


def one_of(name: str, held: Iterable[str], what: str, path: Path, called: str = "") -> str:
    """`name` when the file holds it, or the only part there is when no name is given.

    Parameters
    ----------
    what
        Name of the setting: layer, modality or genome.
    called
        How the user sets it; empty: in the settings.

    Raises
    ------
    VaebioError
        When the file holds no such part, or several and none is named.
    """
    held, called = list(held), called or f"`prepare.{what}`"
    if name in held:
        return name
    if not name and len(held) == 1:
        return held[0]
    found = f"no {what} `{name}` in {path}" if name else f"no {what} named, and several in {path}"
    raise VaebioError(
        found=found,
        expected=f"one of {', '.join(held)}" if held else f"a file with a {what}",
        hint=did_you_mean(name, held, f"set {called} to one of these")
        if name
        else f"set {called} to one of these",
    )
