"""Predicted memory against what a real process takes; a real lack of memory."""

import json
import subprocess
import sys
import textwrap

import pytest
import torch

from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training.grid import Member
from vaebio.training.memory import budget, passes, predicted

CPU = torch.device("cpu")
ARCHITECTURE = Architecture(2000, (256, 128), (128,))
GRID = [Member(1.0, k, s) for k in (8, 64) for s in range(8)]


def test_more_of_anything_takes_more():
    base = predicted(GRID, ARCHITECTURE, 300, Train(), CPU)
    assert base > predicted(GRID[:8], ARCHITECTURE, 300, Train(), CPU)
    assert base < predicted(GRID, Architecture(2000, (512,), (128,)), 300, Train(), CPU)
    assert base < predicted(GRID, ARCHITECTURE, 300, Train(minibatch=2000), CPU)
    zinb = Architecture(2000, (256, 128), (128,), likelihood="zinb")
    assert base < predicted(GRID, zinb, 300, Train(), CPU)


def test_members_go_in_as_few_stacks_as_have_room():
    def need(part):
        return predicted(part, ARCHITECTURE, 300, Train(), CPU)

    def parts(room):
        return passes(GRID, ARCHITECTURE, 300, Train(), CPU, room)

    assert parts(need(GRID)) == [GRID]
    divided = parts(need(GRID) // 3)
    fewer = [GRID[i :: len(divided) - 1] for i in range(len(divided) - 1)]
    assert any(need(part) > need(GRID) // 3 for part in fewer), "no more stacks than needed"
    assert all(need(part) <= need(GRID) // 3 for part in divided)
    assert sorted(m.name for part in divided for m in part) == sorted(m.name for m in GRID)
    assert [len(part) for part in parts(1)] == [1] * len(GRID), "one is always tried"


def test_the_budget_is_what_is_set_or_a_part_of_what_is_free():
    assert budget(CPU, 1.5) == 1_500_000_000
    assert 0 < budget(CPU, "auto") < 1 << 50


MEASURED = """
import json, sys
import torch
from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.memory import predicted
import numpy as np

def peak():
    lines = dict(l.split(":", 1) for l in open("/proc/self/status"))
    return 1024 * int(lines["VmHWM"].split()[0])

settings = Train(epochs=3, warmup=1, patience=1, device="cpu")
rng, n, features = np.random.default_rng(0), 400, 2000
counts = rng.poisson(0.3, (n, features)).astype(np.float32)
size = counts.sum(1) / 600
inputs = Inputs(np.log1p(counts / size[:, None]), counts.mean(0), counts.std(0), 10.0, counts, size)

def run(members, **change):
    architecture = Architecture(features, (256, 128), (128,), **change)
    target = architecture.distribution.target
    cpu = torch.device("cpu")
    data = [inputs.take(rows).placed(target, cpu, 10**12) for rows in (slice(240), slice(240, n))]
    before = peak()
    fit(members, architecture, *data, settings)
    return peak() - before, predicted(members, architecture, len(data[1]), settings, cpu)

run([Member(1.0, 2, 0)], **json.loads(sys.argv[1]))  # what torch loads at its first use
grid = [Member(1.0, k, s) for k in (8, 64) for s in range(16)]
print(json.dumps(run(grid, **json.loads(sys.argv[1]))))
"""


@pytest.mark.parametrize(
    "change", [{}, {"likelihood": "zinb"}, {"normalisation": "none", "likelihood": "nb"}], ids=str
)
def test_the_peak_of_a_real_training_is_predicted_within_a_quarter(change):
    """Thirty-two members, among them some that stop and leave the stack."""
    command = [sys.executable, "-c", textwrap.dedent(MEASURED), json.dumps(change)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    measured, expected = json.loads(found.stdout)
    assert expected == pytest.approx(measured, rel=0.25)
