import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.data.evidence import Evidence
from vaebio.data.kind import decide_kind, likely_kind
from vaebio.errors import VaebioError

FORMS = pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "csr"])


def evidence(values, cuts=()):
    """Of values that come in parts, cut at some rows."""
    found = Evidence()
    names = [
        pd.Index([f"{word}{i}" for i in range(n)])
        for word, n in zip("of", values.shape, strict=True)
    ]
    for start, end in zip((0, *cuts), (*cuts, values.shape[0]), strict=True):
        found.add(values[start:end], names[0][start:end], names[1])
    return found


@FORMS
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[0, 1], [2, 3]], "counts"),
        ([[0.0, 1.0], [2.0, 3.0]], "counts"),
        ([[False, True], [True, False]], "binary"),
        ([[0.0, 1.0], [1.0, 0.0]], "binary"),
        ([[0, 1], [-2, 3]], "continuous"),
        ([[0, 1.5], [2, 3]], "continuous"),
        ([[0, 2.0**54], [2, 3]], "continuous"),
        ([[0.2, 0.9], [0.5, 0.7]], "fraction"),
        ([[0.2, np.nan], [0.5, 0.7]], "fraction"),
        ([[0.2, 0.0], [1.0, 0.7]], "continuous"),  # scaled to the ends, as it seems
        ([[0.2, -0.1], [0.5, 0.7]], "continuous"),
        ([[7e2, 3.5e9], [1.5e5, 2.5]], "intensity"),
        ([[700.5, 3.5e6], [1.5e5, np.nan]], "intensity"),
        ([[7e2, 3.5e9], [0, 2.5]], "continuous"),  # of transcripts 0 is a number
        ([[20.5, 31.2], [25.1, np.nan]], "continuous"),  # logarithms
        ([[0.02, 31.2], [25.1, np.nan]], "continuous"),  # orders apart, but of small numbers
        ([[2e-4, 31.2], [25.1, 7.5]], "continuous"),
        ([[-3, np.nan], [5, 2]], "continuous"),
    ],
)
def test_auto_looks_at_the_values(form, values, kind):
    found, reason = decide_kind(evidence(form(np.array(values))), "auto")
    assert found == kind
    assert reason.startswith("found: ")


def test_whole_numbers_with_missing_ones_are_not_guessed_at():
    with pytest.raises(VaebioError, match="1 missing values .*`o1`, feature `f0`, in a matrix of"):
        decide_kind(evidence(np.array([[3.0, 900.0], [np.nan, 0]])), "auto")


FITTING = {
    "counts": [[0, 7]],
    "continuous": [[-1.5, np.nan]],
    "intensity": [[0, np.nan], [1e7, 3]],
    "fraction": [[0, 1], [0.5, np.nan]],
    "binary": [[0, 1]],
}


@FORMS
@pytest.mark.parametrize("kind", FITTING)
def test_a_declared_kind_holds(form, kind):
    found, reason = decide_kind(evidence(form(np.array(FITTING[kind], float))), kind)
    assert found == kind
    assert reason.startswith("declared")


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ([[0.5, 1]], "counts", r"1 of 2 values are not whole numbers \(for instance 0.5\)"),
        ([[-1.0, 1]], "counts", r"1 values are negative \(for instance -1\)"),
        ([[np.nan, 1]], "counts", "1 missing values .*, the first in observation `o0`, feature"),
        ([[1.5, 1]], "fraction", "(?s)values go up to 1.5.*percentages"),
        ([[-0.5, 1]], "fraction", "1 values are negative"),
        ([[-0.5, 1]], "intensity", "(?s)1 values are negative.*`continuous`"),
        ([[0.0, np.nan]], "intensity", "no value is above 0"),
        ([[0, 2, 1]], "binary", "(?s)1 of 3 values are neither 0 nor 1.*binarise: true"),
        ([[np.nan, 1]], "binary", "1 missing values"),
        ([[0, 1]], "count", "(?s)kind `count`.*did you mean `counts`"),
    ],
)
def test_kinds_that_do_not_fit_are_refused(values, kind, message):
    with pytest.raises(VaebioError, match=message):
        decide_kind(evidence(np.array(values)), kind)


def test_anything_above_0_can_be_made_binary():
    assert decide_kind(evidence(np.array([[0, 2.5]])), "binary", binarise=True)[0] == "binary"
    with pytest.raises(VaebioError, match="negative"):
        decide_kind(evidence(np.array([[0, -2.5]])), "binary", binarise=True)


@FORMS
def test_evidence_is_the_same_however_the_rows_are_cut(form, rng):
    values = rng.choice([0, 1, 3, -2, 0.25, 7.5e8, np.nan], size=(60, 5))
    one, other = evidence(form(values)), evidence(form(values), cuts=(1, 7, 33))
    assert np.array_equal(one.powers, other.powers)
    assert {**vars(one), "powers": 0} == {**vars(other), "powers": 0}
    assert likely_kind(one) == likely_kind(other)
    assert one.numbers == 300
    assert one.missing == np.isnan(values).sum()
    assert (one.zeros, one.ones) == ((values == 0).sum(), (values == 1).sum())
    assert (one.negative, one.broken) == ((values < 0).sum(), (values == 0.25).sum())
    assert (one.low, one.high, one.smallest) == (-2, 7.5e8, 0.25)


def test_quantiles_are_good_to_a_factor_of_two(rng):
    values = rng.lognormal(0, 4, size=(200, 50))
    found = evidence(values)
    for share in (0.01, 0.5, 0.99):
        assert 0.5 < found.quantile(share) / np.quantile(values, share) < 2.0


@pytest.mark.parametrize("declared", ["auto", "continuous", "intensity", "counts"])
def test_a_matrix_without_a_single_value_is_refused_as_such(declared):
    with pytest.raises(VaebioError, match="all 6 values are missing"):
        decide_kind(evidence(np.full((2, 3), np.nan)), declared)
