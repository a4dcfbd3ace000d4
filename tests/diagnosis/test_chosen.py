import pytest

from vaebio.diagnosis.chosen import chosen, combinations, named
from vaebio.diagnosis.symptoms import Symptom
from vaebio.errors import VaebioError

ROWS = [(f"{name}-s{s}", beta, s) for name, beta in
        (("k2-b1", 1.0), ("k2-b30", 30.0), ("k8-b30", 30.0), ("ae-k2", 0.0), ("k4-b9", 9.0))
        for s in (4, 1, 3, 2)]  # fmt: skip


def seen(**found):
    """Symptoms by member; `k2_b1_s1` stands for `k2-b1-s1`."""
    return [Symptom(m.replace("_", "-"), word, 1, 9, "") for m, words in found.items()
            for word in words.split()]  # fmt: skip


def names(found):
    return [one.name for one in found]


def test_a_combination_has_all_its_seeds_and_is_probed_with_the_first_three():
    every = combinations(ROWS)
    assert list(every) == ["k2-b1", "k2-b30", "k8-b30", "ae-k2", "k4-b9"]
    assert every["k2-b1"].seeds == [1, 2, 3]
    assert every["k2-b1"].members[4] == "k2-b1-s4"
    assert [n for n, one in every.items() if one.deterministic] == ["ae-k2"]


def test_the_recommended_one_comes_first_then_the_most_severe_symptoms():
    every = combinations(ROWS)
    ill = seen(k2_b30_s1="stall", k8_b30_s1="collapse", k4_b9_s1="stall", k4_b9_s2="stall")
    assert names(chosen(every, "k2-b1", ill, 9)) == ["k2-b1", "k8-b30", "k4-b9", "k2-b30"]
    assert names(chosen(every, "k2-b1", ill, 2)) == ["k2-b1", "k8-b30"]
    assert names(chosen(every, "k8-b30", ill, 2)) == ["k8-b30", "k4-b9"]
    assert names(chosen(every, "", ill, 1)) == ["k8-b30"]
    assert not chosen(every, "", [], 9)
    assert not chosen(every, "k2-b1", ill, 0)


def test_autoencoders_and_what_diverged_are_diagnosed_by_name_alone():
    every = combinations(ROWS)
    assert not chosen(every, "", seen(ae_k2_s1="stall", k2_b30_s1="diverged stall"), 9)
    assert names(named(every, ["ae-k2-s1"])) == ["ae-k2"]


def test_names_with_and_without_seed_are_one_and_an_unknown_one_is_refused():
    every = combinations(ROWS)
    assert names(named(every, ["k8-b30-s2", "k2-b1", "k8-b30"])) == ["k8-b30", "k2-b1"]
    with pytest.raises(VaebioError, match="did you mean `k8-b30-s"):
        named(every, ["k8-b30-s7"])


def test_the_most_severe_symptom_of_its_own_members_stands_first():
    own = combinations(ROWS)["k2-b1"]
    found = own.symptoms(seen(k2_b1_s2="stall", k2_b1_s1="overfit collapse", k2_b30_s1="diverged"))
    assert [one.symptom for one in found] == ["collapse", "stall", "overfit"]
