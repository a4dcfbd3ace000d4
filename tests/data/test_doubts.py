import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.data import doubts
from vaebio.data.counts import log_normalised, totals
from vaebio.data.evidence import Evidence
from vaebio.data.logarithm import base_of_log_counts


def evidence(values):
    found = Evidence()
    found.add(values, pd.RangeIndex(values.shape[0]), pd.RangeIndex(values.shape[1]))
    return found


def counted(values):
    found = [*doubts.about_values(evidence(values), "counts", None)]
    return found + [*doubts.about_same_total(totals(sparse.csr_matrix(values)), "counts")]


def continuous(values):
    log_base = base_of_log_counts(values[:50])
    return " ".join(doubts.about_values(evidence(values), "continuous", log_base))


def intensity(values):
    return " ".join(doubts.about_values(evidence(values), "intensity", None))


def test_raw_counts_are_not_warned_about(raw_counts):
    assert counted(raw_counts.X) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[0, 1], [1, 1]], "Every value is 0 or 1"),
        ([[1, 9], [5, 5]], "the same total (10)"),
        ([[120, 4000], [0, 99]], "smallest value above 0 is 99"),
    ],
)
@pytest.mark.parametrize("form", [np.array, sparse.csr_matrix], ids=["dense", "csr"])
def test_whole_numbers_that_are_no_counts(form, values, message):
    assert message in " ".join(counted(form(values)))


@pytest.mark.parametrize("form", [np.asarray, lambda x: x.toarray()], ids=["csr", "dense"])
def test_logarithms_of_counts_are_recognised(raw_counts, form):
    logs = log_normalised(raw_counts.X, totals(raw_counts.X), 1e4)
    assert "log(1 + normalised counts)" in continuous(logs if form is np.asarray else form(logs))


def test_intensities_are_recognised_and_their_logarithms_pass(rng):
    intensities = rng.lognormal(10, 3, size=(60, 40))
    assert "four orders of magnitude" in continuous(intensities)
    assert "no logarithms" in continuous(rng.uniform(500, 2000, size=(60, 40)))
    assert continuous(np.log2(intensities + 1)) == ""
    assert continuous(rng.normal(size=(60, 40))) == ""
    assert continuous(rng.uniform(size=(60, 40))) == ""


def test_logarithms_declared_as_intensities_are_recognised(rng):
    assert "may be logarithms already" in intensity(rng.uniform(10, 30, size=(60, 40)))
    assert intensity(rng.lognormal(10, 3, size=(60, 40))) == ""


@pytest.mark.parametrize(
    ("value", "message"),
    [(2.5, "not whole numbers (for instance 2.5)"), (-999, "negative (for instance -999)")],
)
def test_a_few_values_that_keep_all_from_being_counts_are_told(rng, value, message):
    counts = rng.poisson(3.0, size=(60, 40)).astype(float)
    assert [*doubts.about_almost_counts(evidence(counts), "counts")] == []
    counts[5, 7] = value
    assert message in " ".join(doubts.about_almost_counts(evidence(counts), "continuous"))


def test_logarithms_that_are_mostly_zeros_are_not_almost_counts(rng):
    values = np.where(rng.random((60, 400)) < 0.001, rng.normal(3, 0.1, (60, 400)), 0)
    assert 0 < np.count_nonzero(values) < 0.01 * values.size
    assert [*doubts.about_almost_counts(evidence(values), "continuous")] == []
