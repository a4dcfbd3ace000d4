import itertools

import numpy as np
import pytest

from vaebio.data.groups import refuse_divided
from vaebio.data.split import assign, told
from vaebio.errors import VaebioError
from vaebio.terms import SPLITS

SHARES = (0.7, 0.15, 0.15)


def donors(seed, groups=8):
    """Groups of unlike sizes and unlike mixtures of 4 labels, in shuffled rows."""
    rng = np.random.default_rng(seed)
    sizes = np.maximum(1, rng.lognormal(4, 0.7, groups).astype(int))
    of = np.repeat([f"donor{i}" for i in range(groups)], sizes)
    labels = [rng.choice(list("abcd"), size, p=rng.dirichlet(np.full(4, 3.0))) for size in sizes]
    order = rng.permutation(len(of))
    return of[order], np.concatenate(labels)[order]


def sizes(split):
    return np.array([np.sum(split == name) for name in SPLITS])


def distance(split, labels):
    """Sum of (observed - expected)^2 / expected over splits, and over labels inside them."""
    total = 0.0
    for here in [np.ones(len(split), bool), *(labels == label for label in np.unique(labels))]:
        expected = here.sum() * np.array(SHARES)
        total += np.sum((sizes(split[here]) - expected) ** 2 / expected)
    return total


def grouped(groups, labels, seed=0):
    return assign(labels, len(groups), SHARES, seed, groups=groups)


@pytest.mark.parametrize("seed", range(10))
def test_no_group_is_in_two_splits_and_no_split_is_empty(seed):
    groups, labels = donors(seed, groups=3 + seed)
    split = grouped(groups, labels, seed)
    assert sizes(split).sum() == len(groups)
    assert sizes(split).min() > 0
    for group in np.unique(groups):
        assert len(np.unique(split[groups == group])) == 1


@pytest.mark.parametrize("seed", range(3))
def test_of_few_groups_no_other_split_is_nearer_to_the_shares(seed):
    groups, labels = donors(seed, groups=6)
    _, group_of = np.unique(groups, return_inverse=True)
    every = (np.array(SPLITS)[list(p)] for p in itertools.product(range(3), repeat=6))
    best = min(distance(p[group_of], labels) for p in every if len(set(p)) == 3)
    assert distance(grouped(groups, labels), labels) == pytest.approx(best)


def test_many_groups_come_close_to_the_shares_in_every_label():
    groups, labels = donors(3, groups=150)
    split = grouped(groups, labels)
    np.testing.assert_allclose(sizes(split) / len(split), SHARES, atol=0.005)
    for label in "abcd":
        here = split[labels == label]
        np.testing.assert_allclose(sizes(here) / len(here), SHARES, atol=0.015)


def test_groups_of_one_observation_give_the_exact_sizes():
    split = grouped(np.arange(200), np.zeros(200))
    assert sizes(split).tolist() == [140, 30, 30]


def test_the_same_seed_repeats_and_another_does_not():
    groups, labels = np.repeat(np.arange(30), 10), np.tile(np.arange(10), 30)
    first = grouped(groups, labels, 1)
    assert np.array_equal(first, grouped(groups, labels, 1))
    assert not np.array_equal(first, grouped(groups, labels, 2))


def test_names_of_groups_and_order_of_rows_do_not_matter():
    groups, labels = donors(1)
    split = grouped(groups, labels)
    renamed = np.char.add("x", groups)
    assert np.array_equal(grouped(renamed, labels), split)
    order = np.random.default_rng(0).permutation(len(groups))
    assert np.array_equal(grouped(groups[order], labels[order]), split[order])


def test_without_labels_groups_are_whole_too():
    groups, _ = donors(2)
    split = assign(None, len(groups), SHARES, 0, groups=groups)
    refuse_divided(groups, split, "split")
    assert sizes(split).min() > 0


def test_three_groups_each_get_a_split():
    groups = np.repeat(["p", "q", "r"], [50, 40, 10])
    split = assign(None, 100, SHARES, 0, groups=groups)
    assert sorted(np.unique(split)) == sorted(SPLITS)
    assert np.all(split[:50] == "train")


def test_fewer_groups_than_splits_are_refused():
    with pytest.raises(VaebioError, match="2 groups of observations .`p`, `q`.") as refused:
        assign(None, 20, SHARES, 0, groups=np.repeat(["p", "q"], 10))
    assert "train, validation, test each need a whole group" in refused.value.expected


def test_groups_are_told():
    groups = np.repeat(np.arange(20), 5)
    split = assign(None, 100, SHARES, 0, groups=groups)
    assert told(split, groups=groups) == [
        "Kept each of 20 groups in one split: 14 in train, 3 in validation, 3 in test."
    ]


def test_a_divided_group_is_named():
    groups = np.array(["p", "q", "q", "r"])
    refuse_divided(groups, np.array(["train", "test", "test", "train"]), "fold")
    with pytest.raises(VaebioError, match="group `q` in both test and train, by the column `fold`"):
        refuse_divided(groups, np.array(["train", "test", "train", "train"]), "fold")
