import anndata
import numpy as np
import pytest
import scanpy
from anndata import AnnData
from scipy import sparse, stats
from skmisc.loess import loess

from vaebio.data import variable
from vaebio.data.tally import Tally
from vaebio.data.variable import (
    mad,
    most_variable,
    residual_variance,
    standardised_variance,
)


@pytest.fixture
def simulated(rng):
    """300 x 400 counts, of rare and of frequent features, some of them dispersed."""
    rate = rng.lognormal(0, 1.5, size=400)
    shape = rng.choice([0.3, 3.0, 30.0], size=400)
    depth = rng.lognormal(0, 0.4, size=(300, 1))
    counts = rng.negative_binomial(shape, shape / (shape + rate * depth))
    counts[:, 5] = 0
    counts[:, 6] = 2  # constant
    return sparse.csr_matrix(counts.astype(np.float64))


def real(shared_data, name):
    return sparse.csr_matrix(anndata.read_h5ad(shared_data / name).X, dtype=np.float64)


def tallied(counts):
    tally = Tally(counts.shape[1])
    for part in chunks(counts, 5):
        tally.add(part)
    return tally


def chunks(counts, n):
    edges = np.linspace(0, counts.shape[0], n + 1).astype(int)
    return [counts[a:b] for a, b in zip(edges[:-1], edges[1:], strict=True)]


def assert_same_choice(chosen, strangers, measure, n):
    """Equal but for features as variable as the last chosen one, of which scanpy takes any."""
    last = np.sort(measure)[-n]
    tied = np.isclose(measure, last, rtol=1e-9)
    mine = np.isin(np.arange(len(measure)), chosen)
    assert len(chosen) == n
    assert tied.sum() < 0.02 * n + 2
    assert np.array_equal(mine[~tied], strangers.to_numpy()[~tied])
    assert np.all(np.diff(mine[tied].astype(int)) <= 0)  # the first stay


def assert_equals_scanpys_seurat_v3(counts, n):
    table = scanpy.pp.highly_variable_genes(
        AnnData(counts), flavor="seurat_v3", n_top_genes=n, inplace=False
    )
    tally = tallied(counts)
    measure, told = standardised_variance(tally)
    assert told == ""
    np.testing.assert_allclose(measure, table["variances_norm"], rtol=1e-6, atol=1e-9)
    assert_same_choice(most_variable(measure, n), table["highly_variable"], measure, n)


def assert_equals_scanpys_pearson(counts, n, theta):
    table = scanpy.experimental.pp.highly_variable_genes(
        AnnData(counts), flavor="pearson_residuals", n_top_genes=n, theta=theta, inplace=False
    )
    tally = tallied(counts)
    measure = residual_variance(chunks(counts, 3), tally, theta)
    np.testing.assert_allclose(measure, table["residual_variances"], rtol=1e-9, atol=1e-12)
    assert_same_choice(most_variable(measure, n), table["highly_variable"], measure, n)


REAL = pytest.mark.parametrize(
    "name", ["pbmc_facs_600.h5ad", "pbmc68k_reduced_counts.h5ad", "sc_mixology_1500hvg.h5ad"]
)


def test_seurat_v3_is_scanpys_on_simulated_counts(simulated):
    assert_equals_scanpys_seurat_v3(simulated, 100)


@REAL
def test_seurat_v3_is_scanpys_on_real_counts(shared_data, name):
    assert_equals_scanpys_seurat_v3(real(shared_data, name), 500)


@pytest.mark.parametrize("theta", [100.0, 5.0])
def test_pearson_is_scanpys_on_simulated_counts(simulated, theta):
    assert_equals_scanpys_pearson(simulated, 100, theta)


@REAL
def test_pearson_is_scanpys_on_real_counts(shared_data, name):
    assert_equals_scanpys_pearson(real(shared_data, name), 500, 100.0)


def test_pearson_residuals_of_few_observations_are_cut(simulated):
    assert_equals_scanpys_pearson(simulated[:40] * 10, 100, 100.0)


def test_cutting_the_rows_and_the_work_changes_rounding_alone(simulated, monkeypatch):
    tally = tallied(simulated)
    whole = residual_variance([simulated], tally)
    monkeypatch.setattr(variable, "_BLOCK", 900)
    np.testing.assert_allclose(residual_variance(chunks(simulated, 50), tally), whole, rtol=1e-12)


def test_an_observation_without_counts_has_no_residual(simulated):
    empty = sparse.vstack([simulated, sparse.csr_matrix((1, 400))], format="csr")
    measure = residual_variance([empty], tallied(empty))
    assert np.isfinite(measure).all()
    assert np.corrcoef(measure, residual_variance([simulated], tallied(simulated)))[0, 1] > 0.999


@pytest.mark.parametrize("features", [1, 2, 3, 5, 9, 10, 12, 40])
def test_few_features_are_no_crash(rng, features):
    counts = sparse.csr_matrix(rng.poisson(rng.lognormal(size=features), size=(50, features)))
    measure, _ = standardised_variance(tallied(counts))
    assert np.isfinite(measure).all()
    assert len(most_variable(measure, 2)) == min(2, features)


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 5, 8])
def test_few_different_means_are_no_crash_and_the_planted_feature_is_first(rng, levels):
    """Rarely detected features share a handful of means, where a local parabola has no answer."""
    counts = np.zeros((200, 600), dtype=int)
    for feature in range(600):
        counts[rng.choice(200, size=3 + feature % levels, replace=False), feature] = 1
    counts[:, 77] = 0
    counts[11, 77] = 3  # the mean of the rarest ones, in one observation
    measure, told = standardised_variance(tallied(sparse.csr_matrix(counts)))
    assert "Too few features differ in their mean" in told
    assert np.isfinite(measure).all()
    assert np.argmax(measure) == 77


@pytest.mark.parametrize("seed", [1892, 3511, 5375])
def test_a_trend_stays_near_its_points_where_a_local_parabola_does_not(seed):
    rng = np.random.default_rng(seed)
    x = rng.choice(rng.normal(size=11), 12)
    y = 1.2 * x + rng.normal(0, 0.3, size=12)
    wild = loess(x, y, span=0.5, degree=2)
    wild.fit()
    assert np.abs(wild.outputs.fitted_values - y).max() > 3 * np.ptp(y)
    fitted, _ = variable._trend(x, y)
    assert np.abs(fitted - y).max() < np.ptp(y)


def test_features_that_never_vary_have_no_variance():
    counts = sparse.csr_matrix(np.full((20, 4), 3))
    measure, _ = standardised_variance(tallied(counts))
    assert np.array_equal(measure, np.zeros(4))


def test_of_equal_ones_the_first_stay_and_what_is_unknown_is_last():
    assert most_variable(np.array([1.0, 3, 3, 3, 2]), 2).tolist() == [1, 2]
    assert most_variable(np.array([np.nan, 0, np.nan, 5]), 3).tolist() == [0, 1, 3]
    assert most_variable(np.array([4.0, 5]), 9).tolist() == [0, 1]


@pytest.mark.parametrize("block", [2**22, 100])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])
def test_median_absolute_deviation_is_scipys(rng, form, block, monkeypatch):
    monkeypatch.setattr(variable, "_BLOCK", block)
    values = rng.poisson(1.0, size=(31, 12)) * rng.normal(size=12)
    np.testing.assert_allclose(mad(form(values)), stats.median_abs_deviation(values), rtol=1e-12)


def test_median_absolute_deviation_passes_over_what_is_missing(rng):
    values = rng.normal(size=(40, 6))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:, 4] = np.nan
    expected = stats.median_abs_deviation(values[:, :4], nan_policy="omit")
    found = mad(values)
    np.testing.assert_allclose(found[:4], expected, rtol=1e-12)
    assert np.isnan(found[4])
