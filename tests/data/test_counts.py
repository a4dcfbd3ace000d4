import numpy as np
import scanpy

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


def test_totals_of_some_features_are_exact(raw_counts):
    raw_counts.X.data[::3] *= 2**30
    some = np.arange(60) % 4 == 1
    expected = raw_counts.X.toarray()[:, some].astype(np.int64).sum(axis=1)
    assert np.array_equal(counts.totals(raw_counts.X, some), expected)
    assert np.array_equal(counts.totals(raw_counts.X[:, some]), expected)
