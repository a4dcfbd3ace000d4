import numpy as np
import pytest

from vaebio.metrics import clustering
from vaebio.metrics.panel import CLUSTERING, clustering_rows, mean_row
from vaebio.terms import MEASURES

OPTIONS = {"neighbours": 10, "resolutions": (0.5, 1.0), "seed": 0}


@pytest.fixture
def embedding():
    return np.random.default_rng(0).normal(size=(60, 3))


LABELS = np.repeat(["a", "b"], 30)


def test_every_measure_has_its_term(embedding):
    rows = clustering_rows(embedding, LABELS, "all", **OPTIONS)
    assert [r.measure for r in rows] == list(CLUSTERING)
    assert set(CLUSTERING) <= set(MEASURES)
    assert all(r.value is not None and r.reason == "" for r in rows)


def test_the_rows_are_the_single_measures(embedding):
    rows = {r.measure: r.value for r in clustering_rows(embedding, LABELS, "all", **OPTIONS)}
    found = clustering.agreement(LABELS, clustering.kmeans(embedding, 2, 0))
    assert (rows["kmeans_nmi"], rows["kmeans_ari"]) == (found.nmi, found.ari)
    assert rows["silhouette"] == clustering.silhouette(embedding, LABELS)


@pytest.mark.parametrize(
    ("labels", "change", "reason"),
    [
        (None, 1.0, "no label"),
        (np.repeat("a", 60), 1.0, "same label"),
        (np.arange(60).astype(str), 1.0, "60 labels for 60"),
        (LABELS, np.nan, "not finite"),
        (LABELS, 0.0, "collapsed"),
    ],
)
def test_what_cannot_be_measured_is_absent_with_its_reason(embedding, labels, change, reason):
    for row in clustering_rows(embedding * change, labels, "test", **OPTIONS):
        assert row.value is None
        assert reason in row.reason


def test_a_mean_that_is_not_finite_is_absent():
    row = mean_row("test", "mse", np.array([1.0, np.inf]))
    assert row.value is None
    assert "diverged" in row.reason
