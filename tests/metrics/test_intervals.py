import numpy as np
import pytest

from vaebio.metrics.intervals import mean_over_classes, median_with_interval


def test_the_interval_of_a_median_holds_the_true_one_as_often_as_it_says():
    draws = np.random.default_rng(0).exponential(size=(2000, 101))
    found = [median_with_interval(one) for one in draws]
    held = np.mean([f.low <= np.log(2) <= f.high for f in found])
    # Ranks are whole numbers: at least 95 %, and here 96.
    assert held == pytest.approx(0.96, abs=0.012)
    assert found[0].value == np.median(draws[0])


def test_few_observations_have_no_interval_of_the_median():
    assert np.isnan(median_with_interval(np.arange(5.0)).low)
    six = median_with_interval(np.arange(6.0))
    assert (six.low, six.high) == (0, 5)


def test_the_interval_of_a_mean_over_classes_is_that_of_a_bootstrap_within_them():
    rng = np.random.default_rng(1)
    parts = [rng.random(40), rng.random(90) ** 3]
    found = mean_over_classes(parts)
    again = [np.mean([rng.choice(p, len(p)).mean() for p in parts]) for _ in range(4000)]
    assert found.value == pytest.approx(np.mean([p.mean() for p in parts]))
    low, high = np.percentile(again, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.004)
    assert np.isnan(mean_over_classes([parts[0], parts[1][:1]]).low)


def test_shares_stay_between_0_and_1_and_alike_ones_have_no_interval():
    rare = np.zeros(50)
    rare[0] = 1
    found = mean_over_classes([rare, np.zeros(50)])
    assert found.low == 0 < found.value < found.high
    assert np.isnan(mean_over_classes([np.ones(9), np.ones(4)]).high)
