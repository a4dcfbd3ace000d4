"""The page of the cases, from tables that are made up."""

import json

import pandas as pd
import pytest
import yaml

from tests.report.synthetic import results_folder
from vaebio.errors import VaebioError
from vaebio.model.reduction import beta_of_weight
from vaebio.report.case_results import read_outcomes
from vaebio.report.cases import render
from vaebio.terms import COLUMNS

EVIL = "<b onclick=x>bold</b>"
MEMBER = "k2-b1"


def written(folder, name, rows):
    frame = pd.DataFrame(rows, columns=list(COLUMNS[name]))
    frame.to_csv(folder / name, sep="\t", index=False)


def diagnosed(folder, causes=("latent_too_small",), changes=("grid.latents: 2 → 8",), kept=True):
    """Files of a data set whose diagnosis supports some causes."""
    results_folder(folder, betas=(1.0,), latents=(2,), epochs=22)
    facts = json.loads((folder / "prepared.json").read_text()) | {"matrix": "builtin:simulated784"}
    (folder / "prepared.json").write_text(json.dumps(facts))
    (folder / "settings").mkdir()
    (folder / "settings/prepare.yaml").write_text("prepare: {scale: true}\n")
    every = [*causes, *({"beta_too_high", "decoder_too_weak"} - set(causes))]
    rows = [
        (MEMBER, c, c in causes, 0.5, 0.4, 0.6, f"Found {c} {EVIL}.", "It means.", "", 0.42)
        for c in every
    ]
    written(folder, "verdicts.tsv", rows)
    parts = {"null": 1.0, "explained": 0.4, "beta": "", "noise_floor": 0.6}
    written(folder, "budget.tsv", [(MEMBER, part, mse, "", "") for part, mse in parts.items()])
    said = {"member": MEMBER, "mse": 0.6, "null": 1.0, "floor": 0.4, "sentence": f"Told {EVIL}."}
    written(folder, "diagnoses.tsv", [said])
    for name in ("symptoms.tsv", "probes.tsv", "probe_measures.tsv"):
        written(folder, name, [])
    reached = {"member": MEMBER, "predicted_mse": 0.42, "achieved_mse": 0.43, "kept": kept}
    reached |= {"predicted_low": 0.4, "predicted_high": 0.44 if kept else 0.42}
    written(folder, "follow_up.tsv", [reached])
    content = {MEMBER: {"changes": list(changes), "settings": {}}}
    (folder / "prescription.yaml").write_text(yaml.safe_dump(content))
    return folder


@pytest.fixture
def listed(tmp_path):
    """A list of two cases and their files; one has a data set, the other has two."""
    expected = {"causes": ["latent_too_small", "decoder_too_weak"], "because": f"So it is {EVIL}."}
    cases = [
        {
            "name": name,
            "title": f"Title of {name} {EVIL}",
            "planted": f"planted {EVIL}",
            "text": f"A text with `code` {EVIL}.",
            "expected": dict.fromkeys(data, expected),
        }
        for name, data in (("one", ["one-a"]), ("two", ["two-a", "two-b"]))
    ]
    (tmp_path / "cases").mkdir()
    for case in cases:
        rows = [f"{name}\tbuiltin:pbmc68k" for name in case["expected"]]
        (tmp_path / f"cases/{case['name']}.tsv").write_text("\n".join(["name\tmatrix", *rows]))
        (tmp_path / f"cases/{case['name']}.yaml").write_text(f"# settings {EVIL}\n")
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"cases": cases}))
    return tmp_path


def page(folder):
    return render(folder / "cases.yaml", folder / "results", folder / "cases.html")


def test_what_is_found_stands_beside_what_is_expected(listed):
    diagnosed(listed / "results/one-a", ("latent_too_small", "beta_too_high"))
    diagnosed(listed / "results/two-a", ("beta_too_high",), kept=False)
    html = page(listed)
    assert "1 of 2 diagnoses name a cause that is expected first" in html
    assert "in 1 of 2 the error with fresh seeds lies in the 95 % interval" in html
    assert "1 of 3 have not run yet." in html
    assert "also beta_too_high" in html
    assert "expected: latent_too_small or decoder_too_weak" in html
    assert "in 0.40 to 0.44" in html and "not in 0.40 to 0.42" in html
    assert "outside what was predicted" in html
    assert "planted 0.4" in html
    assert html.count("<code>grid.latents: 2 → 8</code>") == 2


def test_all_that_comes_from_files_is_escaped(listed):
    diagnosed(listed / "results/one-a", changes=(EVIL,))
    html = page(listed)
    assert EVIL not in html
    assert html.count("&lt;b onclick=x&gt;") > 8


def test_a_supported_cause_that_is_not_the_first_is_not_what_was_expected(listed):
    diagnosed(listed / "results/one-a", ("beta_too_high", "latent_too_small"))
    assert "0 of 1 diagnoses" in page(listed)


def test_nothing_supported_and_nothing_prescribed_is_said(listed):
    diagnosed(listed / "results/one-a", (), changes=())
    html = page(listed)
    assert "no cause is supported" in html and "Nothing is to be changed" in html


def test_an_outcome_has_the_mean_over_seeds_and_absent_numbers_are_none(tmp_path):
    folder = diagnosed(tmp_path / "a")
    [one] = read_outcomes(folder)
    metrics = pd.read_csv(folder / "metrics.tsv", sep="\t", keep_default_na=False)
    rows = metrics[(metrics["measure"] == "mse") & (metrics["split"] == "test")]
    own = rows[rows["member"].str.startswith(f"{MEMBER}-s")]["value"].astype(float)
    assert len(own) == 3 and one.mse == pytest.approx(own.mean())
    assert len(one.budget.views) and one.sentence == f"Told {EVIL}."
    assert (one.reached.predicted, one.reached.achieved) == (0.42, 0.43)


def test_beta_is_said_as_a_weight_beside_a_mean(tmp_path):
    [one] = read_outcomes(diagnosed(tmp_path / "a"))
    assert beta_of_weight(one.weight_of_mean, error_over=one.size[1]) == pytest.approx(1)


def test_what_looked_wrong_before_training_comes_first(listed):
    diagnosed(listed / "results/one-a")
    html = page(listed)
    first, last = (html.index(word) for word in ("Beta 30 is not below", "Beta 1 is a KL weight"))
    assert "Looks wrong:</strong> Beta 30" in html and first < last


def test_features_that_keep_their_scale_have_no_planted_floor(tmp_path):
    folder = diagnosed(tmp_path / "a")
    assert read_outcomes(folder)[0].planted_floor == 0.4
    (folder / "settings/prepare.yaml").write_text("prepare: {scale: false}\n")
    assert read_outcomes(folder)[0].planted_floor is None


def test_a_damaged_table_is_refused(listed):
    folder = diagnosed(listed / "results/one-a")
    (folder / "verdicts.tsv").write_text("cause\nx\n")
    with pytest.raises(VaebioError, match="member"):
        page(listed)
