"""Training by real processes: killed at any moment, damaged, two at once."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import anndata
import numpy as np
import pytest
import torch
from safetensors.torch import load

from vaebio.cli.main import main

SETTINGS = """
model: {encoder: [16], decoder: [16]}
grid: {betas: [0.1, 1, 30], latents: [2, 5], seeds: [0, 1], autoencoders: false}
train: {epochs: 160, warmup: 5, patience: 40, minibatch: 16, checkpoint: 0, device: cpu}
"""
KILLS = 10


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    rng = np.random.default_rng(0)
    values = rng.normal(size=(120, 3)) @ rng.normal(size=(3, 40)) + rng.normal(size=(120, 40))
    anndata.AnnData(values.astype(np.float32)).write_h5ad(folder / "raw.h5ad")
    words = ["prepare", str(folder / "raw.h5ad"), "--kind", "continuous"]
    out = ["--prepared", str(folder / "prepared.h5ad"), "--summary", str(folder / "s.json")]
    assert main(words + out) == 0
    (folder / "settings.yaml").write_text(SETTINGS)
    return folder


def words(prepared, place):
    return [
        *("train", str(prepared / "prepared.h5ad"), "--settings", str(prepared / "settings.yaml")),
        *("--store", str(place / "store"), "--members", str(place / "members.tsv")),
    ]


def told(place):
    return (place / "log").read_text()


@pytest.fixture(scope="module")
def plain(prepared, tmp_path_factory):
    """A run that nothing interrupted, by the command as it is installed."""
    place = tmp_path_factory.mktemp("plain")
    command = [Path(sys.executable).with_name("vaebio"), *words(prepared, place)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with (place / "log").open("a") as log:
        done = subprocess.run(command, stderr=log, env=environment)
    assert done.returncode == 0, told(place)
    return place


@pytest.fixture
def process(forked, prepared):
    """Starter of the same command, its log in a folder."""
    return lambda place: forked(words(prepared, place), place / "log")


def test_the_audit_of_the_settings_stands_before_the_training(plain):
    text = told(plain)
    assert text.index("Expected active units") < text.index("training: epoch")
    assert "!! Beta 30 is not below" in text


def content(place):
    """What a run leaves: bytes of weights and histories, and how each training ended."""
    found = {}
    for folder in sorted((place / "store").glob("[0-9a-f]*/")):
        if folder.name == "checkpoints":
            continue
        training = json.loads((folder / "model.json").read_text())["training"]
        ended = training["status"], training["epochs"]
        files = (folder / name for name in ("weights.safetensors", "history.tsv"))
        found[folder.name] = (*ended, *(file.read_bytes() for file in files))
    return found


def test_killed_ten_times_it_ends_with_the_same_bits(process, plain, tmp_path):
    """The same command after every `kill -9`, at a random moment of the training."""
    draw = random.Random(0)
    kills = 0
    while kills < KILLS:
        running = process(tmp_path)
        before = epoch_of(tmp_path)
        while running.is_alive() and epoch_of(tmp_path) <= before:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.15))
        running.kill()
        running.join()
        if running.exitcode == 0:
            break
        assert running.exitcode == -signal.SIGKILL, told(tmp_path)
        kills += 1
    assert kills == KILLS, "the training was over too soon to be killed often enough"
    last = process(tmp_path)
    last.join()
    assert last.exitcode == 0, told(tmp_path)
    assert content(tmp_path) == content(plain)
    assert len(content(plain)) == 12
    assert not list((tmp_path / "store").glob("checkpoints/*"))


@pytest.mark.parametrize("stored", [1, 11])
def test_killed_between_two_members_of_a_stack_it_ends_with_the_same_bits(
    prepared, forked, plain, tmp_path, stored
):
    """Without any checkpoint: the stack is trained again as it was composed."""
    command = words(prepared, tmp_path)
    settings = tmp_path / "settings.yaml"
    settings.write_text(SETTINGS.replace("checkpoint: 0", "checkpoint: 3600"))
    command[command.index("--settings") + 1] = str(settings)
    for left, exitcode in ((stored, -signal.SIGKILL), (None, 0)):
        running = forked(command, tmp_path / "log", left)
        running.join()
        assert running.exitcode == exitcode, told(tmp_path)
        assert len(content(tmp_path)) == (left or 12)
    assert content(tmp_path) == content(plain)
    assert not list((tmp_path / "store").glob("checkpoints/*"))


def epoch_of(place):
    """The last epoch a checkpoint was kept of."""
    epochs = [int(p.name) for p in place.glob("store/checkpoints/*/[0-9]*")]
    return max(epochs, default=0)


def test_two_processes_at_once_do_not_disturb_each_other(process, plain, tmp_path):
    both = [process(tmp_path) for _ in range(2)]
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0], told(tmp_path)
    assert content(tmp_path) == content(plain)


@pytest.mark.parametrize("name", ["weights.safetensors", "history.tsv", "SHA256SUMS"])
def test_a_damaged_member_is_found_and_trained_again(prepared, plain, tmp_path, capsys, name):
    place = tmp_path / "copy"
    shutil.copytree(plain, place)
    victim = sorted((place / "store").glob("[0-9a-f]*/"))[0]
    (victim / name).write_bytes((victim / name).read_bytes()[:-20])
    assert main(words(prepared, place)) == 0
    text = capsys.readouterr().err
    assert f"{victim.name} is damaged" in text
    assert "11 of them in the store" in text
    again, before = (c.pop(victim.name) for c in (content(place), content(plain)))
    # Alone in its stack it is the same member up to rounding; its neighbours were not touched.
    assert again[:2] == before[:2]
    torch.testing.assert_close(load(again[2]), load(before[2]), rtol=1e-3, atol=1e-4)


def test_what_a_file_overrides_for_the_data_set_reaches_its_training(prepared, tmp_path, capsys):
    overrides = "overrides: {raw: {grid: {betas: [1], latents: [2], autoencoders: false}}}\n"
    (tmp_path / "settings.yaml").write_text(SETTINGS + overrides)
    command = words(prepared, tmp_path) + ["--stack", "5", "--stacks", "5"]
    command[command.index("--settings") + 1] = str(tmp_path / "settings.yaml")
    assert main(command) == 2
    assert "--stack 5, of --stacks 5 and 2 members" in capsys.readouterr().err
