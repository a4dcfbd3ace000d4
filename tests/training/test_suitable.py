import pytest

from vaebio.errors import VaebioError
from vaebio.training.suitable import Facts, suitable

COUNTS = Facts("blood", True, 0.0, 7.3, "g1", "g2")
LOGS = Facts("arrays", False, -2.5, 14.1, "p1", "p2")
FRACTIONS = Facts("cpg", False, 0.01, 0.99, "c1", "c2")


@pytest.mark.parametrize(
    ("facts", "name", "why"),
    [(COUNTS, "nb", "counts"), (LOGS, "gaussian", "-2.5 to 14.1"), (FRACTIONS, "bernoulli", "[0")],
)
def test_auto_decides_by_what_the_data_are_and_says_why(facts, name, why):
    found, reason = suitable("auto", facts)
    assert found == name
    assert why in reason


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [("gaussian", COUNTS), ("zinb", COUNTS), ("poisson", COUNTS), ("bernoulli", FRACTIONS)],
)
def test_what_can_have_produced_the_data_is_taken(wanted, facts):
    assert suitable(wanted, facts)[0] == wanted


@pytest.mark.parametrize(
    ("wanted", "facts", "found", "fitting"),
    [
        ("nb", LOGS, "arrays has no counts", "gaussian"),
        ("zinb", FRACTIONS, "cpg has no counts", "gaussian or bernoulli"),
        ("bernoulli", LOGS, "-2.5 in `p1`", "gaussian"),
        ("bernoulli", COUNTS, "7.3 in `g2`", "nb, zinb, poisson or gaussian"),
    ],
)
def test_what_cannot_have_produced_them_is_refused(wanted, facts, found, fitting):
    with pytest.raises(VaebioError) as error:
        suitable(wanted, facts)
    assert found in error.value.found
    assert fitting in error.value.expected
