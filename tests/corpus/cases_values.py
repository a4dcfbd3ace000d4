"""Matrices that are whole, with values that are wrong, odd, or not what they are called."""

import numpy as np
import pandas as pd

from .case import handled, refused
from .made import (
    classes,
    continuous,
    counts,
    dense,
    features,
    h5ad,
    same_counts,
    same_values,
)
from .ways import prepare


def changed(table: pd.DataFrame, value: object, row: int = 7, column: int = 3) -> pd.DataFrame:
    """A table of floats or objects with one value replaced."""
    table = table.astype(object)
    table.iloc[row, column] = value
    return table


@refused(r"`high` in line 9 \(row `cell07`\), column `gene03` of m\.csv", "number")
def text_among_numbers(folder):
    """A csv with a word where a number should be."""
    changed(counts(), "high").to_csv("m.csv")
    return prepare("m.csv")


@refused(r"`a` in line 2.*column `type` of m\.csv", "number", "annotation")
def labels_among_features(folder):
    """A csv with the column of cell types beside the genes."""
    counts().assign(type=classes()["type"]).to_csv("m.csv")
    return prepare("m.csv")


@refused(
    r"`Sweden` in line 2.*column `site` of m\.csv, and text in 1 more columns",
    "number",
    r"`site`, `sex`.*annotation",
)
def descriptions_among_features(folder):
    """A csv with columns of text and of numbers before the measurements."""
    table = continuous()
    table.insert(0, "sex", "f")
    table.insert(0, "age", 70)
    table.insert(0, "site", "Sweden")
    table.to_csv("m.csv")
    return prepare("m.csv")


@refused(r"`group` in line 2|`a` in line 2 \(row `group`\)", "number", "whole line is text")
def line_of_descriptions_above_the_features(folder):
    """A csv with a second line of descriptions."""
    lines = counts().to_csv().splitlines()
    lines.insert(1, ",".join(["group", *"abcabcabcabc"]))
    (folder / "m.csv").write_text("\n".join(lines))
    return prepare("m.csv")


@refused(r"`#N/A` in line 9.*`gene03` of m\.csv", "number")
def error_of_a_spreadsheet(folder):
    """A csv with a failed formula of Excel."""
    changed(counts(), "#N/A").to_csv("m.csv")
    return prepare("m.csv")


@refused(r"`0,\d+`.*`gene00` of m\.tsv|`-?\d,\d+`.*`gene00` of m\.tsv", "number", "point")
def decimal_commas(folder):
    """A tsv with commas for decimal points."""
    continuous().to_csv("m.tsv", sep="\t", decimal=",")
    return prepare("m.tsv")


@refused(r"`1_2`.*`gene03` of m\.csv", "number")
def underscore_inside_a_number(folder):
    """A csv with `1_2`, which is a number for Python and for nobody else."""
    changed(counts(), "1_2").to_csv("m.csv")
    return prepare("m.csv")


@refused(r"1 infinite.*`cell07`, feature `gene03`.*m\.csv", "finite", "division|logarithm")
def infinite_value(folder):
    """A csv with a value `inf`."""
    changed(continuous(), "inf").to_csv("m.csv")
    return prepare("m.csv")


@refused(r"1 infinite.*`cell07`, feature `gene03`.*m\.h5ad")
def value_beyond_single_precision(folder):
    """An h5ad with 1e39, finite in double precision alone."""
    h5ad("m.h5ad", changed(continuous(), 1e39).astype(float))
    return prepare("m.h5ad")


@refused(r"1 missing.*`cell07`, feature `gene03`.*m\.csv", "number")
def missing_count(folder):
    """Counts with one missing value, left empty."""
    changed(counts(), "").to_csv("m.csv")
    return prepare("m.csv")


@handled(says=("(?i)filled",))
def missing_continuous_value(folder):
    """Continuous values with one NaN: filled in with what train says, and said."""
    table = changed(continuous(), np.nan).astype(float)
    h5ad("m.h5ad", table)
    adata = (yield prepare("m.h5ad")).made.adata
    train = adata.obs_names[adata.obs["split"] == "train"]
    filled = table.fillna(table.loc[train].median())
    np.testing.assert_allclose(dense(adata.X), filled, rtol=1e-5)


@refused(r"missing.*m\.csv")
def features_of_nothing(folder):
    """Continuous values that are all missing."""
    (continuous() * np.nan).to_csv("m.csv")
    return prepare("m.csv", kind="continuous")


@handled(says=("Dropped 2 observations",))
def rows_of_zeros(folder):
    """Counts with two observations that have none."""
    table = counts()
    table.iloc[[4, 9]] = 0
    table.to_csv("m.csv")
    same_counts((yield prepare("m.csv")), table.drop(["cell04", "cell09"]))


@handled(says=("Dropped 2 features",))
def columns_of_zeros(folder):
    """Counts with two features that no observation has."""
    table = counts()
    table.iloc[:, [4, 9]] = 0
    table.to_csv("m.csv")
    same_counts((yield prepare("m.csv")), table.drop(columns=["gene04", "gene09"]))


@refused(r"0 observations with at least 1 detected feature.*m\.csv")
def zeros_alone(folder):
    """Counts that are all 0."""
    (counts() * 0).to_csv("m.csv")
    return prepare("m.csv")


@handled(says=("Dropped 2 features that are constant on train",))
def constant_columns(folder):
    """Continuous values with two features that never vary."""
    table = continuous()
    table["gene04"], table["gene09"] = 0.1, -3.0
    table.to_csv("m.csv")
    same_values((yield prepare("m.csv")), table.drop(columns=["gene04", "gene09"]))


@refused(r"all 12 features have one and the same value.*m\.csv", "vary")
def constants_alone(folder):
    """Continuous values of which none varies."""
    (continuous() * 0 + 0.5).to_csv("m.csv")
    return prepare("m.csv")


@refused(r"kind `counts`, but 1 values are negative.*-2.*m\.csv", "non-negative", "continuous")
def negative_count(folder):
    """A negative number in what is called counts."""
    changed(counts(), -2).to_csv("m.csv")
    return prepare("m.csv", kind="counts")


@handled(says=("continuous.*1 values are negative",))
def negative_whole_number(folder):
    """Whole numbers, one of them negative, of no declared kind."""
    changed(counts(), -2).to_csv("m.csv")
    same_values((yield prepare("m.csv")), changed(counts(), -2).astype(float))


@handled()
def counts_as_floats(folder):
    """Counts written as 3.0."""
    counts().astype(float).to_csv("m.csv")
    same_counts((yield prepare("m.csv", kind="counts")), counts())


@refused(r"kind `counts`, but 1 of 480 values are not whole.*2\.5.*m\.csv", "whole", "round")
def half_a_count(folder):
    """One value of 2.5 in what is called counts, as aligners estimate them."""
    changed(counts(), 2.5).to_csv("m.csv")
    return prepare("m.csv", kind="counts")


@handled(r"1 of 480 values", says=("continuous.*1 of 480 values are not whole",))
def almost_counts(folder):
    """Counts of no declared kind with a single value of 2.5: treated as continuous, and warned."""
    changed(counts(), 2.5).to_csv("m.csv")
    same_values((yield prepare("m.csv")), changed(counts(), 2.5).astype(float))


@refused(r"kind `counts`, but .*not whole.*m\.h5ad", "", "continuous")
def logarithms_called_counts(folder):
    """log(1 + x) of counts, called counts."""
    h5ad("m.h5ad", np.log1p(counts()))
    return prepare("m.h5ad", kind="counts")


@handled("intensities")
def intensities_called_counts(folder):
    """Whole intensities of thousands, called counts."""
    table = (np.exp(continuous() + 9)).round()
    table.to_csv("m.csv")
    yield prepare("m.csv", kind="counts")


@handled("same total")
def rounded_percentages_called_counts(folder):
    """Counts thinned to one and the same total."""
    rng = np.random.default_rng(0)
    values = rng.multinomial(50, np.full(12, 1 / 12), 40)
    table = pd.DataFrame(values, counts().index, counts().columns)
    table.to_csv("m.csv")
    same_counts((yield prepare("m.csv", kind="counts")), table)


@handled()
def counts_beyond_32_bits(folder):
    """Counts above 2^32, kept exactly."""
    table = counts() + (counts() == 5) * (2**33 + 1)
    h5ad("m.h5ad", table, table.to_numpy(np.int64))
    same_counts((yield prepare("m.h5ad")), table)


@refused(r"kind `counts`, but values go up to 9\.0.*m\.h5ad", "whole")
def counts_beyond_what_is_exact(folder):
    """Counts above 2^53, which no float holds exactly."""
    table = counts() + (counts() == 5) * (2**53 + 2)
    h5ad("m.h5ad", table, table.to_numpy(np.int64))
    return prepare("m.h5ad", kind="counts")


@refused(r"1 observations in the matrix.*m\.csv", "at least 10", "orientation")
def one_observation(folder):
    """A single observation."""
    counts().iloc[:1].to_csv("m.csv")
    return prepare("m.csv")


@refused(r"9 observations in the matrix.*m\.csv", "at least 10")
def nine_observations(folder):
    """One observation fewer than any split could use."""
    counts().iloc[:9].to_csv("m.csv")
    return prepare("m.csv")


@handled("Only 7 train observations")
def ten_observations(folder):
    """As few observations as can be split."""
    counts().iloc[:10].to_csv("m.csv")
    result = yield prepare("m.csv", "--settings", rare_too(folder))
    assert result.made.facts["split"] == {"train": 7, "validation": 2, "test": 1}


def rare_too(folder) -> str:
    (folder / "s.yaml").write_text("prepare: {min_observations: 1}\n")
    return "s.yaml"


@refused(r"one and the same value.*m\.csv")
def one_counted_feature(folder):
    """Counts of one feature: scaled to a common total they are all the same."""
    (counts()[["gene00"]] + 1).to_csv("m.csv")
    return prepare("m.csv")


@handled()
def one_continuous_feature(folder):
    """Continuous values of one feature."""
    continuous()[["gene00"]].to_csv("m.csv")
    same_values((yield prepare("m.csv")), continuous()[["gene00"]])


@handled("over four orders")
def values_of_many_orders(folder):
    """Continuous values from 1e-3 to 1e9: their logarithm was not taken."""
    table = np.exp(continuous() * 5)
    table.to_csv("m.csv")
    same_values((yield prepare("m.csv", kind="continuous")), table)


@handled(says=("constant on train",))
def differences_too_small_for_single_precision(folder):
    """A feature that varies in the ninth digit."""
    table = continuous()
    table["gene03"] = 1e8 + 1e-3 * table["gene03"]
    h5ad("m.h5ad", table)
    same_values((yield prepare("m.h5ad", kind="continuous")), table.drop(columns="gene03"))


@refused(r"`gene05`.*m\.h5ad")
def differences_among_the_smallest_numbers(folder):
    """A feature of zeros and of the smallest number there is, whose deviation rounds to 0."""
    table = continuous()
    table["gene05"] = 0.0
    table.iloc[::11, 5] = 1e-45
    h5ad("m.h5ad", table)
    return prepare("m.h5ad", kind="continuous")


@handled(says=("M-values",))
def fractions(folder):
    """Fractions in [0, 1], called so, with zeros and ones among them: M-values that are finite."""
    table = (continuous() / 6 + 0.5).clip(0, 1)
    table.iloc[3, 3], table.iloc[4, 4] = 0, 1
    table.to_csv("m.csv")
    result = yield prepare("m.csv", kind="fraction")
    assert result.made.facts["kind"] == "fraction"
    x = dense(result.made.adata.X)
    assert np.isfinite(x).all() and np.abs(x).max() < 15
    truth = table.loc[result.made.adata.obs_names]
    assert np.array_equal(np.argsort(x[:, 0]), np.argsort(truth.to_numpy()[:, 0]))


@refused(r"kind `fraction`, but .*1\.5.*m\.csv", r"\[0, 1\]")
def fraction_above_one(folder):
    """A value of 1.5 among what is called fractions."""
    changed((continuous() / 10 + 0.5).clip(0, 1), 1.5).to_csv("m.csv")
    return prepare("m.csv", kind="fraction")


@refused(r"kind `fraction`, but .*-0\.2.*m\.csv", r"\[0, 1\]")
def fraction_below_zero(folder):
    """A value of -0.2 among what is called fractions."""
    changed((continuous() / 10 + 0.5).clip(0, 1), -0.2).to_csv("m.csv")
    return prepare("m.csv", kind="fraction")


@refused(r"kind `fraction`, but .*\b[2-9]\d\b.*m\.csv", r"\[0, 1\]", "100")
def percentages_called_fractions(folder):
    """Percentages from 0 to 100, called fractions."""
    (continuous() * 10 + 50).clip(0, 100).to_csv("m.csv")
    return prepare("m.csv", kind="fraction")


@handled()
def binary(folder):
    """Zeros and ones, called binary."""
    table = (counts() > 3).astype(int)
    table.to_csv("m.csv")
    result = yield prepare("m.csv", kind="binary")
    adata = result.made.adata
    assert result.made.facts["kind"] == "binary"
    assert np.array_equal(dense(adata.X), table.loc[adata.obs_names, adata.var_names])


@handled()
def binary_values_of_no_declared_kind(folder):
    """Zeros and ones of no declared kind."""
    (counts() > 3).astype(int).to_csv("m.csv")
    assert (yield prepare("m.csv")).made.facts["kind"] == "binary"


@refused(r"kind `binary`, but .*\b2\b.*m\.csv", "zeros and ones")
def two_among_binary_values(folder):
    """A 2 among what is called binary."""
    changed((counts() > 3).astype(int), 2).to_csv("m.csv")
    return prepare("m.csv", kind="binary")


@handled(says=("(?i)missing|not measured|not detected",))
def intensities_with_zeros(folder):
    """Intensities in which 0 says that nothing was measured."""
    table = np.exp(continuous() + 12).round(2)
    table.iloc[7, 3] = table.iloc[9, 4] = 0
    table.to_csv("m.csv")
    result = yield prepare("m.csv", kind="intensity")
    assert result.made.facts["kind"] == "intensity"
    adata = result.made.adata
    x = pd.DataFrame(dense(adata.X), adata.obs_names, adata.var_names)
    there = table.loc[x.index, x.columns].replace(0, np.nan)
    np.testing.assert_allclose(x.where(there.notna()), np.log2(there), rtol=1e-5)
    assert np.isfinite(x.to_numpy()).all() and x.loc["cell07", "gene03"] > 10


@refused(r"kind `intensity`, but .*-5.*m\.csv", "above 0", "logarithms")
def negative_intensity(folder):
    """A negative value among what is called intensities."""
    changed(np.exp(continuous() + 12).round(2), -5).to_csv("m.csv")
    return prepare("m.csv", kind="intensity")


@refused(r"kind `cuonts`", "counts, continuous", "did you mean `counts`")
def kind_misspelt(folder):
    """A kind that does not exist."""
    counts().to_csv("m.csv")
    return prepare("m.csv", kind="cuonts")


@refused(r"at least 500 detected features.*m\.csv", "at least 10", "min_features")
def filter_that_takes_all(folder):
    """Settings that ask for more detected features than there are."""
    counts().to_csv("m.csv")
    (folder / "s.yaml").write_text("prepare: {min_features: 500}\n")
    return prepare("m.csv", settings="s.yaml")


@refused(r"in 500 train observations.*m\.csv", "feature", "min_observations")
def filter_that_takes_all_features(folder):
    """Settings that ask for more observations with a feature than there are."""
    counts().to_csv("m.csv")
    (folder / "s.yaml").write_text("prepare: {min_observations: 500}\n")
    return prepare("m.csv", settings="s.yaml")


@refused(r"no observation for test.*m\.csv", "at least one", r"prepare\.split\.test")
def share_too_small(folder):
    """A share of the split that is less than one observation."""
    counts().to_csv("m.csv")
    split = "prepare: {split: {train: 0.989, validation: 0.01, test: 0.001}}\n"
    (folder / "s.yaml").write_text(split)
    return prepare("m.csv", settings="s.yaml")


@handled()
def negative_zeros(folder):
    """Counts in which some zeros carry a sign."""
    table = counts().astype(float)
    h5ad("m.h5ad", table, np.where(table == 0, -0.0, table))
    result = yield prepare("m.h5ad")
    same_counts(result, counts())
    assert len(features(result)) == 12
