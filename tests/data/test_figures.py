import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.data import figures as module
from vaebio.data.figures import figures, parts
from vaebio.data.raw import Raw

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


def raw(values):
    n, features = values.shape
    obs = pd.DataFrame(index=[f"o{i}" for i in range(n)])
    return Raw(obs, pd.DataFrame(index=[f"f{i}" for i in range(features)]), values)


@pytest.fixture
def values(rng):
    """Zeros, whole numbers, broken ones, negative ones, missing and infinite ones."""
    numbers = rng.choice([0, 0, 0, 1, 2, 5.5, -3, 7e8, np.nan, np.inf], size=(53, 17))
    numbers[4], numbers[:, 6], numbers[:, 7], numbers[9], numbers[:, 8] = 0, 0, 2, 3, np.nan
    return numbers


@FORMS
@pytest.mark.parametrize("part", [17, 100, 2**22])
def test_figures_are_those_of_pandas_however_the_rows_are_cut(values, form, part, monkeypatch):
    monkeypatch.setattr(module, "PART", part)
    found = figures(raw(form(values)))
    finite = pd.DataFrame(values).replace([np.inf], np.nan)
    for axis, extent in ((0, found.features), (1, found.observations)):
        some = finite.notna().any(axis=axis)
        np.testing.assert_array_equal(extent.low[some], finite.min(axis=axis)[some])
        np.testing.assert_array_equal(extent.high[some], finite.max(axis=axis)[some])
        np.testing.assert_allclose(extent.total, finite.sum(axis=axis))
        np.testing.assert_allclose(extent.squares, (finite**2).sum(axis=axis))
        np.testing.assert_array_equal(extent.missing, np.isnan(values).sum(axis=axis))
        nonzero = (np.nan_to_num(values, nan=0, posinf=1) != 0).sum(axis=axis)
        np.testing.assert_array_equal(extent.nonzero, nonzero)
    kept = values[np.isfinite(values)]
    assert (found.low, found.high) == (kept.min(), kept.max())
    assert found.infinite == np.isinf(values).sum()
    evidence = found.evidence
    assert evidence.missing == np.sum(~np.isfinite(values))
    assert (evidence.low, evidence.high) == (kept.min(), kept.max())
    assert evidence.negative == np.sum(kept < 0)
    assert evidence.broken == np.sum(kept == 5.5)
    assert evidence.ones == np.sum(kept == 1)
    assert found.zero_share == pytest.approx(np.sum(values == 0) / (~np.isnan(values)).sum())
    assert not found.sampled


@FORMS
def test_blank_and_constant_rows_and_columns(form):
    planted = np.arange(1.0, 21).reshape(5, 4)
    planted[:, 1], planted[:, 3] = 0, np.nan
    planted[2, :3], planted[4, :3] = 0, 8
    planted[4, 1] = 0
    found = figures(raw(form(planted)))
    assert np.flatnonzero(found.observations.blank).tolist() == [2]
    assert np.flatnonzero(found.features.blank).tolist() == [1, 3]
    planted[:, 1], planted[2, :3] = 8, np.nan
    found = figures(raw(form(planted)))
    assert np.flatnonzero(found.observations.blank).tolist() == [2]
    assert np.flatnonzero(found.observations.constant).tolist() == [4]
    assert np.flatnonzero(found.features.constant).tolist() == [1]


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int64, np.float32])
def test_every_type_of_number_is_counted(dtype):
    found = figures(raw(np.array([[0, 1], [1, 1]], dtype=dtype)))
    assert (found.low, found.high, found.evidence.ones, found.evidence.whole) == (0, 1, 3, True)


@pytest.mark.parametrize("shape", [(5, 0), (0, 5), (0, 0)])
def test_every_row_is_looked_at_where_there_is_nothing_to_see(shape):
    found = figures(raw(np.zeros(shape)))
    assert len(found.rows) == len(found.observations.low) == shape[0]
    assert len(found.features.low) == shape[1]


def test_parts_of_all_rows_are_all_rows():
    pieces = parts(1003, 7, most=10**9)
    assert np.concatenate([np.arange(p.start, p.stop) for p in pieces]).tolist() == [*range(1003)]


@pytest.mark.parametrize(("n", "features", "most"), [(5000, 3, 300), (100, 10, 300), (70, 9, 600)])
def test_a_sample_reaches_from_the_first_row_to_the_last_and_holds_no_row_twice(n, features, most):
    pieces = parts(n, features, most)
    rows = np.concatenate([np.arange(p.start, p.stop) for p in pieces])
    assert len(set(rows)) == len(rows) <= most / features
    assert rows[0] == 0
    assert rows[-1] == n - 1
    assert np.diff(rows).max() <= n / 10


def test_a_sample_says_so_and_tells_of_its_rows_alone(rng):
    values = rng.poisson(2, (400, 5))
    told = []
    found = figures(raw(values), lambda done, total: told.append((done, total)), most=500)
    assert found.sampled
    np.testing.assert_array_equal(found.observations.total, values[found.rows].sum(axis=1))
    np.testing.assert_array_equal(found.features.total, values[found.rows].sum(axis=0))
    assert told[-1] == (len(found.rows), len(found.rows))


def test_an_empty_matrix_has_no_figures():
    found = figures(raw(np.zeros((0, 4))))
    assert (found.size, found.zero_share, found.missing) == (0, 0, 0)
    assert found.low > found.high
