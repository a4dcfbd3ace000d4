"""Trials on the bench: trained once, in any order, together with anything."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from vaebio import __version__
from vaebio.errors import NoRoom
from vaebio.training import fit as engine
from vaebio.training import job as module
from vaebio.training.grid import ELSEWHERE, Member, key


def weights(trained):
    return [one.parameters for one in trained]


def equal(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_member_of_the_grid_has_its_key(make_bench, trial):
    """As `vaebio train` makes it: what is in the store is not trained again."""
    bench = make_bench()
    data = bench.data["train"].hash() + bench.data["validation"].hash() + bench.preparation
    training = {k: v for k, v in trial.training.items() if k not in ELSEWHERE}
    expected = key(trial.member, trial.architecture, training, data, __version__)
    assert bench.key(trial) == expected
    named = replace(trial, member=replace(trial.member, variant="e6"))
    assert bench.key(named) == expected


def test_values_filled_in_are_in_the_key_where_they_have_no_say(make_bench, trial):
    x = np.zeros((130, 9), np.float32)
    x[3, 4] = 1
    plain, filled = make_bench(), make_bench(imputed=x)
    assert plain.key(trial) != filled.key(trial)
    counted = trial.trained_with(ignore_imputed=False)
    assert plain.key(counted) == filled.key(counted)


def test_nothing_is_trained_twice(make_bench, trial, monkeypatch):
    bench = make_bench()
    [first] = bench.train([trial])

    def never(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(module, "fit", never)
    again = bench.train([trial, trial.trained_with(device="cpu", checkpoint=0.0)])
    assert [one.key for one in again] == [first.key] * 2
    assert (first.status, first.epochs) == ("finished", 4)


def test_the_order_of_trials_changes_no_bit(make_bench, trial):
    trials = [
        trial,
        replace(trial, member=Member(0.1, 4, 1)),
        replace(trial, architecture=replace(trial.architecture, encoder=(8, 8))),
        trial.trained_with(learning_rate=0.01),
    ]
    forth = weights(make_bench(folder="forth").train(trials))
    back = weights(make_bench(folder="back").train(trials[::-1]))[::-1]
    assert all(equal(a, b) for a, b in zip(forth, back, strict=True))
    assert not equal(forth[0], forth[3])


def test_one_member_goes_on_from_two_others_side_by_side(make_bench, trial):
    bench = make_bench()
    both = bench.train([replace(trial, member=Member(b, 2, 0)) for b in (0.1, 3.0)])
    onward = [replace(trial, start=start) for start in (*both, None)]
    found = weights(bench.train(onward))
    assert not equal(found[0], found[1]) and not equal(found[1], found[2])
    [alone] = weights(make_bench(folder="alone").train([onward[1]]))
    for name, p in alone.items():
        torch.testing.assert_close(p, found[1][name])


def test_a_trial_without_room_is_told_and_the_others_are_trained(
    make_bench, trial, said, monkeypatch
):
    real = engine.Run

    def run(members, architecture, *rest):
        if architecture.encoder == (512,):
            raise torch.OutOfMemoryError("tried to allocate 7 GiB")
        return real(members, architecture, *rest)

    monkeypatch.setattr(engine, "Run", run)
    wide = replace(trial, architecture=replace(trial.architecture, encoder=(512,)))
    lost, found = make_bench().train([wide, trial])
    assert (lost.folder, found.status) == (None, "finished")
    assert "7 GiB" in said[-1]


def test_a_full_disk_ends_the_diagnosis(make_bench, trial, monkeypatch):
    def full(*_):
        raise NoRoom(found="0 bytes", expected="some", hint="make room")

    monkeypatch.setattr(module.store, "save", full)
    with pytest.raises(NoRoom):
        make_bench().train([trial])
