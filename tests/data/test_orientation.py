import pytest

from vaebio.data.orientation import lies

CELLS = [
    f"AAACCTGAGATAGG{i:02}".translate(str.maketrans("0123456789", "ACGTACGTAC")) for i in range(9)
]
GENES = [f"ENSG{i:011}" for i in range(20)]
NOTHING = list("pqrstuvwxyz")
WIDE, TALL = "observations_by_features", "features_by_observations"


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        (CELLS, GENES, WIDE),
        (GENES, CELLS, TALL),
        (CELLS, NOTHING, WIDE),
        (NOTHING, CELLS, TALL),
        (GENES, NOTHING, TALL),
        (NOTHING, GENES, WIDE),
        (GENES, GENES, None),
        (NOTHING, NOTHING, None),
        # Wells are one side's names alone, and acylcarnitines are written alike.
        (NOTHING, [f"C{i}" for i in range(2, 19)], None),
        ([f"plate1_{row}{i}" for row in "AB" for i in range(1, 9)], NOTHING, None),
        ([f"plate1_{row}{i}" for row in "AB" for i in range(1, 9)], GENES, WIDE),
        (GENES, [f"plate1_{row}{i}" for row in "AB" for i in range(1, 9)], TALL),
    ],
)
def test_names_tell_the_orientation_or_do_not(rows, columns, expected):
    assert lies(rows, columns).orientation == expected


def test_the_annotation_tells_more_than_what_names_look_like():
    found = lies(GENES, CELLS, annotated=GENES[:5])
    assert found.orientation == WIDE
    assert "5 of the 20 names of the rows" in found.reason
    assert lies(GENES, CELLS, annotated=CELLS).orientation == TALL
    assert lies(GENES, CELLS, annotated=["other"]).orientation == TALL


def test_a_shape_alone_is_no_proof():
    found = lies(NOTHING[:3], NOTHING)
    assert found.orientation is None
    assert "more columns than rows is no proof" in found.reason
