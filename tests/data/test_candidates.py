import numpy as np
import pandas as pd
import pytest

from vaebio.data.candidates import alike, candidates, role_of, text_of


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("cell_type", "label"),
        ("CellType", "label"),
        ("celltype", "label"),
        ("cell type (broad)", "label"),
        ("bulk_labels", "label"),
        ("leiden_r1", "label"),
        ("tumour subtype", "label"),
        ("clinical AD diagnosis", "label"),
        ("sample_type", "label"),
        ("batch", "batch"),
        ("donor_id", "batch"),
        ("collection site", "batch"),
        ("sequencingRun", "batch"),
        ("Sample", "batch"),
        ("library", "batch"),
        ("sex", "unknown"),
        ("bmi", "unknown"),
        ("collected", "unknown"),
    ],
)
def test_names_of_columns_tell_their_role(column, role):
    assert role_of(column)[0] == role


@pytest.fixture
def obs():
    n = 60
    return pd.DataFrame(
        {
            "age": np.linspace(20, 80, n),
            "sex": ["f", "m"] * 30,
            "plate": [1, 2, 3] * 20,
            "cluster": pd.Categorical(list("abc") * 19 + ["a", "d", "e"]),
            "subtype": ["x"] * 30 + ["y"] * 28 + [None, "NA"],
            "barcode": [f"b{i}" for i in range(n)],
            "score": [1, 2, 3] * 20,
            "batch": ["one"] * n,
            "plate_name": ["p1", "p2", "p3"] * 20,
            "split": ["train", "test"] * 30,
        },
        index=[f"o{i}" for i in range(n)],
    )


def test_columns_with_classes_are_found_with_what_they_hold(obs):
    found = {c.column: c for c in candidates(obs)}
    assert [*found] == ["cluster", "subtype", "plate", "plate_name", "sex"]
    cluster, subtype = found["cluster"], found["subtype"]
    assert (cluster.role, cluster.classes, cluster.singletons, cluster.smallest_size) == (
        "label",
        5,
        2,
        1,
    )
    assert cluster.smallest in "de"
    assert (subtype.classes, subtype.missing, subtype.smallest) == (2, 2, "y")
    assert (found["plate"].role, found["sex"].role) == ("batch", "unknown")
    assert (found["plate_name"].same_as, found["plate"].same_as) == ("plate", "")


def test_many_classes_are_possible_where_the_name_says_so(obs):
    obs["cell_type"] = [f"t{i // 2}" for i in range(60)]
    obs["other"] = obs["cell_type"]
    found = [c.column for c in candidates(obs)]
    assert "cell_type" in found
    assert "other" not in found


def test_numbers_written_as_text_are_numbers(obs):
    obs["visits"] = [str(i % 4) for i in range(60)]
    assert "visits" not in [c.column for c in candidates(obs)]


@pytest.mark.parametrize("form", [list, pd.Categorical])
def test_text_is_the_same_from_categories(form):
    values = pd.Series(form(["a ", None, "NA", "b", "a "]), index=list("vwxyz"))
    assert text_of(values).tolist() == ["a", None, None, "b", "a"]
    assert text_of(values).index.tolist() == list("vwxyz")


@pytest.mark.parametrize(
    ("inner", "outer", "how"),
    [
        ("aabbcc", "xxyyzz", "equal"),
        ("aabbcc", "xxyyyy", "nested"),
        ("aabbcc", "xyxyxy", "crossed"),
        ("xxyyyy", "aabbcc", "crossed"),
    ],
)
def test_how_two_divisions_lie(inner, outer, how):
    obs = pd.DataFrame({"inner": list(inner), "outer": list(outer)})
    assert alike(obs, "inner", "outer") == how


def test_columns_that_differ_where_a_value_is_missing_are_not_the_same():
    n = 40
    site = np.array(["p", "q"] * (n // 2), dtype=object)
    early, late = site.copy(), site.copy()
    early[:2], late[-2:] = None, None
    obs = pd.DataFrame({"site": early, "plate": late, "run": np.where(early == "p", "A", "B")})
    obs.loc[:1, "run"] = None
    same = {c.column: c.same_as for c in candidates(obs)}
    assert same == {"site": "", "plate": "", "run": "site"}
