import pytest

from tests.diagnosis.planted import additive, evidence, factorial
from vaebio.diagnosis.left import left
from vaebio.diagnosis.verdict import judge
from vaebio.settings.diagnose import Verdict

LIMITS = Verdict()


def said(gap, floor=0.35, **parts):
    """Of a member at 0.9 whose error on train is lower by `gap`, for every combination."""
    mse = additive(**parts)
    found = evidence(
        factorial(mse, noise=0.0, train=lambda cell: mse(cell) - gap), floor=floor, null_train=0.97
    )
    return left(found, judge(found, LIMITS), LIMITS)


def test_a_difference_between_test_and_train_is_told():
    assert said(0.2).startswith("Of the 0.55 above the noise floor, 0.2 (0.2 to 0.2) is how much")


@pytest.mark.parametrize("nothing", [{"gap": 0.02}, {"gap": 0.2, "floor": None}])
def test_where_it_is_little_or_the_floor_unknown_nothing_is_said(nothing):
    assert said(**nothing) == ""


def test_where_there_is_a_change_to_make_it_is_not_said():
    assert said(0.2, beta=0.3) == ""
