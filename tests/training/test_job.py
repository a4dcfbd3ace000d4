"""Members into the store: stacks that have room, a real lack of memory, interrupted runs."""

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from vaebio.errors import VaebioError
from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training import fit as engine
from vaebio.training import job as module
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.job import Job
from vaebio.training.memory import predicted
from vaebio.training.store import HISTORY, WEIGHTS, load

SETTINGS = Train(epochs=4, warmup=1, minibatch=16, checkpoint=0)
GRID = [Member(1.0, 2, 0), Member(0.1, 3, 1), Member(3.0, 3, 0), Member(1.0, 4, 1)]
ARCHITECTURE = Architecture(8, (6,), (6,))


@pytest.fixture
def warnings():
    return []


def job(folder, warnings, room=10**9, grid=GRID, architectures=None, settings=SETTINGS):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(60, 2)) @ rng.normal(size=(2, 8))).astype(np.float32)
    inputs = Inputs(x, x.mean(0), x.std(0), None)
    return Job(
        folder=folder,
        keys={m: m.name for m in grid},
        architectures=architectures or {"": ARCHITECTURE},
        train=inputs.take(np.arange(40)),
        validation=inputs.take(np.arange(40, 60)),
        settings=settings,
        device=torch.device("cpu"),
        room=room,
        record={"vaebio": "test"},
        preparation="{}",
        warn=warnings.append,
    )


def stacks_of(one):
    told = []
    one.run(one.missing(), lambda stack, need: told.append((len(stack), need)), lambda at: None)
    return told


def test_what_is_missing_is_trained_and_then_nothing_is_missing(tmp_path, warnings):
    one = job(tmp_path, warnings)
    assert [n for n, _ in stacks_of(one)] == [4]
    assert one.missing() == []
    assert stacks_of(one) == []
    (tmp_path / GRID[1].name / "weights.safetensors").unlink()
    assert one.missing() == [GRID[1]]
    assert "damaged" in warnings[0]


def test_members_without_room_together_are_trained_in_passes_and_come_out_the_same(
    tmp_path, warnings
):
    whole, narrow = job(tmp_path / "whole", warnings), job(tmp_path / "narrow", warnings)
    [(_, need)] = stacks_of(whole)
    held_out = len(whole.validation)
    room = predicted(GRID[:2], ARCHITECTURE, held_out, SETTINGS, whole.device)
    assert room < need
    narrow = job(tmp_path / "narrow", warnings, room=room + narrow.train.values.nbytes * 2)
    assert [n for n, _ in stacks_of(narrow)] == [2, 2]
    for member in GRID:
        one, other = (load(tmp_path / at / member.name).parameters for at in ("whole", "narrow"))
        for name, p in one.items():
            torch.testing.assert_close(p, other[name], rtol=1e-4, atol=1e-5)


def test_every_variant_is_trained_in_stacks_of_its_own(tmp_path, warnings):
    grid = [*GRID, *(Member(m.beta, m.latent, m.seed, "e4") for m in GRID)]
    both = {"": ARCHITECTURE, "e4": Architecture(8, (4,), (6,))}
    one = job(tmp_path, warnings, grid=grid, architectures=both)
    assert [n for n, _ in stacks_of(one)] == [4, 4]
    assert load(tmp_path / "e4-k2-b1-s0").architecture.encoder == (4,)


def test_a_run_interrupted_in_its_second_pass_goes_on_there(tmp_path, warnings, monkeypatch):
    """Each interrupted run is taken up as it was composed, whatever has room today."""
    room = predicted(GRID[:2], ARCHITECTURE, 20, SETTINGS, torch.device("cpu")) + 4000
    one = job(tmp_path, warnings, room=room)
    stored = module.store.save

    def die(folder, *rest):
        if folder.name == GRID[1].name:
            raise KeyboardInterrupt
        stored(folder, *rest)

    monkeypatch.setattr(module.store, "save", die)
    with pytest.raises(KeyboardInterrupt):
        stacks_of(one)
    monkeypatch.setattr(module.store, "save", stored)
    again = job(tmp_path, warnings)
    assert again.missing() == [GRID[1], GRID[3]]
    assert [n for n, _ in stacks_of(again)] == [2]
    assert again.missing() == []
    assert not list((tmp_path / "checkpoints").glob("*/*"))


@pytest.mark.parametrize("stored", range(len(GRID)))
def test_a_stack_of_which_some_members_are_stored_is_trained_again_as_it_was(
    tmp_path, warnings, monkeypatch, stored
):
    """It was too short for a checkpoint; what is there already stays."""
    settings = SETTINGS.model_copy(update={"checkpoint": 3600.0})
    stacks_of(job(tmp_path / "whole", warnings, settings=settings))
    save, left = module.store.save, iter(range(stored))

    def die(*given):
        if next(left, None) is None:
            raise KeyboardInterrupt
        save(*given)

    monkeypatch.setattr(module.store, "save", die)
    with pytest.raises(KeyboardInterrupt):
        stacks_of(job(tmp_path / "killed", warnings, settings=settings))
    monkeypatch.setattr(module.store, "save", save)
    again = job(tmp_path / "killed", warnings, settings=settings)
    assert again.missing() == GRID[stored:]
    assert [n for n, _ in stacks_of(again)] == [len(GRID)]
    assert warnings == []
    assert not list((tmp_path / "killed" / "checkpoints").glob("*"))
    for name in (m.name for m in GRID):
        for file in (WEIGHTS, HISTORY):
            one, other = (tmp_path / at / name / file for at in ("whole", "killed"))
            assert one.read_bytes() == other.read_bytes()


def test_a_member_that_has_no_room_alone_is_refused(tmp_path, warnings, monkeypatch):
    def no_room(*_):
        raise torch.OutOfMemoryError("tried to allocate 7 GiB")

    monkeypatch.setattr(engine, "Run", no_room)
    with pytest.raises(VaebioError, match="tried to allocate 7 GiB"):
        stacks_of(job(tmp_path, warnings))
    assert [w.split(" members")[0] for w in warnings] == ["4", "2"], "halved, and halved again"


LIMITED = """
import json, resource, sys
from pathlib import Path
import numpy as np, torch
torch.set_num_threads(1)
from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.job import Job
from vaebio.training.memory import predicted

x = np.random.default_rng(0).normal(size=(300, 2000)).astype(np.float32)
inputs = Inputs(x, x.mean(0), x.std(0), None)
grid = [Member(1.0, 8, seed) for seed in range(8)]
cpu, settings = torch.device("cpu"), Train(epochs=2, warmup=1, device="cpu")
warnings, architecture = [], Architecture(2000, (512,), (256,))
job = Job(Path(sys.argv[1]), {m: m.name for m in grid}, {"": architecture},
          inputs.take(slice(200)), inputs.take(slice(200, 300)), settings, cpu,
          10**12, {}, "{}", warnings.append)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
used = 1024 * int(status["VmSize"].split()[0])
need = predicted(grid, architecture, 100, settings, cpu)
limit = used + int(0.75 * need)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
job.run(job.missing(), lambda stack, need: None, lambda at: None)
found = {"warnings": warnings, "missing": len(job.missing())}
print(json.dumps(found | {"compiler": "torch._dynamo" in sys.modules}))
"""


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """A process that may take three quarters of what its stack needs: its folder, what it says."""
    folder = tmp_path_factory.mktemp("limited")
    command = [sys.executable, "-c", textwrap.dedent(LIMITED), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_a_real_lack_of_memory_halves_the_stack_and_goes_on(limited):
    folder, found = limited
    assert found["missing"] == 0
    assert "8 members have no room together on cpu" in found["warnings"][0]
    assert len(list(folder.glob("k8-b1-s*"))) == 8


def test_a_training_does_not_wait_for_a_compiler_that_it_does_not_use(limited):
    """torch loads its own with its first optimiser, which takes as long as torch itself."""
    assert not limited[1]["compiler"]
