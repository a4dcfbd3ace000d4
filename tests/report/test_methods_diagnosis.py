"""What the methods say of the diagnosis: what was done, with the settings that ran."""

from dataclasses import replace

from vaebio.report.methods_diagnosis import paragraph
from vaebio.report.references import Citations


def told(results):
    citations = Citations()
    return paragraph(results, citations), citations.keys


def test_probes_parts_seeds_and_thresholds_are_said(diagnosed):
    verdict = diagnosed.config.diagnose.verdict.model_copy(update={"gain": 0.07, "rise": 0.2})
    own = diagnosed.config.diagnose.model_copy(update={"verdict": verdict})
    config = diagnosed.config.model_copy(update={"diagnose": own})
    text, keys = told(replace(diagnosed, config=config))
    assert keys == ["sen1968", "shapley1953", "cremer2018"]
    [name] = diagnosed.diagnosis.names
    assert f"Of {name}, probes were trained with seeds 0, 1, 2: all 16 combinations" in text
    assert "gain is at least 7 % of null - noise floor and the 95 % t interval" in text
    assert "rose by more than 20 %" in text
    assert "optimised in 300 steps" in text
    assert "trained with 3 fresh seeds" in text
    assert "comparable scale" not in text


def test_of_what_was_not_done_nothing_is_said(diagnose, small):
    assert told(small) == ("", [])
    text, keys = told(diagnose(name=None))
    assert keys == ["sen1968"] and "Shapley" not in text
    text, _ = told(diagnose(changes=False))
    assert "fresh seed" not in text
    found = diagnose()
    probes = found.diagnosis.probes
    few = probes[probes["probe"].str.startswith("factorial")]
    text, keys = told(replace(found, diagnosis=replace(found.diagnosis, probes=few)))
    assert "cremer2018" not in keys and "also" not in text
