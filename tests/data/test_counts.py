import numpy as np
import pytest
import scanpy
from anndata import AnnData

from vaebio.data import counts


def test_normalisation_equals_scanpys(raw_counts):
    total = counts.totals(raw_counts.X)
    mine = counts.log_normalised(raw_counts.X, total, 1e4)
    stranger = raw_counts.copy()
    scanpy.pp.normalize_total(stranger, target_sum=1e4)
    scanpy.pp.log1p(stranger)
    np.testing.assert_allclose(mine.toarray(), stranger.X.toarray(), rtol=1e-6)


def test_a_part_of_the_counts_gives_the_same_part_of_the_values(raw_counts):
    total = counts.totals(raw_counts.X)
    whole = counts.log_normalised(raw_counts.X, total, 1e4)
    rows, columns = [5, 3, 99], [40, 2, 17, 8, 9]
    part = counts.log_normalised(raw_counts.X[rows][:, columns], total[rows], 1e4)
    assert np.array_equal(part.toarray(), whole.toarray()[np.ix_(rows, columns)])


def test_detection_counts_what_is_above_zero(raw_counts):
    above = raw_counts.X.toarray() > 0
    assert np.array_equal(counts.detected_features(raw_counts.X), above.sum(axis=1))
    assert np.array_equal(counts.detecting_observations(raw_counts.X), above.sum(axis=0))


@pytest.mark.parametrize("n", [5, 20])
def test_dispersed_features_are_scanpys(raw_counts, n):
    values = counts.log_normalised(raw_counts.X, counts.totals(raw_counts.X), 1e4)
    values = values[:, counts.detecting_observations(values) > 0]
    table = scanpy.pp.highly_variable_genes(AnnData(values), n_top_genes=n, inplace=False)
    expected = np.flatnonzero(table["highly_variable"])
    assert len(expected) == n
    assert np.array_equal(counts.most_dispersed(values, n), expected)


def test_integers_are_wide_enough(raw_counts):
    assert counts.as_integers(raw_counts.X).dtype == np.int32
    large = raw_counts.X.copy()
    large.data[0] = 2**40
    assert counts.as_integers(large).max() == 2**40
