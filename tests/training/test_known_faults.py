"""Faults that were found in tools of this field: the law that rules each out, and its proof.

Every law is checked twice: it holds, and it fails when the fault is built in.
"""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from vaebio.model import vae
from vaebio.model.likelihoods.gaussian import squared_error
from vaebio.model.vae import Architecture, Stack, pad
from vaebio.settings import Train
from vaebio.training import descent, encode, optimiser, run, schedule, stopping
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.observations import Observations

ARCHITECTURE = Architecture(12, (8,), (8,))
SETTINGS = Train(epochs=12, warmup=2, minibatch=16, patience=20, learning_rate=0.02)
GRID = [Member(0.1, 2, 0), Member(5.0, 4, 0), Member(1.0, 3, 1)]


def data(n=70):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    loadings = torch.randn(3, 12, generator=generator, dtype=torch.float64)
    x = z @ loadings + 0.3 * torch.randn(n, 12, generator=generator, dtype=torch.float64)
    return Observations.of(x[: n - 20]), Observations.of(x[n - 20 :])


def trained(grid=GRID, **change):
    return fit(grid, ARCHITECTURE, *data(), SETTINGS.model_copy(update=change))


def rows_of(one, split="validation"):
    return [row for row in one.history if row["split"] == split]


def beta_reaches_the_loss():
    """A loss built once with beta at 0, and beta changed later [tybalt, BioBombe]."""
    low, high = trained([Member(0.1, 4, 0), Member(10.0, 4, 0)])
    assert high.history[-1]["rate_nats"] < 0.7 * low.history[-1]["rate_nats"]


def the_warmup_ends():
    """A warm-up of a fixed number of epochs, longer than the run on large data [scvi-tools]."""
    for one in trained(warmup=400):
        assert rows_of(one)[-1]["beta_now"] == one.member.beta


def the_history_is_not_weighted():
    """The rate times beta times the warm-up in the log: the raw one cannot be had [autoencodix]."""
    alike = trained([Member(1e-6, 3, 0), Member(2e-6, 3, 0)])
    first, second = (rows_of(one)[0]["rate_nats"] for one in alike)
    assert first == pytest.approx(second, rel=1e-2)
    assert first > 0.01


def all_of_validation_is_measured():
    """The loss of the last minibatch alone taken for that of the epoch [autoencodix]."""
    train, validation = data()
    [one] = fit(
        GRID[:1], ARCHITECTURE, train, validation, SETTINGS.model_copy(update={"epochs": 1})
    )
    stack = pad(ARCHITECTURE, [one.parameters])
    x = validation.values.values
    mse = squared_error(x, *stack.decode(stack.encode(x)[0])).mean() / 12
    assert rows_of(one)[0]["mse"] == pytest.approx(mse.item(), rel=1e-9)


def the_best_weights_are_not_the_live_ones():
    """Weights kept by reference go on changing with every step [autoencodix, torch tutorials]."""
    [one] = trained([Member(0.1, 4, 0)], epochs=60, learning_rate=0.1)
    score = [r["distortion_nats"] + 0.1 * r["rate_nats"] for r in rows_of(one)][2:]
    best = rows_of(one)[2:][score.index(min(score))]
    assert best["epoch"] < one.epochs
    x = data()[1].values.values
    stack = pad(ARCHITECTURE, [one.parameters])
    mse = squared_error(x, *stack.decode(stack.encode(x)[0])).mean() / 12
    assert mse.item() == pytest.approx(best["mse"], rel=1e-9)


def no_member_stops_inside_the_warmup():
    """As beta rises the objective does too: patience would end every member [scvi-tools]."""
    for one in trained([Member(50.0, 3, 0)], epochs=40, warmup=25, patience=2):
        assert one.epochs >= 27


def a_member_is_the_same_alone():
    """Padding that reaches rate, initialisation or normalisation of smaller members."""
    for together in trained(clip=1.0):
        [alone] = trained([together.member], clip=1.0)
        for name, p in together.parameters.items():
            torch.testing.assert_close(p, alone.parameters[name], rtol=1e-7, atol=1e-9)


def one_diverged_member_is_one_member():
    """Not a number in one place ends the whole grid [many]."""
    found = trained([*GRID, Member(1e308, 4, 0)])
    assert [one.status == "diverged" for one in found] == [False, False, False, True]


def epochs_are_measured_alike():
    """A fresh random sample or fresh noise at each epoch: what moves is the measurement."""
    grid = run.Run(GRID, ARCHITECTURE, *data(), SETTINGS)
    for _ in range(2):
        grid.epoch += 1
        grid._judge(0.0)
    for history in grid.history.values():
        assert [r["distortion_nats"] for r in history[:2]] == [
            r["distortion_nats"] for r in history[2:]
        ]


def every_observation_weighs_the_same():
    """A last minibatch of a few observations moves the weights as far as a full one."""
    sizes = [len(part) for part in schedule.minibatches(129, 64, 1, torch.device("cpu"))]
    assert max(sizes) - min(sizes) <= 1


class Largest(TorchDispatchMode):
    """Keeps the size of the largest array that any operation makes."""

    size = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else [made]:
            if isinstance(tensor, torch.Tensor):
                self.size = max(self.size, tensor.numel())
        return made


def nothing_of_the_size_of_the_data_is_made():
    """Reconstructions of all observations kept on the device [autoencodix]."""
    train, validation = data(3000)
    grid = run.Run(GRID, ARCHITECTURE, train, validation, SETTINGS)
    stack, rows = grid.stack, torch.arange(len(train))
    noise = torch.zeros(3, len(rows), 4, dtype=torch.float64)
    with Largest() as largest:
        encode.encode(stack, train, rows, noise)
    assert largest.size < len(train) * 12 * 3


def patched(target, name, replacement):
    return lambda monkeypatch: monkeypatch.setattr(target, name, replacement)


def _without_beta(self, rate_per_unit, share=1.0):
    return rate_per_unit.sum(1) * 0 * share


def _weighted(self, measured, seconds):
    for values in measured.values():
        values["rate_nats"] = values["rate_nats"] * self.descent.betas
    NOTE(self, measured, seconds)


def _last_part(self, measured_data, rows):
    return MEASURE(self, measured_data, rows[-5:])


def _alias(self, better, stack):
    self.best = Stack(stack.architecture, stack.latents, stack.parameters)


def _impatient(stack, warmup, patience):
    return START(stack, 0, patience)


def _padded_fan_in(architecture, name, latents):
    return FAN_IN(architecture, name, [max(latents)] * len(latents))


def _common_clip(parameters, limit):
    torch.nn.utils.clip_grad_norm_(parameters.values(), limit)


def _fresh_noise(self, data, rows):
    self.held_out_noise = torch.randn_like(self.held_out_noise)
    return MEASURE(self, data, rows)


NOTE, MEASURE = run.Run._note, run.Run._measure
START, FAN_IN = stopping.Stopping.start, vae._fan_in

FAULTS = [
    (beta_reaches_the_loss, patched(descent.Descent, "price", _without_beta)),
    (the_warmup_ends, patched(schedule, "warmup_epochs", lambda settings: settings.warmup)),
    (the_history_is_not_weighted, patched(run.Run, "_note", _weighted)),
    (all_of_validation_is_measured, patched(run.Run, "_measure", _last_part)),
    (the_best_weights_are_not_the_live_ones, patched(stopping.Stopping, "_keep", _alias)),
    (no_member_stops_inside_the_warmup, patched(run.Stopping, "start", _impatient)),
    (a_member_is_the_same_alone, patched(vae, "_fan_in", _padded_fan_in)),
    (a_member_is_the_same_alone, patched(vae.Stack, "mask", torch.ones(()))),
    (a_member_is_the_same_alone, patched(optimiser, "clip_per_member", _common_clip)),
    (one_diverged_member_is_one_member, patched(optimiser, "clip_per_member", _common_clip)),
    (epochs_are_measured_alike, patched(run.Run, "_measure", _fresh_noise)),
    (
        every_observation_weighs_the_same,
        patched(schedule, "minibatches", lambda n, size, *_: torch.arange(n).split(size)),
    ),
    (nothing_of_the_size_of_the_data_is_made, patched(encode, "ROWS", 10**9)),
]


@pytest.mark.parametrize("law", dict.fromkeys(law for law, _ in FAULTS), ids=lambda f: f.__name__)
def test_the_law_holds(law):
    law()


@pytest.mark.parametrize(("law", "fault"), FAULTS, ids=lambda f: f.__name__)
def test_the_law_fails_on_the_faulty_version(law, fault, monkeypatch):
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        law()
