"""A case: how to make an input, and what must come of it.

The name of the function is the name of the case, its docstring says what the input is. It writes
into a folder and hands back an attempt (see `ways`). One that is to be handled goes on with the
result, to check that it is right.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from .ways import Attempt, Outcome

Making = Callable[[Path], Attempt | Generator[Attempt, Outcome, None]]


class Skipped(Exception):
    """A case that this machine cannot show, with the reason."""


@dataclass(frozen=True)
class Refused:
    """What the three lines must say, as regular expressions."""

    found: str
    expected: str = ""
    hint: str = ""

    word = "refused"


@dataclass(frozen=True)
class Handled:
    """What the warnings and the steps must say, as regular expressions."""

    warns: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    word = "handled"


@dataclass(frozen=True)
class Case:
    """An input, what it is in a sentence, and what must come of it."""

    name: str
    what: str
    make: Making
    expect: Refused | Handled


CASES: dict[str, Case] = {}
"""All cases by name, in the order in which they are written down."""


def refused(found: str, expected: str = "", hint: str = "") -> Callable[[Making], Making]:
    """The case must be refused with these lines."""
    return _kept(Refused(found, expected, hint))


def handled(*warns: str, says: tuple[str, ...] = ()) -> Callable[[Making], Making]:
    """The case must be handled with these warnings and steps."""
    return _kept(Handled(warns, says))


def _kept(expect: Refused | Handled) -> Callable[[Making], Making]:
    def keep(make: Making) -> Making:
        if make.__name__ in CASES:
            raise ValueError(f"two cases are called {make.__name__}")
        CASES[make.__name__] = Case(make.__name__, make.__doc__, make, expect)
        return make

    return keep
