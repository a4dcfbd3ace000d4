import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.data import caution
from vaebio.data.counts import log_normalised, totals
from vaebio.data.evidence import Evidence


def evidence(values):
    found = Evidence()
    found.add(values, pd.RangeIndex(values.shape[0]), pd.RangeIndex(values.shape[1]))
    return found


@pytest.mark.parametrize(("n", "warned"), [(99, True), (100, False)])
def test_few_train_observations(n, warned):
    assert bool(caution.about_split(np.array(["train"] * n + ["test"] * 50))) == warned


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["x"] * 4, "All observations have the same label (`x` in `type`)"),
        (["x", "y", "z", "w"], "Every observation has a label of its own"),
        (["x", "x", "y", "z"], None),
    ],
)
def test_labels_that_say_little(values, message):
    found = " ".join(caution.about_classes("label", "type", np.array(values)))
    assert message in found if message else not found


def test_labels_absent_from_a_split_are_named():
    labels = np.array(["a", "b", "a", "b", "a"])
    split = np.array(["train", "train", "validation", "validation", "test"])
    assert caution.about_absent(labels, split) == ["No test observation of `b`: too few of them."]


def counted(values):
    return caution.about_counts(evidence(values), totals(sparse.csr_matrix(values)))


def continuous(values):
    return " ".join(caution.about_continuous(evidence(values), values[:50]))


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
    assert continuous(np.log2(intensities + 1)) == ""
    assert continuous(rng.normal(size=(60, 40))) == ""
    assert continuous(rng.uniform(size=(60, 40))) == ""


def test_logarithms_declared_as_intensities_are_recognised(rng):
    logs = evidence(rng.uniform(10, 30, size=(60, 40)))
    assert "may be logarithms already" in " ".join(
        caution.about_values("intensity", logs, np.empty(0), np.empty((0, 40)))
    )
    intensities = evidence(rng.lognormal(10, 3, size=(60, 40)))
    assert caution.about_values("intensity", intensities, np.empty(0), np.empty((0, 40))) == []
