"""The cases that come with the workflow: their settings, their sheets, what is expected."""

from pathlib import Path

import pytest
import yaml

from vaebio.configuration import folder_of, read_cases, read_config, read_sheet, resolve
from vaebio.data.prepare import prepare
from vaebio.data.read import read
from vaebio.diagnosis.causes import CAUSES
from vaebio.errors import VaebioError
from vaebio.model.reduction import beta_of_weight
from vaebio.settings import Config
from vaebio.workflow import Plan

ROOT = Path(__file__).parents[1]
LIST = ROOT / "config/cases.yaml"
FOLDER = folder_of(LIST)
CASES = {case.name: case for case in read_cases(LIST)}
FEATURES = {"builtin:simulated784": 784, "builtin:noise784": 784, "builtin:pbmc68k": 765}
every = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


@pytest.fixture
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_every_case_has_settings_and_a_sheet_and_nothing_else_is_there():
    files = {f"{name}{end}" for name in CASES for end in (".yaml", ".tsv")}
    assert {path.name for path in FOLDER.iterdir()} == files


@every
def test_its_settings_are_complete_by_themselves(case, at_the_root):
    path = FOLDER / f"{case.name}.yaml"
    plan = Plan.of(yaml.safe_load(path.read_text()))
    assert (ROOT / plan.config.datasets) == FOLDER / f"{case.name}.tsv"
    assert plan.config != Config(datasets=plan.config.datasets, results=plan.config.results)
    assert [len(one.grid.seeds) for one in plan.settings.values()] == [3, 3]


@every
def test_what_is_expected_is_said_of_every_data_set_in_known_causes(case):
    sheet = read_sheet(FOLDER / f"{case.name}.tsv")
    assert list(case.expected) == list(sheet)
    assert {name.removeprefix(f"{case.name}-") for name in sheet} == {"simulated", "pbmc68k"}
    for one in case.expected.values():
        assert set(one.causes) <= set(CAUSES)


@pytest.mark.parametrize(("name", "weight"), [("mean-reduced", 1.0), ("high-beta-mean", 10.0)])
def test_beta_is_that_of_a_weight_beside_a_mean_over_the_features(name, weight):
    config = read_config(FOLDER / f"{name}.yaml")
    for data, row in read_sheet(FOLDER / f"{name}.tsv").items():
        [beta] = resolve(config, data).grid.betas
        assert beta == beta_of_weight(weight, error_over=FEATURES[row.matrix])


@every
def test_all_features_of_the_blood_cells_are_kept(case, tmp_path):
    settings = read_config(FOLDER / f"{case.name}.yaml").prepare
    assert (settings.select, settings.min_observations) == ("none", 0)


def test_keeping_all_features_keeps_all_765(tmp_path):
    settings = read_config(FOLDER / "weak-decoder.yaml").prepare
    how = {"label": "bulk_labels", "batch": "", "kind": "counts", "name": "cells"}
    made = prepare(read("builtin:pbmc68k"), tmp_path / "p.h5ad", settings=settings, **how)
    assert made.n_vars == 765


def test_a_name_that_stands_twice_is_refused(tmp_path):
    content = yaml.safe_load(LIST.read_text())
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"cases": content["cases"][:1] * 2}))
    with pytest.raises(VaebioError, match="stands twice"):
        read_cases(tmp_path / "cases.yaml")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"planed": "x"}, "planed"),
        ({"expected": {}}, "expected"),
        ({"expected": {"d": {"causes": [], "because": "x"}}}, "causes"),
        ({"name": "../elsewhere"}, "name"),
    ],
)
def test_what_is_no_case_is_refused(tmp_path, change, found):
    case = yaml.safe_load(LIST.read_text())["cases"][0] | change
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"cases": [case]}))
    with pytest.raises(VaebioError, match=found):
        read_cases(tmp_path / "cases.yaml")
