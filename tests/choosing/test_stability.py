import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import adjusted_rand_score

from vaebio.choosing.clusters import by_labels, by_neighbours, some
from vaebio.choosing.stability import stability
from vaebio.metrics.alignment import cka
from vaebio.terms import COLUMNS
from vaebio.terms.choosing import STABILITY

ROW = {"latent": 3, "beta": 1, "mse": 0.8}
N = 90
GROUP = np.repeat(np.arange(3), N // 3)


def groups(latents):
    return by_labels(latents, 3, 0)


def grouped(seed):
    """Three groups, far apart, on axes of the seed's own."""
    rng = np.random.default_rng(seed)
    turn = stats.ortho_group.rvs(3, random_state=seed)
    return (np.eye(3)[GROUP] * 9 + np.random.default_rng(9).normal(size=(N, 3))) @ turn * (
        1 + seed
    ) + rng.normal()


def table(tables, latents, splits=None, clustered=groups):
    found = stability(tables.grid(), latents, splits or {"all": np.arange(N)}, clustered)
    assert tuple(found.columns) == COLUMNS["stability.tsv"]
    assert set(found["measure"]) == {measure.name for measure in STABILITY}
    return found.set_index(["combination", "split", "measure"])


def test_latents_that_differ_in_their_axes_alone_are_the_same(planted):
    found = table(planted(ROW), {f"k3-b1-s{s}": grouped(s) for s in range(3)})
    assert found["value"].to_numpy() == pytest.approx(1)
    assert (found["pairs"] == 3).all() and (found["reason"] == "").all()


def test_latents_of_noise_are_unrelated_and_so_are_their_clusters(planted):
    rng = np.random.default_rng(0)
    found = table(planted(ROW), {f"k3-b1-s{s}": rng.normal(size=(N, 3)) for s in range(3)})
    value = found["value"].droplevel([0, 1])
    assert abs(value["cka_debiased"]) < 0.05 and abs(value["cluster_ari"]) < 0.1
    assert value["cka"] < 0.15


def test_low_and_high_are_the_least_and_the_greatest_pair(planted):
    rng = np.random.default_rng(1)
    latents = {
        f"k3-b1-s{s}": grouped(0) + noise * rng.normal(size=(N, 3))
        for s, noise in enumerate((0, 3, 9))
    }
    x, y, z = latents.values()
    found = table(planted(ROW), latents).droplevel([0, 1])
    known = sorted([cka(x, y), cka(x, z), cka(y, z)])
    assert found.loc["cka", ["low", "value", "high"]].to_list() == pytest.approx(
        [known[0], np.mean(known), known[2]]
    )
    scores = [adjusted_rand_score(groups(a), groups(b)) for a, b in ((x, y), (x, z), (y, z))]
    assert found.loc["cluster_ari", "low"] == pytest.approx(min(scores))
    assert found.loc["cluster_ari", "value"] == pytest.approx(np.mean(scores))


def test_one_seed_has_no_agreement_and_two_have_no_range(planted):
    one = table(planted({**ROW, "seeds": (0,)}), {"k3-b1-s0": grouped(0)})
    assert one["value"].isna().all() and one["reason"].str.contains("one seed").all()
    two = table(planted({**ROW, "seeds": (0, 1)}), {f"k3-b1-s{s}": grouped(s) for s in (0, 1)})
    assert two["value"].to_numpy() == pytest.approx(1)
    assert two["low"].isna().all() and (two["reason"] == "one pair of seeds: no range").all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": ["finished", "finished", "diverged"]}, "of 3 seeds 1 diverged left out"),
        ({"rate_nats": [5, 5, 0.01]}, "of 3 seeds 1 collapsed left out"),
    ],
)
def test_members_that_failed_are_left_out_and_told(planted, change, said):
    latents = {f"k3-b1-s{s}": grouped(s) for s in range(2)}
    latents["k3-b1-s2"] = np.random.default_rng(0).normal(size=(N, 3))
    found = table(planted({**ROW, **change}), latents)
    assert found["value"].to_numpy() == pytest.approx(1)
    assert found["reason"].str.startswith(said).all() and (found["pairs"] == 1).all()


@pytest.mark.parametrize("latents", [np.full((N, 3), 0.3), np.full((N, 3), np.nan)])
def test_latents_that_do_not_vary_or_are_not_finite_have_a_reason(planted, latents):
    found = table(planted(ROW), {f"k3-b1-s{s}": latents for s in range(3)})
    assert found["value"].isna().all() and (found["reason"] == "of 3 seeds 3 left out").all()


def test_all_members_of_a_combination_failed(planted):
    found = table(planted({**ROW, "status": "diverged"}), {})
    assert found["value"].isna().all() and found["reason"].str.contains("3 diverged").all()


def test_every_split_is_measured_on_its_own_rows(planted):
    latents = {f"k3-b1-s{s}": grouped(s) for s in range(3)}
    for one in latents.values():
        one[60:] = np.random.default_rng(int(abs(one[0, 0]) * 1000)).normal(size=(30, 3))
    splits = {"all": np.arange(60), "test": np.arange(60, 90)}
    found = table(planted(ROW), latents, splits)["value"].droplevel(0)
    assert found["all"].to_numpy() == pytest.approx(1)
    assert found["test", "cka_debiased"] < 0.3


def test_clusters_that_cannot_be_have_a_reason(planted):
    latents = {f"k3-b1-s{s}": np.repeat([[0.0] * 3, [1.0] * 3], N // 2, axis=0) for s in range(3)}
    found = table(planted(ROW), latents).loc[("k3-b1", "all", "cluster_ari")]
    assert np.isnan(found["value"]) and found["reason"] == "2 distinct latents for 3 labels"
    assert isinstance(by_labels(grouped(0), 1, 0), str)
    assert isinstance(by_neighbours(grouped(0)[:2], 5, 1.0, 0), str)


def test_clusters_by_labels_or_neighbours_find_planted_groups():
    for found in (by_labels(grouped(1), 3, 0), by_neighbours(grouped(1), 10, 0.5, 0)):
        assert adjusted_rand_score(GROUP, found) == 1


def test_some_rows_are_drawn_once_and_stay_in_order():
    rows = np.arange(100, 300)
    found = some(rows, 50, 7)
    assert len(set(found)) == 50 and (np.diff(found) > 0).all() and set(found) <= set(rows)
    assert (found == some(rows, 50, 7)).all() and (found != some(rows, 50, 8)).any()
    assert (some(rows, 200, 7) == rows).all()
