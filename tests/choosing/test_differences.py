import numpy as np
import pytest
from scipy import stats

from vaebio.choosing.differences import differences
from vaebio.terms import COLUMNS


def row(beta, mse, latent=2, **more):
    return {"latent": latent, "beta": beta, "mse": mse, **more}


def rows(tables, measure="mse", split="test", reference=None):
    found = differences(tables.grid(), reference)
    assert tuple(found.columns) == COLUMNS["differences.tsv"]
    return found[(found["measure"] == measure) & (found["split"] == split)]


def test_a_planted_difference_is_found_in_spite_of_the_spread_of_the_seeds(planted):
    """Seeds differ by far more than betas do, but alike under both."""
    one, other = np.array([0.5, 0.7, 0.9]), np.array([0.511, 0.709, 0.91])
    [found] = rows(planted(row(1, list(one)), row(4, list(other)))).to_dict("records")
    paired = stats.ttest_rel(other, one).confidence_interval(0.95)
    assert found["value"] == pytest.approx(0.01)
    assert (found["low"], found["high"]) == pytest.approx(tuple(paired))
    assert found["low"] > 0
    assert (found["combination"], found["against"]) == ("k2-b4", "k2-b1")
    assert (found["beta"], found["beta_against"], found["seeds"]) == (4, 1, 3)
    assert stats.ttest_ind(other, one).pvalue > 0.9


def test_neighbours_and_the_reference_are_paired_once_with_the_larger_beta_first(planted):
    grid = [row(b, 0.5, latent) for latent in (2, 4) for b in (3, 0.1, 30, 0.3)]
    tables = planted(*grid, row(0.3, 0.4, likelihood="nb", prefix="nb-"))

    def pairs(reference):
        found = rows(tables, reference=reference)
        return sorted(found.loc[found["latent"] == 2, ["beta_against", "beta"]].to_numpy().tolist())

    neighbours = [[0.1, 0.3], [0.3, 3], [3, 30]]
    assert pairs(None) == pairs(7.0) == neighbours
    assert pairs(0.1) == sorted([*neighbours, [0.1, 3], [0.1, 30]])
    found = rows(tables, reference=3)
    assert not found["combination"].str.startswith("nb-").any()
    assert (
        found["combination"].str.split("-").str[0] == found["against"].str.split("-").str[0]
    ).all()


def test_one_seed_has_a_difference_and_no_interval(planted):
    grid = [row(b, m, seeds=(0,)) for b, m in ((1, 0.5), (4, 0.6))]
    [found] = rows(planted(*grid)).to_dict("records")
    assert found["value"] == pytest.approx(0.1)
    assert np.isnan(found["low"]) and found["reason"] == "one seed: no interval"


def test_members_that_diverged_or_have_no_partner_are_in_no_difference(planted):
    status = ["finished", "diverged", "finished"]
    one, other = row(1, [0.5, 9, 0.7]), row(4, [0.6, 0.6, 0.8, 0.1], seeds=(0, 1, 2, 3))
    [found] = rows(planted({**one, "status": status}, other)).to_dict("records")
    assert found["value"] == pytest.approx(0.1) and found["seeds"] == 2
    [found] = rows(planted({**one, "status": "diverged"}, other)).to_dict("records")
    assert np.isnan(found["value"]) and found["reason"] == "no seed in which both were measured"


def test_the_order_of_rows_changes_nothing(planted):
    tables = planted(*(row(b, [b, 2 * b, 0.3]) for b in (0.1, 1, 3)))
    turned = planted(*(row(b, [b, 2 * b, 0.3]) for b in (0.1, 1, 3)))
    turned.members = tables.members.sample(frac=1, random_state=0)
    turned.metrics = tables.metrics.sample(frac=1, random_state=1)
    assert differences(tables.grid(), 1.0).equals(differences(turned.grid(), 1.0))


def test_one_beta_has_no_difference(planted):
    assert differences(planted(row(1, 0.5)).grid(), 1.0).empty


def test_intervals_hold_the_truth_as_often_as_they_say(planted):
    """300 independent grids in one: as many latent sizes with a true difference of 0.05."""
    rng = np.random.default_rng(0)
    seeds = rng.normal(0, 0.2, (300, 3))
    noise = rng.normal(0, 0.03, (2, 300, 3))
    values = {1: 0.5 + seeds + noise[0], 2: 0.55 + seeds + noise[1]}
    grid = [row(beta, list(own), k) for beta, v in values.items() for k, own in enumerate(v, 1)]
    found = rows(planted(*grid, observations=2))
    covered = (found["low"] <= 0.05) & (found["high"] >= 0.05)
    assert len(found) == 300 and 0.91 < covered.mean() < 0.985
