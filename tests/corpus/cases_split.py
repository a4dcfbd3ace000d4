"""Splits by whole groups, by batch and by a column of the data set."""

import pandas as pd

from .case import handled, refused
from .made import classes, counts
from .ways import plan, prepare


def by(folder, split: str, table: pd.DataFrame, **options: str):
    """`vaebio prepare` with a way to split and an annotation."""
    counts().to_csv("m.csv")
    table.to_csv("a.csv")
    (folder / "s.yaml").write_text(f"prepare: {{split: {{{split}}}}}\n")
    return prepare("m.csv", annotation="a.csv", settings="s.yaml", **options)


def donors(n: int) -> pd.DataFrame:
    """Donors in turn."""
    return classes().assign(donor=[f"d{i % n}" for i in range(40)])


@handled()
def split_by_donors(folder):
    """Ten donors, each of whom is in one split alone."""
    result = yield by(folder, "by: group, group: donor", donors(10))
    obs = result.made.adata.obs
    assert obs["split"].nunique() == 3
    assert (obs.groupby("donor", observed=True)["split"].nunique() == 1).all()


@refused(r"(?i)(2|two).*(group|donor).*m\.csv", "three|3|each", "")
def split_by_two_donors(folder):
    """Two donors for three splits."""
    return by(folder, "by: group, group: donor", donors(2))


@refused(r"no column `doner`", "donor", "did you mean `donor`")
def split_by_a_group_misspelt(folder):
    """A group that no column has."""
    return by(folder, "by: group, group: doner", donors(10))


@refused(r"no column `doner`, the group, in m\.csv or a\.csv", "donor", "did you mean `donor`")
def split_by_a_group_misspelt_in_a_plan(folder):
    """The same, while Snakemake reads the settings."""
    counts().to_csv("m.csv")
    donors(10).to_csv("a.csv")
    (folder / "sheet.tsv").write_text("name\tmatrix\tannotation\nd\tm.csv\ta.csv\n")
    return plan(prepare={"split": {"by": "group", "group": "doner"}})


@refused(r"no column `fould`, the split, in m\.csv or a\.csv", "fold", "did you mean `fold`")
def split_by_a_column_misspelt(folder):
    """A column of the split that is not there."""
    return by(folder, "by: column, column: fould", classes().assign(fold="train"))


@refused(r"1 of 40 observations have no group in `donor`.*`cell03`")
def split_by_a_group_with_a_gap(folder):
    """An observation without donor."""
    table = donors(10)
    table.loc["cell03", "donor"] = ""
    return by(folder, "by: group, group: donor", table)


@refused(r"s\.yaml", "group")
def split_by_no_group(folder):
    """A split by group that does not say which."""
    return by(folder, "by: group", donors(10))


@refused(r"s\.yaml", "by: group")
def split_with_a_group_that_is_not_used(folder):
    """A group beside a split by label, which would not heed it."""
    return by(folder, "group: donor", donors(10))


@refused(r"`prepare\.split\.by: batch`.*m\.csv")
def split_by_a_batch_that_is_not_there(folder):
    """A split by batch of a data set without batch."""
    return by(folder, "by: batch", donors(10))


@handled()
def split_by_a_column(folder):
    """A column that says the split of every observation."""
    table = classes().assign(fold=["train", "train", "validation", "test"] * 10)
    result = yield by(folder, "by: column, column: fold", table)
    obs = result.made.adata.obs
    assert (obs["split"].astype(str) == table.loc[obs.index, "fold"]).all()


@refused(r"`holdout`.*`fold`|`fold`.*`holdout`", "validation")
def split_by_a_column_with_another_word(folder):
    """A column that has a fourth word, holdout."""
    table = classes().assign(fold=["train", "holdout", "validation", "test"] * 10)
    return by(folder, "by: column, column: fold", table)


@refused(r"no test observation in the column `fold`.*m\.csv")
def split_by_a_column_without_test(folder):
    """A column without a test split."""
    table = classes().assign(fold=["train", "train", "validation", "train"] * 10)
    return by(folder, "by: column, column: fold", table)


@refused(r"`d\d`.*`fold`.*m\.csv")
def split_by_a_column_that_divides_groups(folder):
    """A column that divides donors, beside the wish that none is divided."""
    table = donors(10).assign(fold=["train", "train", "validation", "test"] * 10)
    return by(folder, "by: column, column: fold, group: donor", table)
