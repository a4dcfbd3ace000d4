"""A planted fault at small size: the probes name it, and only it.

More of them, and their figures: benchmarks/diagnosis/signatures.py.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _repository_on_path(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


def test_two_faults_of_one_member_are_both_found_and_nothing_else():
    """With a decoder that is too weak, no other change alone gains anything."""
    from benchmarks.diagnosis import planted, signatures

    data = planted.linear(1, n=300, features=40, factors=4)
    case = planted.case(data, ("decoder", "beta"), hidden=16, latent=4)
    changes = {"minibatch": 90, "learning_rate": 1e-2, "warmup": 8, "patience": 10}
    found = signatures.diagnosed(case, 2, planted.training(40, **changes))
    mse = found["mse"]
    assert sorted(set(found["found"])) == ["beta_too_high", "decoder_too_weak"]
    assert found["right"]
    assert mse["factorial:"] > 0.85
    assert mse["factorial:decoder"] > 0.85
    assert mse["factorial:beta"] > 0.7
    assert mse["factorial:decoder+beta"] < 0.6
    both = found["parts"]["decoder"]["value"] + found["parts"]["beta"]["value"]
    gone = mse["factorial:"] - mse["factorial:encoder+decoder+latent+beta"]
    assert both == pytest.approx(gone, abs=0.05)


def test_cases_are_functions_of_their_seed():
    from benchmarks.diagnosis import planted

    for make in (planted.linear, planted.nonlinear, planted.counts):
        one, same, other = (make(seed, n=100, features=20) for seed in (0, 0, 1))
        hashes = [d.splits["test"].hash() for d in (one, same, other)]
        assert hashes[0] == hashes[1] != hashes[2]
        assert 0.05 < one.floor < 0.9


@pytest.mark.parametrize(("most", "count"), [(0, 1), (1, 5), (2, 11)])
def test_every_fault_and_pair_of_faults_is_planted(most, count):
    from benchmarks.diagnosis import planted

    cases = planted.cases(planted.linear(0, n=60, features=10), most=most)
    assert len({case.name for case in cases}) == count
    healthy = cases[0].architecture
    for case in cases:
        assert ("encoder" in case.faults) == (case.architecture.encoder != healthy.encoder)
        assert ("beta" in case.faults) == (case.member.beta != 1.0)
