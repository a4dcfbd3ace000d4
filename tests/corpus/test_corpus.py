import tempfile
from pathlib import Path

import pytest

from .case import Refused, Skipped
from .cases import CASES
from .harness import judged


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_ends_as_it_must(case):
    # Not in tmp_path: some cases run as a user who may not enter there.
    with tempfile.TemporaryDirectory() as folder:
        try:
            verdict = judged(case, Path(folder).resolve())
        except Skipped as reason:
            pytest.skip(str(reason))
    assert verdict.right, f"{verdict.complaint}\n{verdict.line}"


def test_every_case_says_what_it_is_and_every_refusal_what_it_names():
    assert len(CASES) >= 60
    for case in CASES.values():
        assert case.what, case.name
        assert not isinstance(case.expect, Refused) or len(case.expect.found) > 5, case.name
