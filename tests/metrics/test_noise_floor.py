"""Floors that are known: of simulated rates, of planted noise, and of no noise at all."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse, stats

from vaebio.metrics.noise_floor import explained_row, floor_row
from vaebio.metrics.noise_floor_counts import counting_noise, variance_estimates
from vaebio.metrics.noise_floor_spectrum import median_of_law, noise_of, noise_variance

ROOT = Path(__file__).parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """Simulated counts whose floor is known."""
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import noise_floor

    return noise_floor


@pytest.mark.parametrize("spread", [0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("depth", [200, 1000, 3000, 10_000, 100_000])
def test_the_known_floor_of_counts_is_recovered_within_5_percent(benchmark, depth, spread):
    """Twenty simulations from 93 % zeros to hardly any, with features chosen on train."""
    case = benchmark.simulate(int(depth + 10 * spread), depth, spread, 600, 400)
    truth = benchmark.known(case, case.rates, draws=5)[~case.train].mean()
    assert benchmark.estimated(case)[~case.train].mean() == pytest.approx(truth, rel=0.05)


def test_the_estimate_has_no_bias_at_any_rate():
    """Its expectation is the variance, both summed over the Poisson distribution."""
    size, x = np.array([0.02, 0.1, 1.0]), np.arange(400)
    estimates = variance_estimates(size, 399)
    for rate in (0.01, 0.3, 1.0, 4.0, 30.0, 150.0):
        chance = stats.poisson.pmf(x, rate)
        for own, s in zip(estimates, size, strict=True):
            g = np.log1p(x / s)
            variance = (chance * g**2).sum() - (chance * g).sum() ** 2
            assert (chance * own).sum() == pytest.approx(variance, rel=1e-3, abs=1e-6)


def test_the_integral_equals_the_sum_over_two_further_counts():
    """The extrapolation by counting: (G1 + G2 - 1)^x of two copies of the logarithm."""
    size, highest = 0.15, 9
    g = np.log1p(np.arange(highest + 1) / size)
    for x in range(highest + 1):
        square = sum(
            math.factorial(x)
            / (math.factorial(i) * math.factorial(j) * math.factorial(x - i - j))
            * (-1) ** (x - i - j)
            * g[i]
            * g[j]
            for i in range(x + 1)
            for j in range(x + 1 - i)
        )
        found = variance_estimates(np.array([size]), highest)[0, x]
        assert found == pytest.approx(g[x] ** 2 - square, rel=1e-3, abs=1e-3)


def test_a_large_share_of_the_total_varies_less_than_poisson_says():
    """Two features that are all of the counts: binomial."""
    random = np.random.default_rng(0)
    total, share = 2000, np.array([0.7, 0.3])
    counts = random.multinomial(total, share, size=4000)
    y = np.log1p(counts * (1e4 / total))
    mean, scale = y.mean(axis=0), np.array([0.5, 2.0])
    totals = np.full(len(counts), float(total))
    found = counting_noise(sparse.csr_matrix(counts), totals, 1e4, mean, scale, None)
    assert found.mean() == pytest.approx((y.var(axis=0) / scale**2).mean(), rel=0.05)


def test_deeper_counts_have_a_lower_floor(benchmark):
    cases = [benchmark.simulate(1, depth, 1.0, 200, 100) for depth in (300, 3000, 30_000)]
    found = [benchmark.estimated(case).mean() for case in cases]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.5 * found[0]


def test_how_rows_are_cut_does_not_matter(benchmark, monkeypatch):
    case = benchmark.simulate(0, 500, 1.0, 100, 60)
    whole = benchmark.estimated(case)
    monkeypatch.setattr("vaebio.metrics.noise_floor_counts.ROWS", 7)
    np.testing.assert_allclose(benchmark.estimated(case), whole)


def test_observations_without_any_of_the_counts_have_no_noise():
    counts = sparse.csr_matrix((3, 4))
    found = counting_noise(counts, np.ones(3), 1e4, np.zeros(4), np.ones(4), 10.0)
    np.testing.assert_array_equal(found, 0)


def planted(n, features, rank, noise, seed=0):
    random = np.random.default_rng(seed)
    signal = random.normal(size=(n, rank)) @ random.normal(size=(rank, features))
    signal *= np.sqrt((1 - noise) / signal.var())
    return signal + random.normal(0, np.sqrt(noise), size=(n, features))


@pytest.mark.parametrize("shape", [(100, 1000), (300, 300), (500, 200)])
@pytest.mark.parametrize("noise", [0.05, 0.3, 0.9])
def test_planted_noise_is_recovered_within_5_percent(shape, noise):
    found = noise_variance(planted(*shape, 5, noise))
    assert found.value == pytest.approx(noise, rel=0.05)
    assert found.low <= found.value <= found.high


def test_noiseless_values_have_a_floor_of_0():
    assert noise_variance(planted(80, 120, 4, 0.0)).value == pytest.approx(0, abs=1e-9)


def test_noise_of_values_with_holes_is_in_the_interval():
    """Which without the correction would begin above it."""
    x = planted(400, 300, 4, 0.3)
    seen = np.random.default_rng(1).random(x.shape) < 0.8
    holes = np.where(seen, x, 0)
    found = noise_variance(holes, seen.mean())
    assert found.value == pytest.approx(0.3, rel=0.15)
    assert found.low < 0.3 < found.high
    assert noise_of(holes).median / seen.mean() > 0.3 * 1.3


def test_noise_that_differs_between_features_is_taken_for_less_and_widens_the_interval():
    """Scaled features with 10 to 90 % of noise: a known limit of the method, and its size."""
    random = np.random.default_rng(0)
    share = random.uniform(0.1, 0.9, 300)
    x = planted(300, 300, 3, 0.0, seed=1)
    x = x / x.std(axis=0) * np.sqrt(1 - share) + random.normal(size=(300, 300)) * np.sqrt(share)
    found, even = noise_variance(x), noise_variance(planted(300, 300, 3, 0.5))
    assert 0.75 * share.mean() < found.value < share.mean()
    assert found.high - found.value > 2 * (even.high - even.value)


def test_the_median_of_the_law_is_that_of_a_matrix_of_noise():
    x = np.random.default_rng(0).normal(size=(2000, 800))
    squares = np.linalg.eigvalsh(x.T @ x) / 2000
    assert median_of_law(0.4) == pytest.approx(np.median(squares), rel=0.01)
    assert median_of_law(1e-6) == pytest.approx(1, rel=1e-2)


def test_signals_above_the_noise_are_counted():
    assert noise_of(planted(300, 200, 6, 0.3)).signals == 6


@pytest.fixture
def errors():
    random = np.random.default_rng(0)
    null = random.gamma(20, 0.05, size=200)
    return null, 0.6 * null + random.normal(0, 0.02, 200), 0.4 * null


def test_the_null_explains_nothing_and_the_floor_everything(errors):
    null, _, floor = errors
    assert explained_row("test", null, null, floor).value == 0
    row = explained_row("test", floor, null, floor)
    assert row.value == row.low == row.high == 1


def test_the_interval_is_that_of_a_paired_bootstrap(errors):
    null, mse, floor = errors
    row = explained_row("test", mse, null, floor)
    random = np.random.default_rng(1)
    drawn = random.integers(len(null), size=(4000, len(null)))
    ratios = (null - mse)[drawn].mean(axis=1) / (null - floor)[drawn].mean(axis=1)
    assert row.value == pytest.approx((null - mse).mean() / (null - floor).mean())
    low, high = np.quantile(ratios, [0.025, 0.975])
    assert row.high - row.low == pytest.approx(high - low, rel=0.1)


def test_what_is_not_known_of_the_floor_is_in_the_interval(errors):
    null, mse, floor = errors
    sure, unsure = (explained_row("test", mse, null, floor, e) for e in (0.0, 0.1))
    assert unsure.value == sure.value
    assert unsure.high - unsure.low > 2 * (sure.high - sure.low)


def test_without_room_above_the_floor_there_is_no_fraction(errors):
    null, mse, _ = errors
    for floor in (null, null * 0.995, null * 1.1):
        row = explained_row("test", mse, null, floor)
        assert row.value is None
        assert "nothing to explain" in row.reason


def test_a_diverged_member_has_no_fraction(errors):
    null, mse, floor = errors
    mse[3] = np.nan
    assert "diverged" in explained_row("test", mse, null, floor).reason


def test_a_floor_says_how_it_was_made_and_is_never_below_0():
    row = floor_row("test", np.array([0.0, 0.1, 0.0, 0.2]), 0.5, "by hand")
    assert (row.measure, row.reason, row.low) == ("mse", "by hand", 0)
    assert row.value == pytest.approx(0.075)
