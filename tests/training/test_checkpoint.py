import json

import pytest
import torch

from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training import sealed
from vaebio.training.checkpoint import MEMBERS, TENSORS, Checkpoint, interrupted
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.observations import Observations

ARCHITECTURE = Architecture(6, (8,), (8,))
SETTINGS = Train(epochs=30, warmup=2, minibatch=10, patience=3, learning_rate=0.02)
GRID = [Member(0.1, 2, 0), Member(5.0, 4, 0), Member(1.0, 3, 1)]
KEYS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def x():
    generator = torch.Generator().manual_seed(0)
    signal = torch.randn(60, 2, generator=generator) @ torch.randn(2, 6, generator=generator)
    return signal + 0.5 * torch.randn(60, 6, generator=generator)


class Killed(Exception):
    """Stands for the end of the process."""


def run(x, keeper=None, die_at=None):
    def on_epoch(progress):
        if progress.epoch == die_at:
            raise Killed

    parts = Observations.of(x[:40]), Observations.of(x[40:])
    return fit(GRID, ARCHITECTURE, *parts, SETTINGS, on_epoch, keeper)


@pytest.fixture
def warnings():
    return []


def checkpoint(root, warnings, seconds=0.0):
    return Checkpoint(root, KEYS, seconds, warnings.append)


@pytest.mark.parametrize("die_at", [2, 5, 14, 16, 25])
def test_a_resumed_run_ends_with_the_same_bits(x, tmp_path, warnings, die_at):
    """Before and after the first members have stopped and been taken out of the stack."""
    plain = run(x)
    assert min(t.epochs for t in plain) < 16 < max(t.epochs for t in plain)
    with pytest.raises(Killed):
        run(x, checkpoint(tmp_path, warnings), die_at)
    resumed = run(x, checkpoint(tmp_path, warnings))
    for one, other in zip(plain, resumed, strict=True):
        assert (one.member, one.status, one.epochs) == (other.member, other.status, other.epochs)
        assert one.history == other.history
        for name, p in one.parameters.items():
            assert torch.equal(p, other.parameters[name])
    assert warnings == []


def test_one_checkpoint_is_kept_and_it_is_the_last(x, tmp_path, warnings):
    with pytest.raises(Killed):
        run(x, checkpoint(tmp_path, warnings), 6)
    keeper = checkpoint(tmp_path, warnings)
    assert [p.name for p in keeper.path.iterdir()] == ["000005"]
    assert keeper.load().record["epoch"] == 5
    keeper.remove()
    assert keeper.load() is None


def test_checkpoints_wait_for_their_time(x, tmp_path, warnings):
    run(x, checkpoint(tmp_path, warnings, seconds=3600.0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_checkpoint_is_found_and_not_used(x, tmp_path, warnings, damage):
    with pytest.raises(Killed):
        run(x, checkpoint(tmp_path, warnings), 6)
    [file] = tmp_path.glob(f"*/*/{TENSORS}")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    if damage == "truncate":
        file.write_bytes(content[:100])
    elif damage == "flip":
        file.write_bytes(content)
    else:
        file.unlink()
    resumed = run(x, checkpoint(tmp_path, warnings))
    assert len(warnings) == 1 and "damaged" in warnings[0]
    for one, other in zip(run(x), resumed, strict=True):
        assert one.history == other.history


def test_a_disk_without_room_costs_the_checkpoint_alone(x, tmp_path, warnings):
    (tmp_path / "file").write_text("")
    found = run(x, checkpoint(tmp_path / "file" / "inside", warnings))
    assert len(found) == 3
    assert "no checkpoint could be written" in warnings[0]
    checkpoint(tmp_path / "file" / "inside", warnings).trained()
    assert "could not be noted" in warnings[-1]


def test_an_interrupted_run_is_found_by_the_members_it_holds(x, tmp_path, warnings):
    with pytest.raises(Killed):
        run(x, checkpoint(tmp_path, warnings), 3)
    assert interrupted(tmp_path, ["b"]) == [KEYS]
    assert interrupted(tmp_path, KEYS) == [KEYS]
    assert interrupted(tmp_path, ["b", "z"]) == [KEYS], "z is of another run"
    assert interrupted(tmp_path, ["z"]) == []
    [members] = tmp_path.glob(f"*/*/{MEMBERS}")
    members.write_text(json.dumps(["b", "z"]))
    assert interrupted(tmp_path, ["b", "z"]) == [], "its checksum does not fit"


def test_a_run_whose_members_are_being_stored_is_found_without_any_state(tmp_path, warnings):
    """Also when the state it had is damaged."""
    keeper = checkpoint(tmp_path, warnings)
    keeper.trained()
    assert interrupted(tmp_path, ["b"]) == [KEYS]
    assert keeper.load() is None
    (keeper.path / "000005").mkdir()
    (keeper.path / "000005" / MEMBERS).write_text("[")
    assert interrupted(tmp_path, ["c"]) == [KEYS]
    keeper.remove()
    assert interrupted(tmp_path, KEYS) == []


def test_a_sealed_folder_is_whole_or_not_there(tmp_path):
    with pytest.raises(Killed), sealed.sealed(tmp_path / "m") as temporary:
        (temporary / "half").write_text("")
        raise Killed
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_does_not_hinder_one_of_the_same_number(tmp_path, monkeypatch):
    """As in a container, where every process may have the number 1."""
    monkeypatch.setattr(sealed.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Killed), sealed.sealed(tmp_path / "m") as temporary:
        raise Killed
    assert temporary.is_dir()
    with sealed.sealed(tmp_path / "m") as other:
        (other / "file").write_text("")
    assert sealed.damage(tmp_path / "m") is None


def test_the_first_of_two_sealed_folders_stays(tmp_path):
    for content in ("first", "second"):
        with sealed.sealed(tmp_path / "m") as temporary:
            (temporary / "file").write_text(content)
    assert (tmp_path / "m" / "file").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["m"]
    assert sealed.damage(tmp_path / "m") is None
