"""One case, made in a folder, attempted and judged."""

import inspect
import json
import re
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from .case import Case, Handled, Refused
from .ways import PREPARED, SUMMARY, Outcome

LINES = ["Found", "Expected", "Hint"]
OF_SNAKEMAKE = (".snakemake/", "mine.yaml")


@dataclass(frozen=True)
class Verdict:
    """What came of a case: a word for it, what is wrong with that, the first line that was said."""

    happened: str
    complaint: str
    line: str

    @property
    def right(self) -> bool:
        """Whether the case ended as it must."""
        return not self.complaint


def judged(case: Case, folder: Path) -> Verdict:
    """Make a case in an empty folder, attempt it, and hold the outcome against what must come.

    Raises
    ------
    Skipped
        When this machine cannot show the case.
    """
    making = None
    with chdir(folder):
        attempt = case.make(folder)
        if inspect.isgenerator(attempt):
            making, attempt = attempt, next(attempt)
        before = _contents(folder)
        outcome = attempt()
        try:
            _unharmed(before, folder)
            _CHECKS[type(case.expect)](case.expect, outcome, before, folder)
            if making:
                _finish(making, outcome)
            complaint = ""
        except AssertionError as wrong:
            complaint = str(wrong) or "the check of the result failed"
    return Verdict(_word(outcome), complaint, _first_line(outcome))


def _finish(making: object, outcome: Outcome) -> None:
    try:
        making.send(outcome)
    except StopIteration:
        return
    raise TypeError("a case that is handled makes one attempt")


def _unharmed(before: dict[str, bytes], folder: Path) -> None:
    after = _contents(folder)
    for name, content in before.items():
        assert after.get(name) == content, f"the input {name} was changed"


def _check_refused(
    expect: Refused, outcome: Outcome, before: dict[str, bytes], folder: Path
) -> None:
    assert "Traceback" not in outcome.said, f"a traceback: {outcome.said.strip()[-300:]}"
    assert outcome.code == 2, f"exit code {outcome.code}, not 2"
    three = outcome.said.strip().splitlines()[-3:]
    assert [line.split(":")[0] for line in three] == LINES, f"not three lines: {outcome.said}"
    for line, pattern in zip(three, (expect.found, expect.expected, expect.hint), strict=True):
        assert re.search(pattern, line), f"no /{pattern}/ in `{line}`"
    assert not outcome.python_warnings, f"Python's own words: {outcome.python_warnings[0]}"
    left = _new(before, folder)
    assert not left, f"left behind: {', '.join(left)}"


def _check_handled(
    expect: Handled, outcome: Outcome, before: dict[str, bytes], folder: Path
) -> None:
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.said.strip()[-600:]}"
    assert not outcome.python_warnings, f"Python's own words: {outcome.python_warnings[0]}"
    if outcome.made is None and (folder / PREPARED).exists():
        outcome.made = _prepared(folder)
        new = _new(before, folder)
        assert new == sorted([PREPARED, SUMMARY]), f"files that were made: {', '.join(new)}"
    for pattern in expect.warns:
        assert re.search(f"Warning: .*{pattern}", outcome.said), f"no warning of /{pattern}/"
    for pattern in expect.says:
        assert re.search(pattern, outcome.said), f"no /{pattern}/ in what was said"


_CHECKS = {Refused: _check_refused, Handled: _check_handled}


def _prepared(folder: Path) -> SimpleNamespace:
    from anndata import read_h5ad

    facts = json.loads((folder / SUMMARY).read_text())
    return SimpleNamespace(adata=read_h5ad(folder / PREPARED), facts=facts)


def _contents(folder: Path) -> dict[str, bytes]:
    """Content of every file under a folder by its relative path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _new(before: dict[str, bytes], folder: Path) -> list[str]:
    """Files that were not there before, but for what Snakemake itself keeps."""
    new = sorted(_contents(folder).keys() - before.keys())
    return [name for name in new if not name.startswith(OF_SNAKEMAKE)]


def _word(outcome: Outcome) -> str:
    if outcome.code == 0:
        return "handled"
    if outcome.code == 2 and "Traceback" not in outcome.said:
        return "refused"
    return "crashed"


def _first_line(outcome: Outcome) -> str:
    """The first line of a refusal, the first warning that not all have, or the last line."""
    lines = [line for line in outcome.said.splitlines() if line.strip()]
    refusals = [line for line in lines if line.startswith("Found: ")]
    warned = [line for line in lines if re.match("Warning: (?!Only)", line)]
    done = [line for line in lines if line.startswith("Prepared ")]
    return next(iter([*refusals[-1:], *warned, *done, *lines[-1:]]), "")
