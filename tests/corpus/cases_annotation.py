"""Tables about the observations, and the label and batch columns in them."""

import warnings

import numpy as np
import pandas as pd
from anndata import AnnData

from .case import handled, refused
from .made import classes, continuous, counts, h5ad, names, same_counts, same_labels
from .ways import prepare


def annotated(folder, table: pd.DataFrame, text: str | None = None, **options: str):
    """The counts with a table as annotation, its text changed where one is given."""
    counts().to_csv("m.csv")
    (folder / "a.csv").write_text(table.to_csv() if text is None else text, encoding="utf-8")
    return prepare("m.csv", annotation="a.csv", **options)


@refused(r"none of the 40 row names of a\.csv \(`cell00-1`, \.\.\.\).*`cell00`", "", "letter")
def annotation_with_a_suffix(folder):
    """An annotation whose barcodes end in -1 while those of the matrix do not."""
    return annotated(folder, classes().rename(lambda name: f"{name}-1"), label="type")


@refused(r"none of the 40 row names of a\.csv", "", "column `barcode`")
def annotation_with_names_in_another_column(folder):
    """An annotation with a row number before the names."""
    table = classes().rename_axis("barcode").reset_index()
    return annotated(folder, table, label="type")


@refused(r"3 of 40 observations have no row in a\.csv.*`cell37`", "every observation", "rows")
def annotation_with_missing_rows(folder):
    """An annotation without the last three observations."""
    return annotated(folder, classes().iloc[:-3], label="type")


@refused(r"`cell03` stands more than once in a\.csv", "once", "rename")
def annotation_with_a_row_twice(folder):
    """An annotation with an observation twice, and two different labels."""
    return annotated(folder, classes().rename({"cell04": "cell03"}), label="type")


@refused(r"column name `type` stands more than once in a\.csv", "once")
def annotation_with_a_column_twice(folder):
    """An annotation with two columns of one name."""
    table = pd.concat([classes(), classes()[::-1].set_axis(classes().index)], axis=1)
    return annotated(folder, table, label="type")


@handled(says=("all 40 observations",))
def annotation_in_another_order(folder):
    """An annotation in another order than the matrix."""
    table = classes().sample(frac=1, random_state=0)
    same_labels((yield annotated(folder, table, label="type")), "type", table["type"])


@handled(says=("20 of its rows match no observation",))
def annotation_with_more_rows(folder):
    """An annotation of more observations than the matrix has, shuffled."""
    table = classes(60).sample(frac=1, random_state=0)
    same_labels((yield annotated(folder, table, label="type")), "type", table["type"])


@handled()
def annotation_with_mark_and_windows_lines(folder):
    """An annotation with a byte order mark and lines of Windows."""
    text = "\ufeff" + classes().to_csv().replace("\n", "\r\n")
    result = yield annotated(folder, classes(), text, label="type")
    same_labels(result, "type", classes()["type"])


@refused(r"a\.csv.*semicolons", "commas")
def annotation_of_semicolons(folder):
    """An annotation with semicolons."""
    return annotated(folder, classes(), classes().to_csv(sep=";"), label="type")


@refused(r"a\.csv has a header but no rows")
def annotation_without_rows(folder):
    """An annotation of a header alone."""
    return annotated(folder, classes().iloc[:0], label="type")


@refused(r"a\.xlsx, the annotation, ends in `\.xlsx`", r"\.csv")
def annotation_of_excel(folder):
    """An annotation as an Excel file."""
    counts().to_csv("m.csv")
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04")
    return prepare("m.csv", annotation="a.xlsx")


@refused(r"no file .*anotation\.csv, the annotation", "", r"did you mean `annotation\.csv`")
def annotation_misspelt(folder):
    """The path of the annotation with a letter missing."""
    counts().to_csv("m.csv")
    classes().to_csv("annotation.csv")
    return prepare("m.csv", annotation="anotation.csv")


@refused(r"no column `typ`, the label, in m\.csv or a\.csv", "type", "did you mean `type`")
def label_misspelt(folder):
    """A label column that does not exist."""
    return annotated(folder, classes(), label="typ")


@refused(r"no column `type`, the label.*m\.csv", "", "annotation")
def label_without_annotation(folder):
    """A label for a matrix that has no columns about observations."""
    counts().to_csv("m.csv")
    return prepare("m.csv", label="type")


@refused(r"no column `Donor`, the batch", "donor", "did you mean `donor`")
def batch_misspelt(folder):
    """A batch column with a capital letter that is none."""
    return annotated(folder, classes(column="donor"), batch="Donor")


@refused(r"2 of 40 observations have no label in `type`.*`cell03`", "", "unknown")
def label_missing_for_some(folder):
    """Labels of which two are empty or NA."""
    table = classes()
    table.loc["cell03"], table.loc["cell08"] = "", "NA"
    return annotated(folder, table, label="type")


@refused(r"40 of 40 observations have no label in `type`")
def label_missing_for_all(folder):
    """A label column with nothing in it."""
    return annotated(folder, classes().assign(type="", other="x"), label="type")


@handled("same label")
def label_that_is_all_the_same(folder):
    """One label for all observations."""
    yield annotated(folder, classes().assign(type="blood"), label="type")


@handled("names observations")
def label_that_names_observations(folder):
    """A label that is different for every observation."""
    yield annotated(folder, classes().assign(type=names("x", 40)), label="type")


@handled("No validation observation of `rare00`")
def labels_of_single_observations(folder):
    """Four labels with one observation each among two large ones."""
    table = classes()
    table.loc[table.index[:4], "type"] = names("rare", 4)
    result = yield annotated(folder, table, label="type")
    same_labels(result, "type", table["type"])
    split = result.made.adata.obs["split"]
    assert (split[table.index[:4]] == "train").all()


@handled()
def labels_with_odd_letters(folder):
    """Labels with slashes, line breaks, quotes, commas, accents, Greek and an emoji."""
    odd = ["CD4/CD8", "T\nhelper", 'so "called"', "γδ T, naïve", "🧫", "../x", "<b>", "{label}"]
    table = classes().assign(type=odd * 5)
    result = yield annotated(folder, table, label="type")
    same_labels(result, "type", table["type"])
    assert set(result.made.facts["labels"]) == set(odd)


@handled()
def labels_with_spaces_around(folder):
    """Labels of which some have spaces before or after: the same classes without them."""
    table = classes()
    table.iloc[:6, 0] = [" a", "b ", "a\t", "  b", "a", "b"]
    result = yield annotated(folder, table, label="type")
    assert set(result.made.facts["labels"]) == {"a", "b"}
    same_labels(result, "type", classes()["type"])


def classes_of_their_own(folder, labels: list):
    """Labels in turn, each of which must be a class, and the one of its observations."""
    table = classes().assign(type=labels * (40 // len(labels)))
    result = yield annotated(folder, table, label="type")
    assert set(result.made.facts["labels"]) == set(map(str, labels))
    same_labels(result, "type", table["type"])


@handled()
def labels_of_numbers(folder):
    """Clusters 1, 2 and 10 as labels."""
    return classes_of_their_own(folder, [1, 2, 10, 2])


@handled()
def labels_with_leading_zeros(folder):
    """Labels 1, 01 and 001, which are different as texts and the same as numbers."""
    return classes_of_their_own(folder, ["1", "01", "001", "1"])


@handled()
def labels_that_look_like_exponents(folder):
    """Plates 1e2 and 100, which are different as texts and the same as numbers."""
    return classes_of_their_own(folder, ["1e2", "100", "2E1", "20"])


@handled()
def labels_of_versions(folder):
    """Versions 1.1, 1.10 and 2, of which the first two are the same as numbers."""
    return classes_of_their_own(folder, ["1.1", "1.10", "2", "2"])


@handled()
def labels_of_long_numbers(folder):
    """Identifiers of 20 digits that differ in the last one."""
    table = classes().assign(type=["12345678901234567890", "12345678901234567891"] * 20)
    result = yield annotated(folder, table, label="type")
    same_labels(result, "type", table["type"])


@handled()
def labels_of_true_and_false(folder):
    """A label column of TRUE and FALSE in an h5ad."""
    obs = classes().assign(type=[True, False] * 20)
    h5ad("m.h5ad", counts(), obs=obs)
    result = yield prepare("m.h5ad", label="type")
    same_labels(result, "type", obs["type"])


@handled()
def labels_with_unused_classes(folder):
    """A categorical label that knows of classes without observations."""
    obs = pd.DataFrame({"type": pd.Categorical([*"ab"] * 20, [*"abc"])}, counts().index)
    h5ad("m.h5ad", counts(), obs=obs)
    result = yield prepare("m.h5ad", label="type")
    assert set(result.made.facts["labels"]) == {"a", "b"}


@refused(r"1 of 40 observations have no label in `type`.*`cell00`.*m\.h5ad")
def labels_of_whole_numbers_with_a_gap(folder):
    """An h5ad with a nullable whole-number label of which one is missing."""
    obs = pd.DataFrame({"type": pd.array([None, *[1, 2, 3] * 13], "Int64")}, counts().index)
    h5ad("m.h5ad", counts(), obs=obs)
    return prepare("m.h5ad", label="type")


@handled(r"batch.*label|label.*batch")
def batch_that_is_the_label(folder):
    """A batch that divides the observations exactly as the label does."""
    table = classes().assign(batch=classes()["type"].map({"a": "x", "b": "y"}))
    yield annotated(folder, table, label="type", batch="batch")


@handled("same batch")
def batch_that_is_all_the_same(folder):
    """One batch for all observations."""
    yield annotated(folder, classes().assign(batch=1), label="type", batch="batch")


@refused(r"the label column is called `split`", "another name", "label_split")
def label_called_split(folder):
    """A label column with a name that preparing gives away itself."""
    return annotated(folder, classes(column="split"), label="split")


@handled("`split` of the input is now called `input_split`")
def annotation_with_a_split(folder):
    """An annotation that has columns called split and total."""
    table = classes().assign(split="mine", total=3)
    result = yield annotated(folder, table, label="type")
    same_counts(result, counts())
    assert (result.made.adata.obs["input_total"] == 3).all()


@handled("`cells/ml` of the input is now called `cells|ml`.*slash")
def annotation_with_a_slash_in_a_column(folder):
    """An annotation with a column `cells/ml`, a name that an h5ad cannot hold as it is."""
    table = classes().assign(**{"cells/ml": 5, "CD4/CD8": 2.5})
    result = yield annotated(folder, table, label="type")
    same_labels(result, "type", classes()["type"])
    assert any("ml" in column for column in result.made.adata.obs)


@handled("`_index` of the input is now called")
def annotation_with_reserved_columns(folder):
    """An annotation with columns called _index and index."""
    table = classes().assign(_index="x", index="y")
    result = yield annotated(folder, table, label="type")
    same_labels(result, "type", classes()["type"])


@handled("`cell/type` of the input is now called `cell|type`")
def label_with_a_slash_in_its_name(folder):
    """A label column called `cell/type`."""
    table = classes(column="cell/type")
    result = yield annotated(folder, table, label="cell/type")
    assert set(result.made.facts["labels"]) == {"a", "b"}


@handled("`cell/type` of the input is now called `cell|type`", "`a/b` of the input about features")
def h5ad_with_slashes_in_columns(folder):
    """An h5ad of an earlier anndata, with slashes in names of columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        adata = AnnData(counts().to_numpy(float), obs=classes(column="cell/type"))
        adata.var_names, adata.var["a/b"] = names("gene", 12), 1
        adata.write_h5ad("m.h5ad")
    assert set((yield prepare("m.h5ad", label="cell/type")).made.facts["labels"]) == {"a", "b"}


@handled()
def annotation_with_dates_and_texts(folder):
    """An annotation with dates, half-empty and mixed columns."""
    table = classes().assign(day="2024-05-01", half=["x", ""] * 20, mixed=["1", "a"] * 20)
    result = yield annotated(folder, table, label="type")
    assert result.made.adata.obs["half"].isna().sum() == 20
    same_labels(result, "mixed", table["mixed"])


@handled(says=("replaced the matrix's own type",))
def annotation_that_contradicts_the_matrix(folder):
    """An h5ad with labels and an annotation with others: the annotation counts, and it is said."""
    h5ad("m.h5ad", continuous(), obs=classes())
    turned = classes().replace({"a": "b", "b": "a"})
    turned.to_csv("a.csv")
    result = yield prepare("m.h5ad", annotation="a.csv", label="type")
    same_labels(result, "type", turned["type"])
    assert np.isfinite(result.made.adata.X).all()


@refused(r"`cell00 ` stands more than once|none of|`cell00 `|no row in a\.csv")
def names_with_spaces_in_the_matrix(folder):
    """An h5ad whose names end in a space while those of the annotation do not."""
    h5ad("m.h5ad", counts().rename(lambda name: f"{name} "))
    classes().to_csv("a.csv")
    return prepare("m.h5ad", annotation="a.csv", label="type")
