import numpy as np
import pytest
from scipy import sparse

from vaebio.data import tally as module
from vaebio.data.tally import Tally


@pytest.fixture
def values(rng):
    """90 x 25 whole numbers, many on both sides of the border between few and many."""
    return rng.negative_binomial(0.4, 0.4 / (0.4 + rng.lognormal(4, 2, size=25)), size=(90, 25))


def tallied(values, parts=1):
    tally = Tally(values.shape[1])
    for part in np.array_split(values, parts):
        tally.add(sparse.csr_matrix(part))
    return tally


def test_the_values_lie_on_both_sides_of_the_border(values):
    assert np.mean(values >= module.DENSE) > 0.1
    assert np.mean((values > 0) & (values < module.DENSE)) > 0.1


def test_all_it_says_is_what_the_counts_say(values):
    tally = tallied(values, 7)
    assert tally.observations == 90
    assert np.array_equal(tally.detected, (values > 0).sum(axis=0))
    assert np.array_equal(tally.sums, values.sum(axis=0))
    np.testing.assert_allclose(tally.mean, values.mean(axis=0), rtol=1e-15)
    for ddof in (0, 1):
        np.testing.assert_allclose(tally.variance(ddof), values.var(axis=0, ddof=ddof), rtol=1e-12)
    limit = np.quantile(values, 0.8, axis=0) + 0.5
    clipped = np.minimum(values, limit)
    for mine, stranger in zip(
        tally.clipped_sums(limit), (clipped.sum(axis=0), (clipped**2).sum(axis=0)), strict=True
    ):
        np.testing.assert_allclose(mine, stranger, rtol=1e-13)


@pytest.mark.parametrize("count", [0, 1, 62, 63, 64, 65, 10_000])
def test_pairs_are_the_counts_that_occur(count):
    values = np.array([[count, 0], [count, 3], [1, count]])
    found = {(f, c): n for f, c, n in zip(*tallied(values, 3).pairs(), strict=True)}
    expected = {}
    for row in values:
        for feature, value in enumerate(row):
            if value:
                expected[feature, value] = expected.get((feature, value), 0) + 1
    assert found == expected


@pytest.mark.parametrize("waiting", [1, 50, 2**21])
@pytest.mark.parametrize("parts", [2, 13, 90])
def test_how_the_rows_are_cut_changes_no_bit(values, parts, waiting, monkeypatch):
    whole = tallied(values)
    monkeypatch.setattr(module, "_WAITING", waiting)
    cut = tallied(values, parts)
    for one, other in zip(whole.pairs(), cut.pairs(), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(whole.variance(), cut.variance())


def test_a_variance_survives_a_mean_that_dwarfs_it():
    values = 2**40 + np.array([[0], [1], [2], [3]])
    assert tallied(values, 2).variance()[0] == pytest.approx(5 / 3, rel=1e-14)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_the_type_of_the_counts_does_not_matter(dtype):
    values = np.array([[0, 7, 255], [63, 0, 64]])
    tally = Tally(3)
    tally.add(sparse.csr_matrix(values.astype(dtype)))
    assert np.array_equal(tally.sums, [63, 7, 319])
    assert np.array_equal(tally.detected, [1, 1, 2])


def test_asking_does_not_end_the_gathering(values):
    tally = Tally(25)
    for part in np.array_split(values, 5):
        tally.add(sparse.csr_matrix(part))
        assert tally.sums.shape == (25,)
    assert np.array_equal(tally.sums, values.sum(axis=0))


def test_stored_zeros_are_no_counts():
    stored = sparse.csr_matrix((np.array([0, 5]), np.array([0, 1]), np.array([0, 2])), (1, 2))
    tally = Tally(2)
    tally.add(stored)
    assert np.array_equal(tally.detected, [0, 1])


@pytest.mark.parametrize("n", [0, 1])
def test_none_or_one_observation_do_not_vary(n):
    tally = Tally(2)
    tally.add(sparse.csr_matrix(np.array([[0, 70]] * n).reshape(n, 2)))
    assert tally.mean.tolist() == [0, 70 * n]
    assert tally.variance().tolist() == [0, 0]
