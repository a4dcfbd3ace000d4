"""A baseline that comes lower than every probe: then the fit is not near what can be had."""

import pytest

from tests.diagnosis.planted import additive, evidence, factorial
from vaebio.diagnosis.sentence import sentences
from vaebio.diagnosis.verdict import judge, supported
from vaebio.settings.diagnose import Verdict

LIMITS = Verdict()


def found(rival):
    """Of a member at 0.9 that nothing helps; null - floor is 0.62."""
    return evidence(factorial(additive()), rival=rival)


@pytest.mark.parametrize(
    ("rival", "cause"),
    [
        (None, "none"),
        (("pca-k16", 0.95), "none"),
        (("pca-k16", 0.86), "none"),
        (("pca-k16", 0.7), "unknown"),
    ],
)
def test_none_is_said_where_no_baseline_is_far_lower(rival, cause):
    assert [one.cause for one in supported(judge(found(rival), LIMITS))] == [cause]


def test_a_lower_baseline_is_named_with_its_error():
    lower, higher = found(("pca-k16", 0.7)), found(("pca-k16", 0.95))
    told = sentences(lower, judge(lower, LIMITS), None, [], LIMITS)
    assert "(noise floor 0.35, null 0.97, pca-k16 0.7)" in told
    assert "the baseline pca-k16 reaches 0.7, 32 % of null - noise floor lower" in told
    assert "pca" not in sentences(higher, judge(higher, LIMITS), None, [], LIMITS)
