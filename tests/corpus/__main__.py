"""Print all cases: what was expected, what happened, and the first line of the message.

Words on the command line choose the cases whose names hold one of them.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from . import cases
from .case import Case, Skipped
from .harness import judged

WIDTH = 110


def main(words: list[str]) -> int:
    """Number of cases that did not end as they must, at most 1: the exit code."""
    chosen = [case for name, case in cases.CASES.items() if _wanted(name, words)]
    rows = [_row(case, whole=bool(words)) for case in chosen]
    width = max(len(case.name) for case in chosen) if chosen else 0
    for case, (state, happened, line) in zip(chosen, rows, strict=True):
        expected = case.expect.word
        print(f"{case.name:{width}}  {expected:8}  {happened:8}  {state:8}  {line}")
    counted = Counter(state for state, *_ in rows)
    print(f"\n{len(rows)} cases: " + ", ".join(f"{n} {state}" for state, n in counted.items()))
    return int(bool(counted["WRONG"]))


def _wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def _row(case: Case, whole: bool) -> tuple[str, str, str]:
    """State, what happened, and a line about it: of a wrong case what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            verdict = judged(case, Path(folder).resolve())
        except Skipped as reason:
            return "skipped", "-", str(reason)
    state = "ok" if verdict.right else "WRONG"
    line = verdict.line if verdict.right else f"{verdict.line} [{verdict.complaint}]"
    line = " | ".join(line.splitlines())
    return state, verdict.happened, line if whole or len(line) <= WIDTH else f"{line[:WIDTH]}..."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
