import numpy as np
import pytest

from vaebio.data.predefined import predefined
from vaebio.errors import VaebioError
from vaebio.terms import SPLITS

SHARES = (0.6, 0.2, 0.2)


def split_of(values, labels=None, groups=None, seed=0):
    return predefined(
        np.asarray(values), "fold", labels=labels, shares=SHARES, seed=seed, groups=groups
    )


def test_every_word_in_use_means_its_split():
    words = ["Training", "train", " TRAIN ", "val", "Valid", "dev", "validation", "TEST", "testing"]
    split, told = split_of(words)
    assert split.tolist() == ["train"] * 3 + ["validation"] * 4 + ["test"] * 2
    assert told == ["Took the split from the column `fold`."]


@pytest.mark.parametrize(
    ("word", "hint"),
    [("trian", "did you mean `train`"), ("tset", "did you mean `test`"), ("7", "name them train")],
)
def test_another_word_is_refused_with_its_place_and_the_nearest(word, hint):
    with pytest.raises(VaebioError, match=f"`{word}` as the split of 2 observations") as refused:
        split_of(["train", "test", word, word])
    assert "the first is number 3, in the column `fold`" in refused.value.found
    assert hint in refused.value.hint


def test_a_missing_word_is_refused():
    with pytest.raises(VaebioError, match="`nan` as the split of 1 observations"):
        split_of(np.array(["train", "test", np.nan], dtype=object))


@pytest.mark.parametrize("absent", ["train", "test"])
def test_a_column_without_train_or_test_is_refused(absent):
    present = [name for name in SPLITS if name != absent]
    with pytest.raises(VaebioError, match=f"no {absent} observation in the column `fold`"):
        split_of(present * 5)


def test_validation_is_taken_from_train_by_its_share_and_by_label():
    values = np.array(["train"] * 80 + ["test"] * 20)
    labels = np.tile(["a", "a", "a", "b"], 25)
    split, told = split_of(values, labels)
    assert np.array_equal(split == "test", values == "test")
    assert np.sum(split == "validation") == 20  # 0.2 of 0.6 + 0.2
    assert np.sum((split == "validation") & (labels == "b")) == 5
    assert told[1] == "`fold` has no validation: took 20 of its 80 train observations for it."


def test_validation_is_taken_in_whole_groups():
    values = np.array(["train"] * 80 + ["test"] * 20)
    groups = np.repeat(np.arange(20), 5)
    split, _ = split_of(values, groups=groups)
    assert np.sum(split == "validation") == 20
    for group in range(20):
        assert len(set(split[groups == group])) == 1


def test_the_seed_matters_for_what_the_column_does_not_say_alone():
    values = np.array(["train"] * 80 + ["test"] * 20)
    assert np.array_equal(split_of(values, seed=1)[0], split_of(values, seed=1)[0])
    assert not np.array_equal(split_of(values, seed=1)[0], split_of(values, seed=2)[0])
    complete = np.array(["train", "val", "test"] * 9)
    assert np.array_equal(split_of(complete, seed=1)[0], split_of(complete, seed=2)[0])


def test_a_group_in_two_splits_is_refused():
    with pytest.raises(VaebioError, match="the group `d2` in both test and train"):
        split_of(["train", "train", "test", "val"], groups=np.array(["d1", "d2", "d2", "d3"]))
