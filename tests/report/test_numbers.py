import math

import pytest

from vaebio.report.numbers import duration, listed, rounded, with_spread


@pytest.mark.parametrize(
    ("value", "uncertainty", "shown"),
    [
        (0.65234, 0.0031, "0.652"),
        (0.65234, 0.031, "0.65"),
        (0.65234, 0.0096, "0.65"),  # 0.0096 is 0.01 with one digit
        (0.65234, 3.1, "1"),
        (2384.2, 41, "2380"),
        (2384.2, 0.4, "2384.2"),
        (-1049.26, 2.0, "−1049"),
        (0.65234, 1e-12, "0.65234"),  # never more than five digits
        (0.0, 0.01, "0.00"),
        (-0.0004, 0.01, "0.00"),  # no minus zero
        (0.65234, None, "0.652"),
        (0.65234, math.nan, "0.652"),
        (123456.0, None, "123000"),
    ],
)
def test_digits_follow_the_uncertainty(value, uncertainty, shown):
    assert rounded(value, uncertainty) == shown


@pytest.mark.parametrize("uncertainty", [10.0**e * f for e in range(-4, 3) for f in (1, 2.4, 9.7)])
def test_rounding_never_moves_a_number_by_more_than_its_uncertainty(uncertainty):
    for value in (0.65234, 7.7777, 91.1, 1234.567):
        text = rounded(value, uncertainty).replace("−", "-")
        assert abs(float(text) - value) <= max(uncertainty, 10 ** (math.log10(value) - 4))


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"value": 0.65234, "spread": 0.0031}, "0.652 ± 0.003"),
        ({"value": 0.65234, "spread": 0.0096}, "0.65 ± 0.01"),
        ({"value": 8.0, "spread": 0.0, "whole": True}, "8 ± 0"),
        ({"value": 7.67, "spread": 0.58, "whole": True}, "7.7 ± 0.6"),
        ({"value": 8.0, "spread": math.nan, "whole": True}, "8"),
        ({"value": 0.65234, "spread": math.nan, "otherwise": 0.02}, "0.65"),
        ({"value": 0.65234, "spread": 1e-9}, "0.65234 ± <0.00001"),
        ({"value": 0.65234, "spread": 0.0}, "0.65234 ± 0"),
        ({"value": -0.00016333, "spread": 0.0}, "−0.00016 ± 0"),
        ({"value": -0.00016333, "spread": 2.7e-20}, "−0.00016 ± <0.00001"),
    ],
)
def test_mean_and_spread_have_the_same_last_digit(arguments, shown):
    assert with_spread(**arguments) == shown


def test_words():
    assert listed([]) == ""
    assert listed(["a", "b", "c"], last="or") == "a, b or c"
    assert duration(59.9) == "60 s"
    assert duration(3600) == "1 h"
