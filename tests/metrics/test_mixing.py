"""Silhouettes of batches and shares of variance, held against the long way round."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from vaebio.metrics import mixing


@pytest.fixture
def drawn():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 90)
    batches = rng.integers(0, 4, 90)
    embedding = rng.normal(size=(90, 5)) + 0.5 * batches[:, None] + 1
    return embedding, batches, labels


def by_pairs(embedding, batches):
    """Widths from all pairwise distances, an observation at a time."""
    distance, found = cdist(embedding, embedding, "cosine"), []
    for i in range(len(embedding)):
        own = batches == batches[i]
        if own.sum() == 1:
            found.append(0.0)
            continue
        a, b = distance[i, own].sum() / (own.sum() - 1), distance[i, ~own].mean()
        found.append((b - a) / max(a, b))
    return np.array(found)


def test_widths_of_batches_are_those_of_all_pairs(drawn):
    embedding, batches, labels = drawn
    batches[np.flatnonzero(labels == 0)[0]] = 4  # a batch of one
    found = mixing.batch_widths(embedding, batches, labels)
    for label, widths in enumerate(found):
        rows = labels == label
        expected = 1 - np.abs(by_pairs(embedding[rows], batches[rows]))
        np.testing.assert_allclose(widths, expected, atol=1e-12)


def test_labels_that_cannot_show_mixing_are_left_out(drawn):
    embedding, batches, labels = drawn
    batches[labels == 0] = 1
    assert len(mixing.batch_widths(embedding, batches, labels)) == 2
    batches[labels == 1] = np.arange((labels == 1).sum())
    assert len(mixing.batch_widths(embedding, batches, labels)) == 1


def test_batches_that_coincide_are_mixed():
    embedding = np.ones((12, 3))
    [widths] = mixing.batch_widths(embedding, np.arange(12) % 2, np.zeros(12, dtype=int))
    np.testing.assert_array_equal(widths, 1)


def test_isolated_labels_are_those_of_the_fewest_batches(drawn):
    embedding, batches, labels = drawn
    batches[labels == 2] = 0
    [widths] = mixing.label_widths(embedding, batches, labels)
    assert len(widths) == (labels == 2).sum()
    batches[:] = 0
    assert len(mixing.label_widths(embedding, batches, labels)) == 3


def test_the_share_between_batches_is_that_of_regressions_on_the_components(drawn):
    embedding, batches, _ = drawn
    linear = PCA().fit(embedding)
    scores, told = linear.transform(embedding), np.eye(4)[batches]
    r2 = [LinearRegression().fit(told, s).score(told, s) for s in scores.T]
    expected = np.average(r2, weights=linear.explained_variance_)
    assert mixing.share_between(embedding, batches) == pytest.approx(expected, rel=1e-10)


def test_the_share_before_is_that_of_fifty_components():
    rng = np.random.default_rng(0)
    batches = np.arange(120) % 3
    x = rng.normal(size=(120, 80)) + 0.3 * batches[:, None]
    scores = PCA(50, svd_solver="full").fit_transform(x)
    expected = mixing.share_between(scores, batches)
    assert mixing.share_before(x, batches) == pytest.approx(expected, rel=1e-8)
    assert expected > mixing.share_between(x, batches), "what is left out is noise"


def test_without_variance_there_is_no_share():
    assert np.isnan(mixing.share_between(np.ones((6, 2)), np.arange(6) % 2))
    assert mixing.share_before(np.arange(6.0)[:, None], np.arange(6) // 3) > 0
