"""Planted faults at small size: each is found, and none where none is.

Many more of them, and their figures: benchmarks/diagnosis/proof.py.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETS = [("encoder",), ("decoder", "beta"), ("optimiser",), ("scale",), ()]


@pytest.fixture(autouse=True)
def _repository_on_path(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


@pytest.mark.parametrize("faults", SETS, ids="+".join)
def test_what_was_planted_is_found_and_no_other_cause(faults):
    from benchmarks.diagnosis import proof, score
    from benchmarks.diagnosis.planted import Case

    one = proof.diagnosed(Case("nonlinear", "small", faults=faults), proof.How(steps=3))
    assert sorted(score.causes(one)) == one["planted"]
    assert score.distance(one) <= score.NEAR
    if one["harm"] is not None:
        assert one["harm"] >= score.HARM


def test_of_noise_alone_no_cause_is_found():
    from benchmarks.diagnosis import proof, score
    from benchmarks.diagnosis.planted import Case

    one = proof.diagnosed(Case("nonlinear", "small", "noise"), proof.How(steps=3))
    assert score.causes(one) == []
    assert "noise_floor" in one["found"]


def test_data_are_functions_of_their_seed():
    from benchmarks.diagnosis.families import FAMILIES, SIZES

    for family in FAMILIES.values():
        if not family.there:
            continue
        for noise_only in (False, True):
            one, same, other = (
                family.data(seed, SIZES["small"], noise_only=noise_only) for seed in (0, 0, 1)
            )
            hashes = [d.splits["test"].hash() for d in (one, same, other)]
            assert hashes[0] == hashes[1] != hashes[2]
            assert (one.floor > 0.8) == noise_only


def test_a_fault_changes_what_it_names_and_nothing_else():
    from benchmarks.diagnosis.planted import Case

    whole = Case("linear", "small")
    for faults in (("encoder",), ("decoder",), ("latent",), ("beta",), ("optimiser",)):
        sick = whole.with_only(faults)
        changed = {
            "encoder": sick.architecture.encoder != whole.architecture.encoder,
            "decoder": sick.architecture.decoder != whole.architecture.decoder,
            "latent": sick.member.latent < whole.member.latent,
            "beta": sick.member.beta > whole.member.beta,
            "optimiser": sick.training["learning_rate"] < whole.training["learning_rate"],
        }
        assert {name for name, it_has in changed.items() if it_has} == set(faults)


def test_every_family_and_size_has_every_fault_pair_and_kind():
    from benchmarks.diagnosis.planted import cases

    gaussian, counts = cases(["linear"], ["small"]), cases(["counts"], ["small"])
    assert len({case.name for case in gaussian}) == len(gaussian) == 4 + 6 + 6
    assert len(counts) == len(gaussian) - 1
    assert {case.seed for case in gaussian}.isdisjoint({case.seed for case in counts})


def test_the_scale_of_a_few_features_is_planted_in_the_data():
    from benchmarks.diagnosis.planted import Case

    train = Case("linear", "small", faults=("scale",)).data.splits["train"]
    x = (train.values[train.rows] - train.mean) / train.scale
    assert sorted(x.std(axis=0).round(2))[-2:] == [0.05, 3.0]
