import numpy as np
import pytest
from scipy import stats

from vaebio.choosing.correlations import correlations, rank_correlation
from vaebio.terms import COLUMNS
from vaebio.terms.choosing import DOWNSTREAM_NAMES, RECONSTRUCTED


def drawn(groups, members, relation, seed, noise=0.3):
    """Groups with two related traits, and repetitions of each with noise."""
    rng = np.random.default_rng(seed)
    spread = np.linalg.cholesky([[1, relation], [relation, 1]])
    traits = rng.normal(size=(groups, 1, 2)) @ spread.T
    x, y = (traits + noise * rng.normal(size=(groups, members, 2))).reshape(-1, 2).T
    return x, y, np.repeat(np.arange(groups), members)


def test_the_correlation_is_that_of_scipy_with_and_without_ties():
    x, y, groups = drawn(8, 3, 0.5, 0)
    for a, b in ((x, y), (np.round(x), np.round(y))):
        known = stats.spearmanr(a, b).statistic
        assert rank_correlation(a, b, groups, 10).value == pytest.approx(known)


def test_the_interval_is_that_of_groups_drawn_one_by_one():
    x, y, groups = drawn(6, 2, 0.5, 1)
    random = np.random.default_rng(3)
    rows = []
    for counts in random.multinomial(6, np.full(6, 1 / 6), size=80):
        at = np.concatenate(
            [np.flatnonzero(groups == g) for g in range(6) for _ in range(counts[g])]
        )
        rows.append(stats.spearmanr(x[at], y[at]).statistic)
    found = rank_correlation(x, y, groups, 80, 3)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(rows, (0.025, 0.975))))


def test_repeating_members_exactly_is_no_further_evidence():
    x, y, groups = drawn(12, 1, 0.5, 2)
    once = rank_correlation(x, y, groups, 500)
    five = rank_correlation(*(np.repeat(v, 5) for v in (x, y, groups)), 500)
    assert (once.value, once.low, once.high) == pytest.approx((five.value, five.low, five.high))
    apart = rank_correlation(np.repeat(x, 5), np.repeat(y, 5), np.arange(60), 500)
    assert apart.high - apart.low < 0.7 * (once.high - once.low)


@pytest.mark.parametrize(("groups", "relation"), [(12, 0.0), (12, 0.9), (30, 0.5)])
def test_intervals_hold_the_truth_about_as_often_as_they_say(groups, relation):
    truth = stats.spearmanr(*drawn(50000, 1, relation, 0)[:2]).statistic
    found = [rank_correlation(*drawn(groups, 3, relation, s), 300, s) for s in range(1, 251)]
    covered = np.mean([f.low <= truth <= f.high for f in found])
    assert 0.88 < covered < 0.99


def grid(planted, number, **change):
    rng = np.random.default_rng(0)
    rows = [
        {"latent": k, "beta": 1, "mse": e, "kmeans_ari": 1 - e, "silhouette": 0.2, **change}
        for k, e in enumerate(rng.uniform(0.5, 0.9, number), 1)
    ]
    return planted(*rows, observations=2)


def table(tables):
    found = correlations(tables.grid(), 200)
    assert tuple(found.columns) == COLUMNS["correlations.tsv"]
    assert len(found) == len(RECONSTRUCTED) * len(DOWNSTREAM_NAMES) * 2
    return found.set_index(["reconstruction", "measure", "split"])


def test_planted_agreement_is_found_and_what_cannot_be_said_has_its_reason(planted):
    found = table(grid(planted, 6))
    assert found.loc[("mse", "kmeans_ari", "all"), "value"] == pytest.approx(-1)
    assert found.loc[("explained", "kmeans_ari", "all"), "value"] == pytest.approx(1)
    row = found.loc[("mse", "kmeans_ari", "all")]
    assert (row["members"], row["combinations"]) == (18, 6)
    assert "silhouette is the same" in found.loc[("mse", "silhouette", "all"), "reason"]
    assert "not measured" in found.loc[("mse", "kmeans_ari", "test"), "reason"]
    absent = found["value"].isna()
    assert (absent == found["reason"].notna()).all()


def test_fewer_than_five_combinations_are_not_judged(planted):
    found = table(grid(planted, 4)).loc[("mse", "kmeans_ari", "all")]
    assert np.isnan(found["value"]) and found["reason"] == "4 combinations: fewer than 5"


def test_without_labels_the_reason_is_that_of_the_measure(planted):
    found = table(grid(planted, 6, kmeans_ari=np.nan)).loc[("mse", "kmeans_ari", "all")]
    assert "the sheet names no label column" in found["reason"]


def test_the_order_of_rows_changes_nothing(planted):
    tables, turned = grid(planted, 7), grid(planted, 7)
    turned.members = tables.members.sample(frac=1, random_state=0)
    turned.metrics = tables.metrics.sample(frac=1, random_state=1)
    assert table(tables).equals(table(turned))
