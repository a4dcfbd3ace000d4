import json

import anndata
import numpy as np
import pytest
from scipy import sparse
from sklearn.impute import SimpleImputer

from vaebio.data.impute import METHODS, Neighbours, from_dict, learn, unobserved
from vaebio.data.transform import log2_intensity
from vaebio.errors import VaebioError

FILLING = [method for method in METHODS if method != "none"]
EVERY = pytest.mark.parametrize("method", FILLING)


@pytest.fixture
def values(rng):
    """80 observations x 12 features of two kinds, a fifth missing; the first 50 are train."""
    kind = rng.integers(0, 2, size=(80, 1))
    values = 20 + kind * rng.normal(0, 3, size=12) + rng.normal(0, 0.3, size=(80, 12))
    values[rng.random(values.shape) < 0.2] = np.nan
    return values.astype(np.float32)


@pytest.fixture
def train(values):
    return values[:50]


@EVERY
def test_nothing_is_missing_after_and_what_was_there_is_untouched(values, train, method):
    before = values.copy()
    filled, mask = learn(method, train).fill(values)
    assert filled.dtype == np.float32
    assert np.isfinite(filled).all()
    assert np.array_equal(mask, np.isnan(before))
    assert np.array_equal(filled[~mask], before[~mask])
    np.testing.assert_array_equal(values, before)


def test_median_is_scikit_learns(values, train):
    stranger = SimpleImputer(strategy="median").fit(train.astype(float))
    filled, _ = learn("median", train).fill(values)
    np.testing.assert_allclose(filled, stranger.transform(values), rtol=1e-6)


def test_half_of_the_minimum_is_the_same_on_both_scales(rng):
    intensities = rng.lognormal(15, 2, size=(40, 9))
    intensities[rng.random(intensities.shape) < 0.3] = 0
    logarithms = log2_intensity(intensities)
    as_they_are = np.where(intensities == 0, np.nan, intensities)
    on_log2, mask = learn("half_minimum", logarithms[:25], scale="log2").fill(logarithms)
    original, _ = learn("half_minimum", as_they_are[:25]).fill(as_they_are)
    np.testing.assert_allclose(np.exp2(on_log2), original, rtol=1e-5)
    smallest = np.nanmin(as_they_are[:25], axis=0)
    np.testing.assert_allclose(original[mask], np.broadcast_to(smallest / 2, mask.shape)[mask])


def test_neighbours_find_the_kind_of_an_observation_and_a_median_does_not(rng):
    kind = np.repeat([-4.0, 4.0], 30)[:, None]
    truth = np.tile(kind, 10) + rng.normal(0, 0.1, size=(60, 10))
    holes = rng.random(truth.shape) < 0.15
    values = np.where(holes, np.nan, truth)
    error = {
        method: np.abs(learn(method, values).fill(values)[0] - truth)[holes].mean()
        for method in ("knn", "median")
    }
    assert error["knn"] < 0.2
    assert error["median"] > 1


def test_neighbours_by_hand(rng):
    nan = np.nan
    train = np.array([[0.0, 10], [1, 20], [2, nan], [50, 99]])
    new = np.array([[1.9, nan], [nan, nan]])
    filled, _ = Neighbours(train.astype(np.float32), 2).fill(new)
    assert filled[0, 1] == 15  # of 20 and 10: the nearest one lacks the feature
    np.testing.assert_allclose(filled[1], [53 / 4, 129 / 3])  # nothing known: means of train


@EVERY
def test_rows_outside_train_change_no_constant_and_no_train_row(values, train, method, rng):
    learned = learn(method, train)
    alone, _ = learned.fill(train)
    other = values.copy()
    other[50:] = rng.normal(1e6, 1e5, size=other[50:].shape)
    other[50:][rng.random(other[50:].shape) < 0.5] = np.nan
    again = learn(method, other[:50])
    for key, content in learned.to_dict().items():
        np.testing.assert_array_equal(content, again.to_dict()[key])
    np.testing.assert_allclose(learned.fill(other)[0][:50], alone, rtol=1e-6)


@EVERY
def test_how_the_rows_are_cut_does_not_matter(values, train, method):
    learned = learn(method, train)
    whole, _ = learned.fill(values)
    parts = [learned.fill(part)[0] for part in np.array_split(values, 9)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_what_was_learned_survives_a_file(values, train, method):
    learned = learn(method, train)
    text = json.dumps(learned.to_dict(), default=np.ndarray.tolist)
    for copy in (from_dict(learned.to_dict()), from_dict(json.loads(text))):
        assert copy.method == method
        if method != "none":
            assert np.array_equal(copy.fill(values)[0], learned.fill(values)[0])


@EVERY
def test_what_was_learned_does_not_follow_its_source(values, train, method):
    learned, new = learn(method, train), values[50:].copy()
    before, _ = learned.fill(new)
    train[:] = 0
    assert np.array_equal(learned.fill(new)[0], before)


@EVERY
def test_a_feature_without_a_value_on_train_is_named_and_refused(values, train, method):
    train[:, [4, 7]] = np.nan
    assert np.flatnonzero(unobserved(train)).tolist() == [4, 7]
    with pytest.raises(VaebioError, match="2 features without a value.*first is feature 5"):
        learn(method, train)


def test_with_no_method_missing_values_are_refused_with_their_place():
    nothing = learn("none", np.array([[1.0, np.nan]]))
    complete = np.array([[1.0, 2]])
    assert np.array_equal(nothing.fill(complete)[0], complete)
    with pytest.raises(VaebioError, match="1 missing values, the first in observation 2, fea.* 1"):
        nothing.fill(np.array([[1.0, 2], [np.nan, 4]]))


def test_an_unknown_method_is_refused_with_the_nearest(train):
    with pytest.raises(VaebioError, match="did you mean `median`"):
        learn("medain", train)


def test_half_of_a_negative_minimum_is_refused():
    with pytest.raises(VaebioError, match="smallest train value of -3 in feature 2"):
        learn("half_minimum", np.array([[1.0, -3.0], [2.0, 5.0]]))


@EVERY
def test_real_intensities_are_filled(shared_data, method):
    values = anndata.read_h5ad(shared_data / "proteomics_alzheimer_csf.h5ad").X
    values = log2_intensity(sparse.csr_matrix(np.nan_to_num(values)))
    train = values[:140]
    known = ~unobserved(train)
    filled, mask = learn(method, train[:, known], scale="log2").fill(values[:, known])
    assert np.isfinite(filled).all()
    assert 0.1 < mask.mean() < 0.4
    assert np.nanmin(values) - 1 <= filled.min() <= filled.max() <= np.nanmax(values)
