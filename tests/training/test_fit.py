import dataclasses

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from vaebio.model import likelihoods
from vaebio.model.vae import Architecture, pad
from vaebio.settings import Grid, Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member, members
from vaebio.training.run import clip_per_member

ARCHITECTURE = Architecture(12, (8,), (8,))
SETTINGS = Train(epochs=8, warmup=2, minibatch=16, patience=3, learning_rate=0.01)


@pytest.fixture(scope="module")
def x(device):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(70, 3, generator=generator, dtype=torch.float64)
    loadings = torch.randn(3, 12, generator=generator, dtype=torch.float64)
    noise = torch.randn(70, 12, generator=generator, dtype=torch.float64)
    return (z @ loadings + 0.3 * noise).to(device)


def run(grid, x, settings=SETTINGS, architecture=ARCHITECTURE):
    return fit(grid, architecture, x[:50], x[50:], settings)


GRID = [Member(0.1, 2, 0), Member(5.0, 4, 0), Member(0.1, 4, 1), Member(1.0, 3, 1)]


def test_a_member_in_a_stack_equals_the_member_alone(x):
    settings = SETTINGS.model_copy(update={"epochs": 30, "patience": 4, "warmup": 3})
    stacked = run(GRID, x, settings)
    # The law has to hold across compaction too, so some must stop before the others.
    assert len({t.epochs for t in stacked}) > 1
    for together in stacked:
        [alone] = run([together.member], x, settings)
        assert (alone.epochs, alone.status) == (together.epochs, together.status)
        for name, p in together.parameters.items():
            torch.testing.assert_close(p, alone.parameters[name], rtol=1e-7, atol=1e-9)
        for one, other in zip(together.history, alone.history, strict=True):
            assert [one["mse"], one["rate_nats"]] == pytest.approx(
                [other["mse"], other["rate_nats"]], rel=1e-7
            )


def test_the_order_of_members_does_not_matter(x):
    forward, backward = run(GRID, x), run(GRID[::-1], x)[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert one.member == other.member
        for name, p in one.parameters.items():
            torch.testing.assert_close(p, other.parameters[name], rtol=1e-7, atol=1e-9)


def test_the_same_run_twice_is_bit_identical(x):
    for one, other in zip(run(GRID, x), run(GRID, x), strict=True):
        assert one.history == other.history
        for name, p in one.parameters.items():
            torch.testing.assert_close(p, other.parameters[name], rtol=0, atol=0)


def test_a_diverging_member_leaves_the_others_as_they_were(x):
    """An absurd beta overflows; its neighbours train as if it were not there."""
    wild = Member(1e308, 4, 0)
    found = run([*GRID, wild], x)
    assert found[-1].status == "diverged"
    assert all(p.isfinite().all() for p in found[-1].parameters.values())
    for one, other in zip(run(GRID, x), found, strict=False):
        assert one.status == other.status != "diverged"
        for name, p in one.parameters.items():
            torch.testing.assert_close(p, other.parameters[name], rtol=1e-7, atol=1e-9)


def test_a_linear_vae_of_small_beta_reaches_pca(x):
    """At beta -> 0 the optimum of a linear VAE is the best linear reconstruction."""
    settings = SETTINGS.model_copy(update={"epochs": 400, "patience": 400})
    x = x - x[:50].mean(0)
    [trained] = run([Member(1e-4, 3, 0)], x, settings, Architecture(12, (), ()))
    pca = PCA(3).fit(x[:50].cpu().numpy())
    held_out = x[50:].cpu().numpy()
    best = np.square(held_out - pca.inverse_transform(pca.transform(held_out))).mean()
    assert trained.history[-1]["mse"] == pytest.approx(best, rel=0.05)


def test_the_returned_weights_are_those_of_the_best_validation_objective(x):
    """Reconstructed from the returned weights alone; live weights would give the last epoch."""
    settings = SETTINGS.model_copy(update={"epochs": 60, "patience": 5, "learning_rate": 0.05})
    for trained in run(GRID, x, settings):
        rows = [r for r in trained.history if r["split"] == "validation"]
        eligible = [r for r in rows if r["epoch"] >= settings.warmup]
        beta = trained.member.beta
        best = min(eligible, key=lambda r: r["distortion_nats"] + beta * r["rate_nats"])
        stack = pad(ARCHITECTURE, [{k: p.to(x.device) for k, p in trained.parameters.items()}])
        mean, _ = stack.encode(x[50:])
        mse = likelihoods.squared_error(x[50:], stack.decode(mean)).mean() / 12
        assert mse.item() == pytest.approx(best["mse"], rel=1e-9)
        assert best["epoch"] < rows[-1]["epoch"]


def test_no_member_stops_inside_the_warmup(x):
    settings = SETTINGS.model_copy(update={"epochs": 40, "warmup": 25, "patience": 2})
    for trained in run(GRID, x, settings):
        assert trained.epochs >= settings.warmup + settings.patience
        betas = [r["beta_now"] for r in trained.history if r["split"] == "train"]
        assert betas[0] == pytest.approx(trained.member.beta / 25)
        assert betas[24] == betas[-1] == pytest.approx(trained.member.beta)


def test_history_holds_every_epoch_and_split_unweighted(x):
    [trained] = run([Member(5.0, 4, 0)], x)
    assert len(trained.history) == 2 * trained.epochs
    first = trained.history[0]
    assert first["rate_nats"] > 0, "the rate is raw: the warm-up does not shrink it"
    assert {r["split"] for r in trained.history} == {"train", "validation"}


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 7},
        {"minibatch": 10},
        {"learning_rate": 0.02},
        {"warmup": 4},
        {"patience": 1},
        {"clip": 0.01},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_training_setting_has_an_effect(change, x):
    # Long enough and fast enough that the patience decides something.
    plain = SETTINGS.model_copy(update={"learning_rate": 0.05, "epochs": 30})
    histories = [
        run(GRID, x, settings)[1].history for settings in (plain, plain.model_copy(update=change))
    ]
    assert histories[0] != histories[1]


def test_beta_reaches_the_training(x):
    low, high = (run([Member(beta, 4, 0)], x)[0].history[-1]["rate_nats"] for beta in (0.1, 10.0))
    assert high < 0.7 * low


def test_gradients_are_clipped_for_each_member_by_itself():
    parameters = {
        "a": torch.zeros(2, 3, requires_grad=True),
        "b": torch.zeros(2, 2, 2, requires_grad=True),
    }
    parameters["a"].grad = torch.tensor([[3.0, 0, 0], [0.1, 0, 0]])
    parameters["b"].grad = torch.zeros(2, 2, 2)
    parameters["b"].grad[0, 0, 0] = 4.0
    clip_per_member(parameters, 1.0)
    torch.testing.assert_close(parameters["a"].grad, torch.tensor([[0.6, 0, 0], [0.1, 0, 0]]))
    assert parameters["b"].grad[0, 0, 0] == pytest.approx(0.8)


def test_architecture_reaches_the_training(x):
    histories = [
        run(GRID, x, architecture=dataclasses.replace(ARCHITECTURE, **change))[0].history
        for change in ({}, {"encoder": (9,)}, {"decoder": (9,)}, {"activation": "tanh"})
    ]
    assert len({h[-1]["mse"] for h in histories}) == len(histories)


def test_a_grid_holds_every_combination_once_with_a_name_of_its_own():
    grid = members(Grid(betas=(1, 0.25), latents=(8, 2), seeds=(0, 1, 2)))
    assert len(grid) == len({m.name for m in grid}) == 12
    assert grid[0].name == "k2-b0.25-s0"
