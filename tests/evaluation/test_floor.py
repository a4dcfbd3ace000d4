"""The floor of a data set by its kind, and what it makes of the errors that were reached."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.floor import Floor, noise_floor, with_floor
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics.panel import Row
from vaebio.settings import Evaluate
from vaebio.terms import BASELINES, MEASURES, SPLITS
from vaebio.training.inputs import Inputs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """Simulated counts whose floor is known."""
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import noise_floor

    return noise_floor


N = 90
ROWS = {
    "train": np.arange(N) < 50,
    "validation": (np.arange(N) >= 50) & (np.arange(N) < 70),
    "test": np.arange(N) >= 70,
}


def continuous(noise=0.2):
    random = np.random.default_rng(0)
    x = random.normal(size=(N, 2)) @ random.normal(size=(2, 40))
    x += random.normal(0, np.sqrt(noise), size=x.shape)
    x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32)
    return Observations(x, ROWS, None, Inputs(x, np.zeros(40), np.ones(40), None))


def counted(benchmark):
    case = benchmark.simulate(3, 1000, 1.0, 600, 200)
    rows = {
        "train": case.train,
        "validation": ~case.train & (np.arange(len(case.train)) % 2 == 0),
        "test": ~case.train & (np.arange(len(case.train)) % 2 == 1),
    }
    counts = sparse.csr_matrix(case.counts[:, case.chosen])
    x = case.scaled(case.counts).astype(np.float32)
    size = case.total / benchmark.TARGET
    inputs = Inputs(counts, case.mean, case.scale, benchmark.CLIP, counts=counts, size=size)
    return case, Observations(x, rows, None, inputs)


def rows_of(found, name, measure):
    one = next(m for m in found if m.name == name)
    return {row.split: row for row in one.metrics if row.measure == measure}


def made(name, value):
    """A member whose error is the same everywhere."""
    errors = np.full(N, value)
    return Measured(name, [Row(s, "mse", value) for s in SPLITS], errors=errors)


def test_the_floor_of_counts_is_that_of_their_rates_on_every_split(benchmark):
    case, data = counted(benchmark)
    floor = noise_floor(data, "counts", case.total)
    found = with_floor(data, list(measure_baselines(data, [2, 6], Evaluate())), floor)
    truth = benchmark.known(case, case.rates, draws=10)
    for split, row in rows_of(found, "noise_floor", "mse").items():
        assert row.value == pytest.approx(truth[data.rows[split]].mean(), rel=0.07)
        assert row.low < row.value < row.high
        assert "counting" in row.reason
    explained = rows_of(found, "pca-k6", "explained")["test"]
    null, mse, least = (
        rows_of(found, name, "mse")["test"].value for name in ("null", "pca-k6", "noise_floor")
    )
    assert explained.value == pytest.approx((null - mse) / (null - least))
    assert rows_of(found, "null", "explained")["test"].value == 0


def test_the_counts_of_train_have_no_say_in_any_floor(benchmark):
    """Features were chosen for how they vary there, and their noise with them."""
    case, data = counted(benchmark)
    floor = noise_floor(data, "counts", case.total)
    np.testing.assert_allclose(floor.values[case.train], floor.values[~case.train].mean())
    data.inputs.counts.data[np.repeat(case.train, np.diff(data.inputs.counts.indptr))] += 3
    np.testing.assert_array_equal(noise_floor(data, "counts", case.total).values, floor.values)


def test_the_floor_of_other_kinds_says_what_it_takes_for_granted():
    data = continuous()
    found = with_floor(
        data, list(measure_baselines(data, [1], Evaluate())), noise_floor(data, "continuous", None)
    )
    row = rows_of(found, "noise_floor", "mse")["test"]
    assert "singular value" in row.reason
    assert row.low <= row.value <= row.high


def test_binary_values_have_no_floor_and_say_why():
    data = continuous()
    found = with_floor(data, [made("null", 1.0)], noise_floor(data, "binary", None))
    for name, measure in (("noise_floor", "mse"), ("null", "explained")):
        for row in rows_of(found, name, measure).values():
            assert row.value is None
            assert "binary" in row.reason


def test_too_few_features_have_no_floor_and_say_why():
    x = continuous().x[:, :5]
    data = Observations(x, ROWS, None, Inputs(x, np.zeros(5), np.ones(5), None))
    found = with_floor(data, [made("null", 1.0)], noise_floor(data, "continuous", None))
    assert "fewer than 10" in rows_of(found, "noise_floor", "mse")["test"].reason


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_floor_above_the_best_error_gives_way_to_it_and_says_so(split):
    data, floor = continuous(), Floor(np.full(N, 0.5), "by hand")
    found = with_floor(data, [made("null", 1.0), made("good", 0.3), made("fair", 0.6)], floor)
    row = rows_of(found, "noise_floor", "mse")[split]
    assert row.value == pytest.approx(0.3)
    assert "by hand; that is 0.5, above the error of good" in row.reason
    assert rows_of(found, "good", "explained")[split].value == pytest.approx(1)
    assert rows_of(found, "fair", "explained")[split].value == pytest.approx(4 / 7)


def test_noise_that_was_learned_explains_more_than_all_of_train():
    data, floor = continuous(), Floor(np.full(N, 0.5), "by hand")
    found = with_floor(data, [made("null", 1.0), made("good", 0.3)], floor)
    assert rows_of(found, "good", "explained")["train"].value == pytest.approx(1.4)


def test_a_diverged_member_does_not_set_the_floor():
    data, floor = continuous(), Floor(np.full(N, 0.5), "by hand")
    found = with_floor(data, [made("null", 1.0), made("bad", np.nan)], floor)
    assert rows_of(found, "noise_floor", "mse")["test"].value == 0.5
    assert "diverged" in rows_of(found, "bad", "explained")["test"].reason


def test_a_baseline_without_room_has_no_fraction_for_the_same_reason():
    data, floor = continuous(), Floor(np.full(N, 0.5), "by hand")
    absent = Measured("pca-k99", [Row(s, "mse", reason="no room") for s in SPLITS])
    found = with_floor(data, [made("null", 1.0), absent], floor)
    assert {r.reason for r in rows_of(found, "pca-k99", "explained").values()} == {"no room"}


def test_the_words_are_in_the_vocabulary():
    assert "explained" in MEASURES
    assert "noise_floor" in BASELINES
