"""Which members are chosen from planted grids, and what never chooses."""

import numpy as np
import pandas as pd
import pytest

from vaebio.choosing.choices import choices
from vaebio.choosing.stability import stability
from vaebio.terms import ALL, COLUMNS
from vaebio.terms.choosing import CHOICES

NONE = pd.DataFrame(columns=list(COLUMNS["stability.tsv"]))
GRID = (
    {"latent": 2, "beta": 9, "mse": 0.90, "kmeans_ari": 0.4, "rate_nats": 1, "distortion_nats": 99},
    {"latent": 4, "beta": 3, "mse": 0.82, "kmeans_ari": 0.7, "rate_nats": 3, "distortion_nats": 60},
    {"latent": 8, "beta": 1, "mse": 0.80, "kmeans_ari": 0.6, "rate_nats": 9, "distortion_nats": 50},
    {
        "latent": 8,
        "beta": 2,
        "mse": 0.801,
        "kmeans_ari": 0.5,
        "rate_nats": 9,
        "distortion_nats": 70,
    },
)


def chosen(tables, stable=NONE, by="kmeans_ari", standard_errors=1.0):
    table = choices(tables.grid(), tables.metrics, stable, by, standard_errors)
    assert tuple(table.columns) == COLUMNS["choices.tsv"]
    assert list(table["choice"]) == list(CHOICES)
    return table.set_index("choice")


def test_every_planted_choice_is_found_with_its_rule_and_numbers(planted):
    found = chosen(planted(*GRID, noise=0.05))
    assert found["combination"].to_dict() == {
        "best_reconstruction": "k8-b1",
        "best_clustering": "k4-b3",
        "knee": "k4-b3",
        "recommended": "k8-b2",
    }
    reasons = found["reason"]
    assert "lowest validation MSE of 4 combinations: 0.8 (mean of 3 seeds" in reasons.iloc[0]
    assert "highest k-means ARI of 4 combinations: 0.7" in reasons.iloc[1]
    assert "3 of 4 combinations of likelihood gaussian are on the frontier" in reasons.iloc[2]
    assert "(0.801) is within one standard error" in reasons.iloc[3]
    assert "(0.8, k8-b1); 2 of 4 combinations are" in reasons.iloc[3]
    assert "alone, seeds lead to k8-b1 (3);" in reasons.iloc[0]
    assert "alone, seeds lead to k4-b3 (3);" in reasons.iloc[2]


def test_the_numbers_of_a_choice_are_those_of_its_member_on_its_split(planted):
    tables = planted(*({**row, "test": row["mse"] + 0.05} for row in GRID))
    found = chosen(tables)
    keys = tables.metrics.set_index(["member", "measure", "split"])
    for _, row in found.iterrows():
        own = keys.loc[(row["member"], row["measure"], row["split"])]
        assert (row["value"], row["low"], row["high"]) == (own["value"], own["low"], own["high"])
        assert row["member"].startswith(f"{row['combination']}-s")
    assert set(found["split"]) == {"test", ALL}
    assert found.loc["best_reconstruction", "value"] == pytest.approx(0.85)


def test_test_has_no_say(planted):
    rng = np.random.default_rng(0)
    other = planted(*({**row, "test": rng.uniform(0, 1)} for row in GRID))
    columns = ["combination", "member", "measure", "split", "reason"]
    pd.testing.assert_frame_equal(chosen(planted(*GRID))[columns], chosen(other)[columns])


def test_neither_the_order_of_rows_and_seeds_nor_a_row_that_stands_twice_changes_anything(planted):
    tied = {**GRID[2], "latent": 16}, {**GRID[1], "latent": 3}
    rows = [{**row, "mse": [row["mse"] + d for d in (0, 0.001, 0.002)]} for row in (*GRID, *tied)]
    tables, turned = planted(*rows), planted(*rows)
    turned.members = pd.concat([tables.members, tables.members.iloc[:5]]).sample(
        frac=1, random_state=1
    )
    turned.metrics = pd.concat([tables.metrics, tables.metrics.iloc[9:30]]).sample(
        frac=1, random_state=2
    )
    turned.errors = tables.errors.sample(frac=1, axis=1, random_state=3)
    pd.testing.assert_frame_equal(chosen(tables), chosen(turned))


@pytest.mark.parametrize("failed", [{"status": "diverged"}, {"mse": np.nan}], ids=["told", "seen"])
def test_a_member_that_diverged_is_never_chosen(planted, failed):
    best = {"latent": 1, "beta": 90, "mse": 0.1, "kmeans_ari": 0.99}
    found = chosen(planted(*GRID, {**best, **failed}))
    assert not set(found["combination"]) & {"k1-b90"}
    assert (found["combination"] != "").all()


def test_a_combination_with_a_failed_seed_comes_after_the_whole_ones(planted):
    status = ["finished", "diverged", "finished"]
    partly = {"latent": 1, "beta": 90, "mse": 0.1, "kmeans_ari": 0.99, "status": status}
    assert chosen(planted(*GRID, partly)).loc["best_reconstruction", "combination"] == "k8-b1"
    only = chosen(planted(partly)).loc["best_reconstruction"]
    assert only["member"] in ("k1-b90-s0", "k1-b90-s2")
    assert "a member of every combination diverged or collapsed" in only["reason"]


@pytest.mark.parametrize("sign", [{"rate_nats": 0.01}, {"active_units": 0.0}])
def test_collapsed_members_are_chosen_only_when_there_is_nothing_else(planted, sign):
    collapsed = {"latent": 1, "beta": 90, "mse": 0.1, **sign}
    assert "k1-b90" not in set(chosen(planted(*GRID, collapsed))["combination"])
    found = chosen(planted(collapsed)).loc["recommended"]
    assert found["combination"] == "k1-b90"
    assert "every member that did not diverge has collapsed" in found["reason"]


def test_a_deterministic_autoencoder_is_never_chosen(planted):
    alike = {"latent": 1, "beta": 0, "mse": 0.1, "kmeans_ari": 0.99, "prefix": "ae-"}
    tables = planted(*GRID, alike)
    pd.testing.assert_frame_equal(chosen(tables), chosen(planted(*GRID)))


def test_when_all_diverged_everything_is_absent_with_its_reason(planted):
    found = chosen(planted(*({**row, "mse": np.nan} for row in GRID)))
    assert found[["combination", "member", "value"]].isna().all(axis=None)
    assert found["reason"].str.contains("diverged|absent").all()


def test_a_single_member_is_all_there_is_to_choose(planted):
    found = chosen(planted({**GRID[0], "seeds": (4,)}))
    assert (found["member"].drop("knee") == "k2-b9-s4").all()
    assert pd.isna(found.loc["knee", "member"])
    assert "1 of 1 points" in found.loc["knee", "reason"]
    assert "one seed" in found.loc["recommended", "reason"]
    assert "no other combination" in found.loc["recommended", "reason"]


def test_of_four_seeds_the_lower_of_the_middle_two_is_named(planted):
    seeds = (0, 1, 2, 3)
    errors, agreement = [0.83, 0.80, 0.82, 0.81], [0.9, 0.6, 0.7, 0.8]
    row = {"latent": 2, "beta": 1, "mse": errors, "kmeans_ari": agreement, "seeds": seeds}
    found = chosen(planted(row))["member"]
    assert found["recommended"] == found["best_reconstruction"] == "k2-b1-s3"
    assert found["best_clustering"] == "k2-b1-s2"


def test_seeds_that_disagree_are_counted(planted):
    one = {"latent": 2, "beta": 1, "mse": [0.70, 0.80, 0.80]}
    other = {"latent": 4, "beta": 1, "mse": [0.79, 0.79, 0.79]}
    reason = chosen(planted(one, other)).loc["best_reconstruction", "reason"]
    assert "k2-b1 has the lowest" in reason
    assert "alone, seeds lead to k4-b1 (2), k2-b1 (1);" in reason


def test_those_that_cannot_be_told_from_the_best_are_counted(planted):
    """By pairs of seeds: one is worse in all of them by as much, one in some."""
    best = {"latent": 2, "beta": 1, "mse": [0.5, 0.6, 0.7]}
    worse = {"latent": 4, "beta": 1, "mse": [0.51, 0.611, 0.709]}
    near = {"latent": 8, "beta": 1, "mse": [0.55, 0.59, 0.71]}
    reason = chosen(planted(best, worse, near)).loc["best_reconstruction", "reason"]
    assert "within the noise of paired seeds: 1 of the others" in reason
    single = chosen(planted(*({**row, "seeds": (0,)} for row in (best, worse, near))))
    assert "within the noise" not in single.loc["best_reconstruction", "reason"]


def test_a_grid_of_autoencoders_alone_has_no_member_to_choose(planted):
    found = chosen(planted({"latent": 2, "beta": 0, "mse": 0.5, "prefix": "ae-"}))
    assert found["member"].isna().all() and (found["reason"] != "").all()


def test_distortions_of_other_likelihoods_are_not_on_the_frontier(planted):
    """A likelihood of counts has other nats; its members would beat all."""
    counts = {"likelihood": "nb", "prefix": "nb-", "rate_nats": 0.5, "distortion_nats": 1.0}
    tables = planted(*GRID, {"latent": 2, "beta": 1, "mse": 0.95, **counts})
    assert chosen(tables).loc["knee", "combination"] == "k4-b3"


def latents(tables, alike):
    """Two groups of observations; the seeds of `alike` find them, those of others do not."""
    rng = np.random.default_rng(0)
    group = np.repeat([0.0, 9.0], 30)
    return {
        name: rng.normal(size=(60, 2)) + (group[:, None] if name.startswith(alike) else 0)
        for name in tables.members["member"]
    }


def test_without_labels_the_clusters_that_agree_between_seeds_are_taken(planted):
    tables = planted(*({**row, "kmeans_ari": np.nan} for row in GRID))
    grid = tables.grid()
    halves = {ALL: np.arange(60)}
    stable = stability(
        grid, latents(tables, "k2-b9"), halves, lambda x: (x[:, 0] > 4.5).astype(int)
    )
    row = chosen(tables, stable).loc["best_clustering"]
    assert (row["combination"], row["measure"]) == ("k2-b9", "mse")
    assert "the sheet names no label column" in row["reason"] and "mean ARI 1 " in row["reason"]
    assert "alone, seeds" not in row["reason"]


def test_without_labels_and_with_one_seed_there_is_no_best_clustering(planted):
    tables = planted(*({**row, "kmeans_ari": np.nan, "seeds": (0,)} for row in GRID))
    stable = stability(tables.grid(), latents(tables, "k2-b9"), {ALL: np.arange(60)}, np.ravel)
    row = chosen(tables, stable).loc["best_clustering"]
    assert pd.isna(row["combination"])
    assert "no label column" in row["reason"] and "one seed" in row["reason"]
