import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.data import check
from vaebio.data.raw import Raw
from vaebio.errors import VaebioError

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


def data(values):
    return Raw(
        pd.DataFrame(index=[f"o{i}" for i in range(values.shape[0])]),
        pd.DataFrame(index=[f"f{i}" for i in range(values.shape[1])]),
        values,
    )


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_matrix_is_refused(shape):
    with pytest.raises(VaebioError, match=f"{shape[0]} observations x {shape[1]} features"):
        check.usable(data(np.zeros(shape)))


@FORMS
@pytest.mark.parametrize("bad", [np.inf, -np.inf, -1e39, 1e39])
@pytest.mark.parametrize("missing", [False, True])
def test_the_first_infinite_value_is_named(form, bad, missing):
    values = np.eye(4)
    values[1, 2] = values[3, 0] = bad
    if missing:
        values[0, 1] = np.nan
    raw = data(form(values))
    with pytest.raises(VaebioError, match="2 infinite values, .* `o1`, feature `f2`"):
        check.finite(raw.x, raw.obs.index, raw.var.index)


@FORMS
def test_missing_and_finite_values_pass(form):
    values = np.array([[np.nan, 1e38], [0, -1e38]])
    check.finite(form(values), pd.Index(["a", "b"]), pd.Index(["c", "d"]))


def test_text_is_refused():
    with pytest.raises(VaebioError, match="values of the type"):
        check.usable(data(np.full((3, 2), "x", dtype=object)))


def test_repeated_names_are_refused():
    raw = data(np.eye(3))
    raw.var.index = ["f", "g", "f"]
    with pytest.raises(VaebioError, match="feature name `f` stands more than once"):
        check.usable(raw)


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
