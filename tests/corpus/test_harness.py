"""The harness complains of what is wrong: else no case could fail."""

from pathlib import Path

import pytest

from .case import Case, Handled, Refused
from .harness import judged
from .ways import Outcome

THREE = "Found: a word\nExpected: a number\nHint: write one"
REFUSED = Outcome(2, THREE)


def ending(outcome, *written):
    """A case with an input that ends so, and writes files."""

    def make(folder):
        (folder / "in.csv").write_text("input")

        def attempt():
            for name in written:
                Path(name).write_text("x")
            return outcome

        return attempt

    return make


def checked(wrong):
    """A case that is handled, of which a closer look finds something."""

    def make(folder):
        yield ending(Outcome())(folder)
        assert not wrong, "other counts"

    return make


@pytest.mark.parametrize(
    ("expect", "make", "complaint"),
    [
        (Refused("a word"), ending(Outcome()), "exit code 0, not 2"),
        (Refused("a word"), ending(Outcome(1, THREE)), "exit code 1, not 2"),
        (Refused("a word"), ending(Outcome(2, "Traceback\n" + THREE)), "a traceback"),
        (Refused("a word"), ending(Outcome(2, "Found: a word")), "not three lines"),
        (Refused("a name"), ending(REFUSED), "no /a name/"),
        (Refused("a word", "a name"), ending(REFUSED), "no /a name/"),
        (Refused("a word", "", "a name"), ending(REFUSED), "no /a name/"),
        (Refused("a word"), ending(Outcome(2, THREE, ["UserWarning: x"])), "Python's own words"),
        (Refused("a word"), ending(REFUSED, "half.h5ad"), "left behind: half.h5ad"),
        (Refused("a word"), ending(REFUSED, "in.csv"), "the input in.csv was changed"),
        (Handled(), ending(REFUSED), "exit code 2"),
        (Handled(), ending(Outcome(0, "", ["UserWarning: x"])), "Python's own words"),
        (Handled(("odd",)), ending(Outcome(0, "odd")), "no warning of /odd/"),
        (Handled(says=("took",)), ending(Outcome(0, "left")), "no /took/"),
        (Handled(), ending(Outcome(), "in.csv"), "the input in.csv was changed"),
        (Handled(), checked(True), "other counts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_complained_of(tmp_path, expect, make, complaint):
    verdict = judged(Case("name", "what", make, expect), tmp_path)
    assert not verdict.right
    assert verdict.complaint.startswith(complaint)


@pytest.mark.parametrize(
    ("expect", "make"),
    [
        (Refused("a word", "a number", "write"), ending(REFUSED)),
        (Handled(("odd",), ("took",)), ending(Outcome(0, "Warning: odd\ntook X"))),
        (Handled(), checked(False)),
    ],
    ids=["refused", "handled", "checked"],
)
def test_what_is_right_is_not(tmp_path, expect, make):
    assert judged(Case("name", "what", make, expect), tmp_path).right
