"""A planted fault at small size: its part is found, and no other.

More of them, and their figures: benchmarks/diagnosis/signatures.py.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _repository_on_path(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


def test_two_faults_of_one_member_have_the_parts_and_nothing_else_has():
    """With a decoder that is too weak, and beta too high, no change alone gains what counts."""
    from benchmarks.diagnosis import planted, signatures

    data = planted.linear(1, n=300, features=40, factors=4)
    case = planted.case(data, ("decoder", "beta"), hidden=16, latent=4)
    changes = {"minibatch": 90, "learning_rate": 1e-2, "warmup": 8, "patience": 10}
    found = signatures.diagnosed(case, 1, planted.training(40, **changes))
    room = found["null"] - found["floor"]
    gain = {w: (found["mse"]["factorial:"] - mse) / room for w, mse in found["mse"].items()}
    single = ("encoder", "decoder", "latent", "beta")
    assert all(gain[f"factorial:{factor}"] < 0.05 for factor in single)
    assert gain["factorial:decoder+beta"] > 0.5
    large = {factor for factor, part in found["parts"].items() if part["value"] > 0.1 * room}
    assert large == {"decoder", "beta"}
    # One seed shows no spread, so that nothing is supported, and "none" is not said either.
    assert found["found"] == ["unknown"]


def test_cases_are_functions_of_their_seed():
    from benchmarks.diagnosis import planted

    for make in (planted.linear, planted.nonlinear, planted.counts):
        one, same, other = (make(seed, n=100, features=20) for seed in (0, 0, 1))
        hashes = [d.splits["test"].hash() for d in (one, same, other)]
        assert hashes[0] == hashes[1] != hashes[2]
        assert 0.01 < one.floor < 0.9


@pytest.mark.parametrize(("most", "count"), [(0, 1), (1, 5), (2, 11)])
def test_every_fault_and_pair_of_faults_is_planted(most, count):
    from benchmarks.diagnosis import planted

    cases = planted.cases(planted.linear(0, n=60, features=10), most=most)
    assert len({case.name for case in cases}) == count
    healthy = cases[0].architecture
    for case in cases:
        assert ("encoder" in case.faults) == (case.architecture.encoder != healthy.encoder)
        assert ("beta" in case.faults) == (case.member.beta != 1.0)
    [_, slow] = planted.cases(planted.linear(0, n=60, features=10), faults=("optimiser",))
    assert (slow.architecture, slow.member) == (healthy, cases[0].member)
    assert slow.training["learning_rate"] < planted.training()["learning_rate"]
