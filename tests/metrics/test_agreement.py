import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from vaebio.metrics.agreement import ari, contingency, nmi, with_bootstrap

STRANGERS = ((nmi, normalized_mutual_info_score), (ari, adjusted_rand_score))


def two(n, classes, others, alike, seed=0):
    """Labels, and clusters that copy them with some chance."""
    random = np.random.default_rng(seed)
    labels, clusters = random.integers(0, classes, n), random.integers(0, others, n)
    return labels, np.where(random.random(n) < alike, labels, clusters)


@pytest.mark.parametrize(
    "shape", [(500, 4, 6, 0.5), (60, 9, 2, 0.0), (40, 1, 5, 0.0), (30, 1, 1, 0.0), (9, 9, 9, 1.0)]
)
def test_agreement_is_that_of_scikit_learn(shape):
    labels, clusters = two(*shape)
    for own, stranger in STRANGERS:
        assert own(contingency(labels, clusters)) == pytest.approx(
            stranger(labels, clusters), abs=1e-12
        )


def test_agreement_of_a_hand_computed_case():
    """Of 15 pairs 6 share a label, 3 a cluster, 2 both; 6 x 3 / 15 = 1.2 by chance."""
    table = contingency(np.array(list("aaabbb")), np.array([0, 0, 1, 1, 2, 2]))
    assert ari(table) == pytest.approx((2 - 1.2) / ((6 + 3) / 2 - 1.2))


def test_every_draw_is_a_table_of_as_many_observations():
    """What a draw says is what scikit-learn says of observations that have this table."""
    table = contingency(*two(80, 3, 4, 0.4))
    drawn = table.resampled(20, 0)
    assert (drawn.counts.sum(axis=1) == 80).all()
    for own, stranger in STRANGERS:
        for counts, value in zip(drawn.counts.astype(int), own(drawn), strict=True):
            labels, clusters = (np.repeat(of, counts) for of in (table.row, table.column))
            assert value == pytest.approx(stranger(labels, clusters), abs=1e-12)


@pytest.mark.parametrize(("own", "stranger"), STRANGERS)
def test_to_draw_cells_is_to_draw_observations(own, stranger):
    labels, clusters = two(300, 4, 4, 0.6)
    random = np.random.default_rng(5)
    by_hand = [
        stranger(labels[some], clusters[some]) for some in random.integers(0, 300, (400, 300))
    ]
    found = with_bootstrap(contingency(labels, clusters), own, 400)
    assert found.high - found.value == pytest.approx(1.96 * np.std(by_hand), rel=0.12)
    assert found.value - found.low == pytest.approx(found.high - found.value)


@pytest.mark.parametrize(("own", "stranger"), STRANGERS)
def test_intervals_cover_what_many_observations_would_show(own, stranger):
    truth = stranger(*two(200_000, 4, 5, 0.6, seed=1))
    found = [
        with_bootstrap(contingency(*two(400, 4, 5, 0.6, seed=s)), own, 100) for s in range(2, 102)
    ]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.88 <= covered <= 0.99


def test_intervals_stay_where_values_can_be():
    found = with_bootstrap(contingency(*two(12, 2, 2, 0.8)), ari, 50, least=-0.5)
    assert -0.5 <= found.low < found.high == 1
    perfect = with_bootstrap(contingency(*two(12, 2, 2, 1.0)), ari, 50, least=-0.5)
    assert (perfect.low, perfect.value, perfect.high) == (1, 1, 1)


def test_a_permutation_of_the_labels_is_chance():
    labels, clusters = two(2000, 5, 5, 0.9)
    shuffled = np.random.default_rng(1).permutation(labels)
    assert float(ari(contingency(labels, clusters))) > 0.7
    found = with_bootstrap(contingency(shuffled, clusters), ari, 100, least=-0.5)
    assert found.value == pytest.approx(0, abs=0.01)
    assert found.low < 0 < found.high
