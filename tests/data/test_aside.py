import pytest

from vaebio.data.aside import aside, told


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["type", "index", "a.b", "a b"], {}),
        (["split"], {"split": "input_split"}),
        (["split", "input_split"], {"split": "input_split_2"}),
        (["_index"], {"_index": "input__index"}),
        (["cells/ml"], {"cells/ml": "cells|ml"}),
        (["a/b", "a|b", "a|b_2"], {"a/b": "a|b_3"}),
        (["a/b", "a//b"], {"a/b": "a|b", "a//b": "a||b"}),
        ([".", ""], {".": "column.", "": "column"}),
    ],
)
def test_names_step_aside_and_stay_different(columns, expected):
    found = aside(columns, ("split", "total"))
    assert found == expected
    kept = [found.get(name, name) for name in columns]
    assert len({*kept, "split", "total"}) == len(kept) + 2


def test_every_new_name_is_told():
    assert told({"a/b": "a|b"}) == [
        "The column `a/b` of the input is now called `a|b`: in an h5ad a slash parts a name in two."
    ]
    assert told({"mean": "input_mean"}, " about features") == [
        "The column `mean` of the input about features is now called `input_mean`."
    ]
