import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from vaebio.data import check
from vaebio.errors import VaebioError

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


def data(values):
    return AnnData(
        values,
        obs=pd.DataFrame(index=[f"o{i}" for i in range(values.shape[0])]),
        var=pd.DataFrame(index=[f"f{i}" for i in range(values.shape[1])]),
    )


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_matrix_is_refused(shape):
    with pytest.raises(VaebioError, match=f"{shape[0]} observations x {shape[1]} features"):
        check.checked_values(data(np.zeros(shape)))


@FORMS
@pytest.mark.parametrize(
    ("bad", "word"), [(np.nan, "2 missing"), (np.inf, "2 inf"), (-1e39, "2 inf")]
)
def test_the_first_unusable_value_is_named(form, bad, word):
    values = np.eye(4)
    values[1, 2] = values[3, 0] = bad
    with pytest.raises(VaebioError, match=rf"{word}.* observation `o1`, feature `f2`"):
        check.checked_values(data(form(values)))


def test_text_is_refused():
    with pytest.raises(VaebioError, match="values of the type"):
        check.checked_values(data(np.full((3, 2), "x", dtype=object)))


def test_repeated_names_are_refused():
    adata = data(np.eye(3))
    adata.var.index = ["f", "g", "f"]
    with pytest.raises(VaebioError, match="feature name `f` stands more than once"):
        check.checked_values(adata)


@FORMS
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[0, 1], [2, 3]], "counts"),
        ([[0.0, 1.0], [2.0, 3.0]], "counts"),
        ([[False, True], [True, False]], "counts"),
        ([[0, 1], [-2, 3]], "continuous"),
        ([[0, 1.5], [2, 3]], "continuous"),
        ([[0, 2.0**54], [2, 3]], "continuous"),
    ],
)
def test_auto_takes_non_negative_whole_numbers_for_counts(form, values, kind):
    found, reason = check.decide_kind(form(np.array(values)), "auto")
    assert found == kind
    assert reason


def test_a_declared_kind_holds():
    assert check.decide_kind(np.array([[0, 1]]), "continuous")[0] == "continuous"
    assert check.decide_kind(np.array([[0, 1]]), "counts")[0] == "counts"


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ([[0.5, 1]], "counts", r"1 of 2 values are not whole numbers \(for instance 0.5\)"),
        ([[-1.0, 1]], "counts", r"1 values are negative \(for instance -1\)"),
        ([[0.5, 1]], "fraction", "(?s)kind `fraction`.*counts or continuous.*`continuous`"),
        ([[0.5, 1]], "intensity", "(?s)logarithm.*`continuous`"),
        ([[0, 1]], "binary", "(?s)kind `binary`.*`continuous`"),
        ([[0, 1]], "count", "(?s)kind `count`.*did you mean `counts`"),
    ],
)
def test_kinds_that_do_not_fit_are_refused(values, kind, message):
    with pytest.raises(VaebioError, match=message):
        check.decide_kind(np.array(values), kind)


def test_classes_come_back_as_text():
    obs = pd.DataFrame({"cluster": [1, 2, 1]}, index=list("abc"))
    assert check.classes(obs, "label", "cluster").tolist() == ["1", "2", "1"]
    assert check.classes(obs, "label", "") is None


@pytest.mark.parametrize("missing", [None, np.nan, "", "NA", " "])
def test_an_observation_without_a_label_is_named(missing):
    obs = pd.DataFrame({"label": ["x", missing, "y"]}, index=list("abc"))
    with pytest.raises(VaebioError, match="1 of 3 observations have no label in `label`.*`b`"):
        check.classes(obs, "label", "label")


def test_a_missing_column_names_the_nearest():
    obs = pd.DataFrame({"cell_type": ["x"]})
    with pytest.raises(VaebioError, match="(?s)no column `celltype`.*did you mean `cell_type`"):
        check.classes(obs, "label", "celltype")


@pytest.mark.parametrize("column", check.OWN_COLUMNS)
def test_a_label_column_that_would_be_overwritten_is_refused(column):
    with pytest.raises(VaebioError, match="rename the column"):
        check.classes(pd.DataFrame({column: ["x"]}), "label", column)


def test_too_few_observations_are_refused():
    check.enough_observations(10, "in the matrix")
    with pytest.raises(VaebioError, match="9 observations in the matrix"):
        check.enough_observations(9, "in the matrix")


def test_a_split_that_the_filters_emptied_is_refused():
    check.every_split(np.array(["train", "validation", "test"]))
    with pytest.raises(VaebioError, match="no validation observation"):
        check.every_split(np.array(["train", "test", "test"]))
