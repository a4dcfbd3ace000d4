import numpy as np
import pandas as pd
import pytest

from vaebio.data.divide import divided
from vaebio.errors import VaebioError
from vaebio.settings import Split

COLUMNS = {"label": "label", "batch": "site"}


@pytest.fixture
def obs(rng):
    """90 observations of 15 donors at 5 sites, with a split of their own."""
    donor = np.repeat([f"d{i}" for i in range(15)], 6)
    columns = {
        "label": rng.choice(["a", "b"], 90),
        "donor": donor,
        "site": np.repeat(list("vwxyz"), 18),
        "split": np.repeat(["Train", "test", "val"], [60, 12, 18]),
    }
    return pd.DataFrame(columns, index=[f"o{i}" for i in range(90)])


def split_of(obs, **settings):
    known = {role: obs[column].to_numpy(str) for role, column in COLUMNS.items()}
    return divided(obs, COLUMNS, known, Split(**settings))


def splits_of(groups, split):
    return {group: set(split[groups == group]) for group in set(groups)}


def test_by_label_every_label_has_its_share(obs):
    split, sentences = split_of(obs)
    train = obs["label"][split == "train"].value_counts()
    assert np.all(np.abs(train - 0.7 * obs["label"].value_counts()) <= 1)
    assert "stratified by `label`, before any filter: 63 train" in sentences[0]


@pytest.mark.parametrize(
    ("column", "settings"),
    [("donor", {"by": "group", "group": "donor"}), ("site", {"by": "batch"})],
)
def test_groups_stay_whole(obs, column, settings):
    split, sentences = split_of(obs, **settings)
    assert all(len(where) == 1 for where in splits_of(obs[column], split).values())
    assert set(split) == {"train", "validation", "test"}
    text = " ".join(sentences)
    assert f"in whole groups of `{column}`" in text
    assert f"Kept each of {obs[column].nunique()} groups in one split" in text


def test_a_column_is_taken_as_it_is(obs):
    split, sentences = split_of(obs, by="column", column="split")
    assert list(split) == ["train"] * 60 + ["test"] * 12 + ["validation"] * 18
    assert "Took the split from the column `split`." in sentences


def test_a_column_that_divides_a_donor_is_refused(obs):
    how = {"by": "column", "column": "split", "group": "donor"}
    split_of(obs, **how)
    obs.loc["o0", "split"] = "test"
    with pytest.raises(VaebioError, match="the group `d0` in both test and train"):
        split_of(obs, **how)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": "group", "group": "doner"}, "(?s)no column `doner`.*did you mean `donor`"),
        ({"by": "column", "column": "splits"}, "(?s)no column `splits`.*did you mean `split`"),
        ({"by": "column", "column": "site"}, "`v` as the split of 18 observations"),
        ({"by": "column", "column": "gap"}, "(?s)1 of 90 .* no split in `gap`.*`o3`.*write one of"),
    ],
)
def test_columns_that_cannot_divide_are_refused(obs, settings, message):
    obs["gap"] = obs["split"].where(obs.index != "o3")
    with pytest.raises(VaebioError, match=message):
        split_of(obs, **settings)


def test_batches_need_a_column():
    obs = pd.DataFrame(index=range(30))
    with pytest.raises(VaebioError, match="no column is named as the batch"):
        divided(obs, {"label": "", "batch": ""}, {"label": None, "batch": None}, Split(by="batch"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": "group"}, "the name of a column as `group`"),
        ({"by": "column"}, "the name of a column as `column`"),
        ({"group": "donor"}, "`by: group`, or no `group`"),
        ({"by": "batch", "column": "split"}, "`by: column`, or no `column`"),
    ],
)
def test_columns_without_use_and_uses_without_column_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Split(**settings)
