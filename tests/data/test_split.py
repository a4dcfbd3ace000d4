import numpy as np
import pytest

from vaebio.data.split import assign, told
from vaebio.errors import VaebioError
from vaebio.terms import SPLITS

SHARES = (0.7, 0.15, 0.15)


def sizes(split):
    return [int(np.sum(split == name)) for name in SPLITS]


@pytest.mark.parametrize(
    ("n", "shares", "expected"),
    [
        (700, SHARES, [490, 105, 105]),
        (20, SHARES, [14, 3, 3]),
        (11, (0.5, 0.25, 0.25), [5, 3, 3]),
        (10, (0.8, 0.1, 0.1), [8, 1, 1]),
        (100, (0.29, 0.57, 0.14), [29, 57, 14]),  # 0.29 * 100 is a little less than 29
    ],
)
def test_sizes_are_the_shares_with_and_without_labels(n, shares, expected):
    labels = np.random.default_rng(n).choice(list("abcdefg"), size=n)
    assert sizes(assign(None, n, shares, 0)) == expected
    assert sizes(assign(labels, n, shares, 0)) == expected


@pytest.mark.parametrize("seed", range(20))
def test_every_label_has_its_share_in_every_split(seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(12).astype(str), rng.integers(1, 60, size=12))
    split = assign(labels, len(labels), SHARES, seed)
    for label in np.unique(labels):
        quota = np.sum(labels == label) * np.array(SHARES)
        assert np.all(np.abs(sizes(split[labels == label]) - quota) < 2), label


@pytest.mark.parametrize("shares", [SHARES, (0.2, 0.4, 0.4)])
def test_a_label_with_one_observation_is_in_train(shares):
    labels = np.array(["big"] * 40 + ["one", "two", "two", "three"])
    split = assign(labels, len(labels), shares, 3)
    assert split[40] == "train"
    assert split[43] == "train"
    assert "train" in split[41:43]


def test_labels_that_are_all_different_still_fill_every_split():
    labels = np.arange(40).astype(str)
    first, second = assign(labels, 40, SHARES, 0), assign(labels, 40, SHARES, 1)
    assert sizes(first) == sizes(second) == [28, 6, 6]
    assert not np.array_equal(first, second)  # not by the alphabet


def test_the_same_seed_repeats_and_another_does_not():
    labels = np.repeat(["a", "b"], 50)
    first = assign(labels, 100, SHARES, 1)
    assert np.array_equal(first, assign(labels, 100, SHARES, 1))
    assert not np.array_equal(first, assign(labels, 100, SHARES, 2))


def test_names_of_labels_do_not_matter_when_their_order_stays():
    labels = np.repeat(["a", "b"], 50)
    renamed = np.repeat(["x", "y"], 50)
    assert np.array_equal(assign(labels, 100, SHARES, 1), assign(renamed, 100, SHARES, 1))


def test_observations_of_one_label_are_drawn_from_everywhere():
    """A split that took the first or last rows would follow the order of the file."""
    split = assign(None, 1000, SHARES, 0)
    thirds = [np.mean(part == "test") for part in np.array_split(split, 3)]
    assert np.allclose(thirds, 0.15, atol=0.05)


def test_an_empty_split_is_refused_by_name():
    with pytest.raises(VaebioError, match=r"no observation for test: its share is 0\.01"):
        assign(None, 12, (0.6, 0.39, 0.01), 0)


def test_two_splits_under_other_names():
    split = assign(np.repeat(["a", "b"], 20), 40, (0.75, 0.25), 0, names=("train", "validation"))
    assert sizes(split) == [30, 10, 0]
    assert sizes(split[:20]) == [15, 5, 0]


def test_single_observations_are_told():
    labels = np.array(["a"] * 30 + ["b", "c", "d"])
    split = assign(labels, 33, SHARES, 0)
    assert told(split, labels) == ["3 labels have a single observation; it is in train."]
    assert told(split[:31], labels[:31]) == ["1 label has a single observation; it is in train."]
    assert told(split, np.repeat("a", 33)) == []
    assert told(split) == []


def test_single_observations_for_which_train_has_no_room_are_told():
    labels = np.arange(20)
    (sentence,) = told(assign(labels, 20, SHARES, 0), labels)
    assert sentence == (
        "20 labels have a single observation: 14 in train, 3 in validation, 3 in test."
    )
