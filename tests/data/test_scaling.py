import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from vaebio.data import scaling
from vaebio.data.scaling import Moments, scaled, unscaled

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


@pytest.fixture
def values(rng):
    values = rng.poisson(0.7, size=(50, 30)).astype(np.float32) * rng.gamma(2.0, size=30)
    return values.astype(np.float32)


def found(values, cuts=()):
    """Moments of values that come in parts, cut at some rows."""
    moments = Moments(values.shape[1])
    for start, end in zip((0, *cuts), (*cuts, values.shape[0]), strict=True):
        moments.add(values[start:end])
    return moments.end()


def moments(values):
    return found(values).mean, found(values).deviation


@FORMS
def test_moments_and_scaled_equal_the_standard_scaler(values, form):
    stranger = StandardScaler().fit(values.astype(float))
    mean, scale = moments(form(values))
    np.testing.assert_allclose(mean, stranger.mean_, rtol=1e-12)
    np.testing.assert_allclose(scale, stranger.scale_, rtol=1e-12)
    z = scaled(form(values), mean, scale, None)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, stranger.transform(values), atol=2e-6)


@FORMS
def test_unscaled_takes_back_what_was_not_clipped(values, form):
    mean, scale = moments(values)
    z = scaled(form(values), mean, scale, 2.0)
    assert np.abs(z).max() == 2.0
    back, inside = unscaled(z, mean, scale), np.abs(z) < 2
    assert 0 < inside.sum() < inside.size
    np.testing.assert_allclose(back[inside], values[inside], atol=1e-5)
    assert np.abs(back - values)[~inside].max() > 0.1


def test_scaled_leaves_its_input_alone(values):
    before = values.copy()
    mean, scale = moments(values)
    scaled(values, mean, scale, 1.0)
    assert np.array_equal(values, before)


@FORMS
def test_parts_change_no_bit_and_blocks_only_rounding(values, form, monkeypatch):
    whole = found(form(values))
    monkeypatch.setattr(scaling, "BLOCK", 8)
    one, other = found(form(values)), found(form(values), cuts=(1, 9, 30))
    for name in ("n", "mean", "deviation", "low", "high"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
        np.testing.assert_allclose(getattr(one, name), getattr(whole, name), rtol=1e-12)


@FORMS
def test_missing_values_are_passed_over(values, form, rng, monkeypatch):
    monkeypatch.setattr(scaling, "BLOCK", 8)
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:20, 4] = np.nan
    moments = found(form(values))
    exact = values.astype(float)
    np.testing.assert_array_equal(moments.n, np.sum(~np.isnan(values), axis=0))
    np.testing.assert_allclose(moments.mean, np.nanmean(exact, axis=0), rtol=1e-12)
    np.testing.assert_allclose(moments.deviation, np.nanstd(exact, axis=0), rtol=1e-12)
    np.testing.assert_array_equal(moments.low, np.nanmin(exact, axis=0))
    np.testing.assert_array_equal(moments.high, np.nanmax(exact, axis=0))


def test_a_large_mean_costs_few_digits_of_the_deviation(rng):
    values = rng.normal(1e8, 1.0, size=(3000, 2))
    np.testing.assert_allclose(found(values).deviation, values.std(axis=0), rtol=1e-8)


@FORMS
def test_varying_is_exact_where_a_variance_is_not(form):
    values = np.full((49, 4), 0.1, np.float64)
    values[0, 1] = np.nextafter(0.1, 1)
    values[:, 2] = 0
    values[:, 3] = np.nan
    assert found(form(values)).varying.tolist() == [False, True, False, False]
