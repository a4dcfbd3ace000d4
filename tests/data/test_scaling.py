import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from vaebio.data import scaling
from vaebio.data.scaling import moments, scaled, unscaled, varying

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


@pytest.fixture
def values(rng):
    values = rng.poisson(0.7, size=(50, 30)).astype(np.float32) * rng.gamma(2.0, size=30)
    return values.astype(np.float32)


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


def test_blocks_do_not_change_the_moments(values, monkeypatch):
    whole = moments(values)
    monkeypatch.setattr(scaling, "_BLOCK", 7)
    for one, other in zip(whole, moments(values), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


@FORMS
def test_varying_is_exact_where_a_variance_is_not(form):
    values = np.full((49, 3), 0.1, np.float64)
    values[0, 1] = np.nextafter(0.1, 1)
    values[:, 2] = 0
    assert varying(form(values)).tolist() == [False, True, False]
