import numpy as np
import pytest
from scipy import stats

from vaebio.choosing.intervals import standard_error
from vaebio.metrics.intervals import t_interval


def test_the_t_interval_is_that_of_scipy():
    values = np.array([0.3, 0.1, 0.7, 0.2])
    found = t_interval(values)
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert np.isnan(t_interval(values[:1]).low)


def test_with_one_seed_or_one_observation_it_is_the_usual_standard_error():
    values = np.random.default_rng(0).normal(size=30)
    assert standard_error(values[None]) == pytest.approx(stats.sem(values))
    assert standard_error(values[:, None]) == pytest.approx(stats.sem(values))
    assert np.isnan(standard_error(np.ones((1, 1))))


@pytest.mark.parametrize("sizes", [(1, 0, 0), (0, 2, 0), (0, 0, 3), (0.3, 1, 2)])
def test_it_is_the_spread_of_means_over_other_seeds_and_observations(sizes):
    """Planted variances of seeds, of observations and of both together."""
    rng = np.random.default_rng(1)
    seed, observation, rest = (
        size * rng.normal(size=shape)
        for size, shape in zip(sizes, [(1000, 4, 1), (1000, 1, 15), (1000, 4, 15)], strict=True)
    )
    drawn = seed + observation + rest
    known = sizes[0] ** 2 / 4 + sizes[1] ** 2 / 15 + sizes[2] ** 2 / 60
    assert drawn.mean(axis=(1, 2)).var() == pytest.approx(known, rel=0.15)
    found = np.mean([standard_error(one) ** 2 for one in drawn])
    # Never below either part, so too large where there is neither seed nor observation.
    assert known * 0.9 < found < known * (1.5 if sizes == (0, 0, 3) else 1.15)
