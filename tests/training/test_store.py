import json

import pytest
import torch

from vaebio.model.vae import Architecture, pad
from vaebio.settings import Train
from vaebio.training import store
from vaebio.training.fit import fit
from vaebio.training.grid import Member, key
from vaebio.training.observations import Observations

ARCHITECTURE = Architecture(6, (5, 4), (3,), "silu", "none")


@pytest.fixture(scope="module")
def trained():
    x = torch.randn(40, 6, generator=torch.Generator().manual_seed(0))
    settings = Train(epochs=3, warmup=1, minibatch=10)
    parts = Observations.of(x[:30]), Observations.of(x[30:])
    return fit([Member(1.0, 2, 0), Member(0.1, 3, 1)], ARCHITECTURE, *parts, settings)


def test_a_saved_member_comes_back_the_same(trained, tmp_path):
    for one in trained:
        folder = tmp_path / one.member.name
        store.save(folder, one, ARCHITECTURE, {"key": "abc"}, "{}")
        found = store.load(folder)
        assert (found.name, found.member, found.architecture, found.preparation) == (
            one.member.name,
            one.member,
            ARCHITECTURE,
            "{}",
        )
        x = torch.randn(7, 6)
        for a, b in zip(
            pad(ARCHITECTURE, [found.parameters]).encode(x),
            pad(ARCHITECTURE, [one.parameters]).encode(x),
            strict=True,
        ):
            torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_a_failed_write_leaves_nothing(trained, tmp_path):
    with pytest.raises(TypeError):
        store.save(tmp_path / "m", trained[0], ARCHITECTURE, {"key": object()}, "{}")
    assert list(tmp_path.iterdir()) == []


def test_the_description_says_how_the_training_ended(trained, tmp_path):
    store.save(tmp_path / "m", trained[0], ARCHITECTURE, {"key": "abc"}, "{}")
    found = json.loads((tmp_path / "m" / "model.json").read_text())
    assert found["training"]["status"] == trained[0].status
    assert found["key"] == "abc"


BASE = {
    "member": Member(1.0, 2, 0),
    "architecture": ARCHITECTURE,
    "training": {"epochs": 3},
    "data": "d",
    "version": "1",
}


@pytest.mark.parametrize(
    "change",
    [
        {"member": Member(2.0, 2, 0)},
        {"member": Member(1.0, 3, 0)},
        {"member": Member(1.0, 2, 1)},
        {"architecture": Architecture(6, (5, 4), (4,), "silu", "none")},
        {"training": {"epochs": 4}},
        {"data": "e"},
        {"version": "2"},
    ],
)
def test_whatever_determines_the_weights_changes_the_key(change):
    assert key(**BASE) == key(**BASE)
    assert key(**BASE) != key(**(BASE | change))
