"""The target `cases`, planned; nothing of it is read before it is asked for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import ROOT
from vaebio.configuration import read_cases


@pytest.fixture
def copy(tmp_path):
    """The workflow with its settings in a folder of its own, and a function that plans it."""
    shutil.copy(ROOT / "Snakefile", tmp_path)
    for name in ("workflow", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)

    def planned(*words):
        command = [Path(sys.executable).with_name("snakemake"), "-n", "--quiet", "rules", *words]
        return subprocess.run(
            list(map(str, command)), cwd=tmp_path, capture_output=True, text=True, timeout=120
        )

    return tmp_path, planned


def jobs(run):
    assert run.returncode == 0, run.stderr
    words = [line.split() for line in (run.stdout + run.stderr).splitlines()]
    return {w[0]: int(w[1]) for w in words if len(w) == 2 and w[1].isdigit()}


def test_all_cases_are_planned_and_their_page(copy):
    _, planned = copy
    found = jobs(planned("--", "cases"))
    number = len(read_cases(ROOT / "config/cases.yaml"))
    assert found == {"case": number, "page_of_cases": 1, "cases": 1, "total": number + 2}


def test_a_case_runs_by_itself_up_to_its_diagnosis(copy):
    _, planned = copy
    found = jobs(planned("--configfile", "config/cases/mean-reduced.yaml", "--", "diagnosed"))
    steps = ("prepare", "train", "collect", "evaluate", "choose", "diagnose")
    assert {step: found.get(step) for step in steps} == dict.fromkeys(steps, 2)
    assert not {"report", "case"} & found.keys()


def test_broken_cases_stop_their_own_target_alone(copy):
    folder, planned = copy
    (folder / "config/cases.yaml").write_text("cases: 3\n")
    (folder / "config/cases/noise.yaml").write_text("x: [\n")
    assert "case" not in jobs(planned())
    refused = planned("--", "cases")
    assert refused.returncode == 2
    assert "Found: `cases: 3`" in refused.stderr and "Traceback" not in refused.stderr
