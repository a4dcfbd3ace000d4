"""What is done to the values of each kind, against planted values and other implementations."""

import numpy as np
import pytest
import scanpy
from anndata import AnnData, read_h5ad
from scipy import sparse
from sklearn.impute import KNNImputer

from vaebio.cli.inputs import facts_of
from vaebio.data.constants import Preparation
from vaebio.data.prepare import prepare, prepare_like
from vaebio.data.raw import Raw
from vaebio.errors import VaebioError
from vaebio.settings import Prepare
from vaebio.training.suitable import suitable


def dense(values):
    return values.toarray() if sparse.issparse(values) else values


@pytest.fixture
def made(tmp_path):
    """A function that prepares a raw data set and reads the file."""

    def make(adata, kind="auto", **settings):
        how = {"label": "label", "batch": "", "name": "d"}
        prepare(Raw.of(adata), tmp_path / "p.h5ad", kind=kind, settings=Prepare(**settings), **how)
        return read_h5ad(tmp_path / "p.h5ad")

    return make


def told(prepared, key="steps"):
    return " ".join(prepared.uns["vaebio"][key])


def observed(raw, prepared):
    """Values of the kept features, and which train observations there are."""
    return np.array(dense(raw[:, prepared.var_names].X)), (
        prepared.obs["split"] == "train"
    ).to_numpy()


def test_intensities_become_logarithms_and_half_the_least_fills_what_is_missing(
    made, raw_intensity
):
    prepared = made(raw_intensity)
    values, train = observed(raw_intensity, prepared)
    missing = np.isnan(values) | (values == 0)
    assert 0.05 < missing.mean() < 0.6
    assert np.array_equal(dense(prepared.layers["imputed"]) == 1, missing)
    logs = np.log2(np.where(missing, np.nan, values))
    filled = np.where(missing, np.nanmin(logs[train], axis=0) - 1, logs)
    np.testing.assert_allclose(prepared.X, filled, rtol=1e-6)
    np.testing.assert_allclose(prepared.var["mean"], np.nanmean(logs[train], axis=0), rtol=1e-6)
    np.testing.assert_allclose(prepared.var["scale"], np.nanstd(logs[train], axis=0), rtol=1e-5)
    assert f"Filled {missing.sum():,} missing values" in told(prepared)


def test_features_that_are_mostly_missing_on_train_are_dropped(made, raw_intensity):
    prepared = made(raw_intensity, max_missing=0.2)
    train = (prepared.obs["split"] == "train").to_numpy()
    share = np.mean(~(raw_intensity.X[train] > 0), axis=0)
    assert list(prepared.var_names) == list(raw_intensity.var_names[share <= 0.2])
    assert f"Dropped {np.sum(share > 0.2)} features missing in more than 20%" in told(prepared)


def test_a_feature_missing_in_just_the_share_that_may_be_stays(made, raw_intensity):
    train = (made(raw_intensity).obs["split"] == "train").to_numpy()
    share = np.mean(~(raw_intensity.X[train] > 0), axis=0)
    limit = np.sort(share)[len(share) // 2]
    kept = raw_intensity.var_names[share <= limit]
    assert list(made(raw_intensity, max_missing=float(limit)).var_names) == list(kept)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])
def test_sparse_intensities_are_the_same(made, raw_intensity, form):
    expected = made(raw_intensity)
    raw_intensity.X = form(raw_intensity.X)
    assert np.array_equal(made(raw_intensity).X, expected.X)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])
def test_missing_continuous_values_get_the_median_of_train(made, raw_missing, form):
    raw_missing.X = form(raw_missing.X)
    prepared = made(raw_missing)
    assert "f5" not in prepared.var_names  # missing in four of five
    values, train = observed(raw_missing, prepared)
    median = np.nanmedian(values[train].astype(np.float32), axis=0)
    np.testing.assert_allclose(prepared.X, np.where(np.isnan(values), median, values), rtol=1e-6)
    assert np.array_equal(dense(prepared.layers["imputed"]) == 1, np.isnan(values))


def test_nearest_neighbours_are_those_of_train(made, raw_missing):
    prepared = made(raw_missing, impute="knn")
    values, train = observed(raw_missing, prepared)
    values = values.astype(np.float32).astype(float)
    stranger = KNNImputer(n_neighbors=5).fit(values[train]).transform(values)
    np.testing.assert_allclose(prepared.X, stranger, rtol=1e-5, atol=1e-6)
    constants = Preparation.from_json(Preparation.of(prepared).to_json())
    again, _ = prepare_like(raw_missing[[3, 80]], constants)
    assert np.array_equal(again, prepared.X[[3, 80]])


def test_missing_values_can_be_refused(made, raw_missing, raw_intensity):
    with pytest.raises(VaebioError, match="(?s)missing values .*`prepare.impute` is none"):
        made(raw_missing, impute="none")
    with pytest.raises(VaebioError, match="half_minimum`, but the values are of kind `continuous`"):
        made(raw_missing, impute="half_minimum")
    with pytest.raises(VaebioError, match="every feature is missing in more than 0%"):
        made(raw_intensity[:, np.isnan(raw_intensity.X[:84]).any(axis=0)], max_missing=0)


@pytest.mark.parametrize("name", ["missing", "intensity"])
def test_observations_without_any_value_are_dropped(made, request, name):
    raw = request.getfixturevalue(f"raw_{name}")
    raw.X[[5, 70]] = np.nan
    prepared = made(raw)
    assert list(prepared.obs_names) == [o for o in raw.obs_names if o not in ("o5", "o70")]
    assert "Dropped 2 observations with fewer than 1 detected features." in told(prepared)


def test_observations_with_few_intensities_are_dropped(made, raw_intensity):
    found = np.sum(raw_intensity.X > 0, axis=1)
    least = int(np.median(found))
    prepared = made(raw_intensity, min_features=least)
    assert list(prepared.obs_names) == list(raw_intensity.obs_names[found >= least])


def test_a_model_without_missing_values_refuses_them(made, raw_continuous):
    constants = Preparation.of(made(raw_continuous))
    raw_continuous.X[2, 7] = np.nan
    with pytest.raises(VaebioError, match="missing values, the first in observation `o2`"):
        prepare_like(raw_continuous, constants)


def test_fractions_become_m_values(made, raw_fraction):
    prepared = made(raw_fraction)
    b, _ = observed(raw_fraction, prepared)
    np.testing.assert_allclose(prepared.X, np.log2((b + 0.001) / (1 - b + 0.001)), rtol=1e-5)
    assert suitable("auto", facts_of(prepared))[0] == "gaussian"


def test_fractions_that_stay_suit_the_bernoulli_likelihood(made, raw_fraction):
    prepared = made(raw_fraction, transform="none")
    np.testing.assert_array_equal(prepared.X, raw_fraction.X.astype(np.float32))
    assert suitable("auto", facts_of(prepared))[0] == "bernoulli"


def test_zeros_and_ones_stay_sparse_and_suit_bernoulli(made, raw_binary):
    prepared = made(raw_binary)
    assert sparse.issparse(prepared.X)
    assert "f0" not in prepared.var_names  # never detected
    assert np.array_equal(dense(prepared.X), dense(raw_binary[:, prepared.var_names].X))
    assert "counts" not in prepared.layers
    assert suitable("auto", facts_of(prepared))[0] == "bernoulli"


def test_counts_can_be_made_binary(made, raw_counts):
    with pytest.raises(VaebioError, match="(?s)neither 0 nor 1.*prepare.binarise"):
        made(raw_counts, "binary")
    prepared = made(raw_counts, "binary", binarise=True)
    values = dense(raw_counts[:, prepared.var_names].X)
    assert np.array_equal(dense(prepared.X), values > 0)
    assert "Took every value above 0 for 1." in told(prepared)
    again, total = prepare_like(raw_counts[[4, 60]], Preparation.of(prepared))
    assert np.array_equal(dense(again), dense(prepared.X[[4, 60]]))
    assert total is None


@pytest.mark.parametrize("flavour", ["seurat_v3", "pearson"])
def test_variable_features_of_counts_are_scanpys(made, raw_counts, flavour):
    prepared = made(raw_counts, features=20, select=flavour)
    train = raw_counts[prepared.obs_names[prepared.obs["split"] == "train"]].X
    seen = np.flatnonzero((train > 0).sum(axis=0).A1 >= 3)
    stranger = AnnData(train[:, seen])
    if flavour == "seurat_v3":
        hvg = scanpy.pp.highly_variable_genes
        table = hvg(stranger, flavor="seurat_v3", n_top_genes=20, inplace=False)
    else:
        hvg = scanpy.experimental.pp.highly_variable_genes
        table = hvg(stranger, flavor="pearson_residuals", n_top_genes=20, inplace=False)
    best = seen[table["highly_variable"].to_numpy()]
    assert list(prepared.var_names) == list(raw_counts.var_names[best])


@pytest.mark.parametrize("measure", ["variance", "mad"])
def test_variable_features_of_normalised_counts(made, raw_counts, measure):
    every = made(raw_counts)
    train = dense(every.X[(every.obs["split"] == "train").to_numpy()]).astype(float)
    middle = np.mean if measure == "variance" else np.median
    apart = np.abs(train - middle(train, axis=0)) ** (2 if measure == "variance" else 1)
    spread = middle(apart, axis=0)
    picked = every.var_names.get_indexer(made(raw_counts, features=10, select=measure).var_names)
    assert spread[picked].min() >= np.delete(spread, picked).max() * (1 - 1e-6)


def test_none_keeps_all_features(made, raw_continuous):
    assert made(raw_continuous, select="none", features=5).n_vars == 39


def test_measures_of_counts_need_counts(made, raw_continuous):
    with pytest.raises(VaebioError, match="(?s)select: pearson.*`continuous`.*overrides"):
        made(raw_continuous, select="pearson")


@pytest.mark.parametrize("name", ["intensity", "fraction", "binary"])
def test_new_observations_of_another_kind_are_refused(made, request, name):
    raw = request.getfixturevalue(f"raw_{name}")
    constants = Preparation.of(made(raw))
    raw.X = sparse.csr_matrix(dense(raw.X) - 7) if sparse.issparse(raw.X) else raw.X - 7
    with pytest.raises(VaebioError, match=f"kind `{name}`, but"):
        prepare_like(raw, constants)
