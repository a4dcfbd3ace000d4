import anndata
import numpy as np
import pytest
from scipy import sparse
from scipy.special import logit

from vaebio.data.transform import (
    OFFSET,
    binarised,
    log2_intensity,
    m_values,
)
from vaebio.errors import VaebioError

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


@FORMS
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_logarithms_of_intensities_by_hand(form, dtype):
    values = np.array([[1, 2, 0], [0, 1024, 8]], dtype=dtype)
    logarithms = log2_intensity(form(values))
    assert logarithms.dtype == np.float32
    np.testing.assert_array_equal(logarithms, [[0, 1, np.nan], [np.nan, 10, 3]])


def test_intensities_come_back_where_they_were_known(rng):
    values = rng.lognormal(15, 4, size=(30, 20))
    values[rng.random(values.shape) < 0.2] = np.nan
    before = values.copy()
    back = np.exp2(log2_intensity(values).astype(np.float64))
    np.testing.assert_allclose(back, values, rtol=2e-6)
    np.testing.assert_array_equal(values, before)


def test_missing_and_zero_are_both_missing_on_real_intensities(shared_data):
    values = anndata.read_h5ad(shared_data / "proteomics_alzheimer_csf.h5ad").X
    dense = values.toarray() if sparse.issparse(values) else np.asarray(values)
    logarithms = log2_intensity(dense)
    unknown = np.isnan(dense) | (dense == 0)
    assert 0.1 < unknown.mean() < 0.4
    np.testing.assert_array_equal(np.isnan(logarithms), unknown)
    assert 0 < np.nanmin(logarithms) < np.nanmax(logarithms) < 40


@FORMS
def test_a_negative_intensity_is_refused_with_its_place(form):
    values = np.array([[1.0, 2.0], [0.0, -3.5], [4.0, 5.0]])
    with pytest.raises(
        VaebioError, match="1 values like -3.5, the first in observation 2, fea.* 2"
    ):
        log2_intensity(form(values))


@FORMS
def test_m_values_are_the_logit_in_bits_when_the_offset_is_small(rng, form):
    beta = rng.uniform(0.05, 0.95, size=(20, 10))
    np.testing.assert_allclose(m_values(form(beta), 1e-9), logit(beta) / np.log(2), rtol=1e-6)


@pytest.mark.parametrize("offset", [OFFSET, 0.01, 1.0])
def test_m_values_are_bounded_symmetric_and_rising(offset):
    beta = np.linspace(0, 1, 101)[None]
    m = m_values(beta, offset)
    assert m.dtype == np.float32
    assert m.max() == pytest.approx(np.log2(1 + 1 / offset), rel=1e-6)
    np.testing.assert_allclose(m, -m[:, ::-1], atol=1e-6)
    assert np.all(np.diff(m) > 0)


@FORMS
def test_fractions_come_back(rng, form):
    beta = rng.beta(0.3, 0.3, size=(40, 10))
    beta[0, :2] = 0, 1
    odds = np.exp2(m_values(form(beta)).astype(np.float64))
    back = (odds * (1 + OFFSET) - OFFSET) / (1 + odds)
    np.testing.assert_allclose(back, beta, atol=2e-6)


def test_a_missing_fraction_stays_missing():
    assert np.isnan(m_values(np.array([[np.nan, 0.5]]))).tolist() == [[True, False]]


@FORMS
@pytest.mark.parametrize("value", [-0.1, 1.5, 87.0])
def test_what_is_no_fraction_is_refused(form, value):
    with pytest.raises(VaebioError, match=rf"{value:g}, the first in observation 1, feature 2"):
        m_values(form(np.array([[0.5, value]])))


@FORMS
def test_binarised_says_what_is_there(rng, form):
    values = rng.poisson(0.8, size=(30, 20)) * 1e-60  # 0 in single precision
    found = binarised(form(values))
    assert found.dtype == np.float32
    assert sparse.issparse(found) == sparse.issparse(form(values))
    dense = found.toarray() if sparse.issparse(found) else found
    assert np.array_equal(dense, values > 0)


def test_true_and_false_are_one_and_zero():
    assert binarised(np.array([[True, False]])).tolist() == [[1, 0]]


def test_binarised_keeps_what_is_missing_and_refuses_what_is_negative():
    np.testing.assert_array_equal(binarised(np.array([[np.nan, 2, 0]])), [[np.nan, 1, 0]])
    with pytest.raises(VaebioError, match="like -2"):
        binarised(sparse.csr_matrix(np.array([[0, -2, 1]])))
