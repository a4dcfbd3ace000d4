"""Score of planted cases, from records made by hand, and one case from end to end."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _repository_on_path(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


def record(case, planted, found, achieved=0.5, harm=None, **more):
    return {
        "case": case,
        "family": case.split("-")[0],
        "size": "small",
        "looked_at": case.startswith("linear"),
        "kind": "healthy",
        "planted": planted,
        "harm": harm,
        "found": found,
        "follow_up": {"achieved_mse": achieved, "predicted_mse": 0.5},
        "null": 1.0,
        "floor": 0.4,
        "processor_seconds": 30.0,
        "behind": 0.0,
    } | more


RECORDS = [
    record("linear-a", ["beta_too_high"], ["beta_too_high"], harm=0.5),
    record("linear-b", ["optimiser"], ["beta_too_high", "optimiser"], harm=0.5),
    record("linear-c", ["latent_too_small"], ["none"], harm=0.02),
    record("linear-d", ["beta_too_high", "latent_too_small"], ["unknown"]),
    record("tissue-a", ["beta_too_high", "optimiser"], ["optimiser", "beta_too_high"]),
    record("tissue-b", ["beta_too_high", "optimiser"], ["optimiser"], achieved=0.57),
    record("tissue-c", [], ["noise_floor", "none"], achieved=0.45),
    record("tissue-d", [], ["optimiser"], kind="noise", achieved=0.41),
]


def test_what_is_not_known_of_members_without_a_fault_is_counted_with_what_pca_reaches():
    from benchmarks.diagnosis import score

    more = [record(f"tissue-{i}", [], ["unknown"], behind=i / 10) for i in (1, 2)]
    result = {**score.figures([*RECORDS, *more]), "missing": [], "absent": []}
    assert result["unknown"] == {
        "nothing": {"hits": 2, "of": 3, "pca_below": (0.1, 0.2)},
        "noise alone": {"hits": 0, "of": 1, "pca_below": (None, None)},
    }
    text = score.text(result)
    assert "unknown, of nothing: 2 of 3, PCA lower by 10% to 20% of null - floor" in text
    assert "unknown, of noise alone: 0 of 1\n" in text


def test_rates_count_what_they_say():
    from benchmarks.diagnosis import score

    found = score.figures(RECORDS)["rates"]
    rates = {
        half: {name: (one["hits"], one["of"]) for name, one in of.items()}
        for half, of in found.items()
    }
    assert rates["all"] == {
        "top_cause": (1, 2),
        "exact_pairs": (1, 2),
        "false_alarms": (1, 2),
        "predicted": (5, 6),
        "exact_singles": (1, 2),
    }
    assert rates["looked at"]["exact_pairs"] == (0, 0)
    assert rates["kept out"]["exact_pairs"] == (1, 2)
    assert score.figures(RECORDS[::-1])["rates"] == found


def test_a_fault_that_harms_nothing_is_no_disease_alone_or_in_a_pair():
    from benchmarks.diagnosis import score

    assert score.figures(RECORDS)["harmless"] == ["linear-c", "linear-d"]
    other = [{**one, "harm": 0.5} if one["case"] == "linear-c" else one for one in RECORDS]
    assert score.figures(other)["harmless"] == []
    assert score.figures(other)["rates"]["all"]["exact_pairs"]["of"] == 3


def test_the_matrix_has_the_top_verdict_of_every_case_that_counts():
    from benchmarks.diagnosis import score

    table = score.confusion(RECORDS)
    assert table["beta_too_high + optimiser"] == {"optimiser": 2}
    assert table["noise alone"] == {"optimiser": 1}
    assert table["nothing"] == {"noise_floor": 1}
    assert sum(n for row in table.values() for n in row.values()) == len(RECORDS)


def test_predictions_are_held_against_what_there_was_to_explain():
    from benchmarks.diagnosis import score

    by_case = {one["case"]: score.distance(one) for one in RECORDS}
    assert by_case["tissue-b"] == pytest.approx(0.07 / 0.6)
    # On noise alone null and floor are one, and so there the null is the unit.
    assert by_case["tissue-d"] == pytest.approx(0.09)


def test_what_is_not_as_wanted_is_named():
    from benchmarks.diagnosis import score

    found = score.figures(RECORDS)
    assert found["wrong"] == ["linear-b", "tissue-b", "tissue-d"]
    text = score.text({**found, "absent": ["tissue"]})
    assert "left out, without real data: tissue" in text
    assert "1 of 2 (50.0%, 9.5% to 90.5%)" in text
    assert "beta_too_high + optimiser: optimiser 2" in text
    assert score.told(RECORDS[1]).startswith("linear-b: beta_too_high, optimiser (NOT AS WANTED")


def test_intervals_hold_the_share_and_narrow_with_the_number():
    from benchmarks.diagnosis import score

    for hits, n in ((0, 7), (3, 7), (7, 7), (300, 700)):
        low, high = score.wilson(hits, n)
        assert 0 <= low <= hits / n <= high <= 1
    assert score.wilson(0, 0) == (0.0, 1.0)
    assert score.wilson(3, 7)[1] - score.wilson(3, 7)[0] > 3 * (high - low)


QUICK = {"epochs": 2, "warmup": 1, "patience": 2}


def test_a_run_that_was_ended_goes_on_and_can_be_judged_again(tmp_path, monkeypatch, capsys):
    from benchmarks.diagnosis import proof
    from benchmarks.diagnosis.planted import Case

    several = [Case("linear", "small", faults=("beta",)), Case("linear", "small", "noise")]
    monkeypatch.setattr(proof, "cases", lambda *_: several)
    how = proof.How(2, QUICK, 1, tmp_path)
    first = proof.diagnosed(several[0], how)
    monkeypatch.setattr(proof, "How", lambda seeds, evidence: how)
    path = tmp_path / "proof.json"
    path.with_suffix(".jsonl").write_text(json.dumps(first) + "\n")
    arguments = ["--seeds", "2", "--evidence", str(tmp_path), "--json", str(path)]
    proof.main([*arguments, "--resume"])
    said = capsys.readouterr().out
    assert "linear-small: noise" in said
    assert "linear-small: beta" not in said.split("cases,")[0]
    kept = json.loads(path.read_text())
    assert [one["case"] for one in kept["cases"]] == [one.name for one in several]
    assert kept["number"] == 2
    assert kept["cases"][0] == first
    assert first["harm"] > 0
    assert first["follow_up"]["seeds"] == 2
    proof.main([*arguments, "--again"])
    again = json.loads(path.read_text())
    assert (again["cases"], again["rates"]) == (kept["cases"], kept["rates"])


def test_families_without_their_data_are_left_out(monkeypatch, tmp_path):
    from benchmarks.diagnosis.families import FAMILIES

    monkeypatch.setenv("VAEBIO_TEST_DATA", str(tmp_path))
    assert {name for name, one in FAMILIES.items() if not one.there} == {"proteomics", "tissue"}


def test_half_of_the_families_are_kept_out():
    from benchmarks.diagnosis.families import FAMILIES

    halves = [[bool(one.file) for one in FAMILIES.values() if one.looked_at == w]
              for w in (True, False)]  # fmt: skip
    assert [(len(half), sum(half)) for half in halves] == [(4, 1), (4, 1)]
