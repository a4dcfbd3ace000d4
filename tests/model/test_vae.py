import dataclasses

import pytest
import torch

from vaebio.model.minibatch import Minibatch
from vaebio.model.objective import penalty, rate
from vaebio.model.vae import Architecture, initialise, pad, shapes, unpad

ARCHITECTURES = [
    pytest.param(Architecture(9, (8,), (7,)), id="one hidden layer"),
    pytest.param(Architecture(9, (8, 6), (5, 7), "silu", "none", "zinb"), id="two, no norm, zinb"),
    pytest.param(Architecture(9, (), (), sigma="feature"), id="linear, sigma of features"),
    pytest.param(Architecture(9, (), (), likelihood="nb", batches=3), id="linear, nb, batches"),
    pytest.param(Architecture(9, (6,), (), "tanh", likelihood="poisson"), id="linear decoder"),
    pytest.param(Architecture(9, (6,), (5,), "gelu", batches=3), id="batches"),
    pytest.param(Architecture(9, (), (5,), "elu", sigma="shared", batches=3), id="linear encoder"),
]
LATENTS, SEEDS = (2, 5, 3), (0, 1, 0)


def seen(x):
    """Observations that every likelihood can have produced."""
    generator = torch.Generator().manual_seed(0)
    counts = torch.poisson(torch.full(x.shape, 0.8, dtype=torch.float64), generator=generator)
    batch = torch.arange(len(x), device=x.device) % 3
    log_size = torch.linspace(-0.5, 0.5, len(x), dtype=x.dtype, device=x.device)
    return Minibatch(x, counts.to(x), log_size, batch)


def loss(stack, x, beta=1.0):
    here = seen(x)
    mean, log_var = stack.encode(x, here.batch)
    linear = stack.decode(stack.sample(mean, log_var, torch.ones_like(mean)), here.batch)
    distortion = stack.likelihood.distortion(linear, stack.learned, here)
    betas = torch.full((len(stack.latents),), beta, dtype=x.dtype, device=x.device)
    return distortion.mean(1) + penalty(rate(mean, log_var).mean(1), betas)


@pytest.fixture
def x(device):
    return torch.randn(6, 9, dtype=torch.float64, device=device)


@pytest.fixture(params=ARCHITECTURES)
def stack(request, device):
    return initialise(request.param, LATENTS, SEEDS, device=device, dtype=torch.float64)


def test_every_parameter_receives_a_gradient(stack, x):
    for p in stack.parameters.values():
        p.requires_grad_(True)
    loss(stack, x).sum().backward()
    for name, p in stack.parameters.items():
        assert (p.grad.flatten(1).abs().sum(1) > 0).all(), name


def test_members_do_not_mix(stack, x):
    """The loss of one member has no gradient in the parameters of another."""
    for p in stack.parameters.values():
        p.requires_grad_(True)
    loss(stack, x)[1].backward()
    for name, p in stack.parameters.items():
        others = p.grad[[0, 2]]
        assert (others == 0).all(), name


def test_observations_do_not_mix(stack, x):
    batch = seen(x).batch
    mean, _ = stack.encode(x, batch)
    changed = x.clone()
    changed[0] += 100
    moved, _ = stack.encode(changed, batch)
    torch.testing.assert_close(mean[:, 1:], moved[:, 1:])
    assert not torch.isclose(mean[:, 0, :2], moved[:, 0, :2]).any()


def test_padded_units_carry_no_rate_and_reach_nothing(stack, x):
    mean, log_var = stack.encode(x, seen(x).batch)
    nats = rate(mean, log_var)
    before = loss(stack, x)
    for i, latent in enumerate(LATENTS):
        assert (nats[i, :, latent:] == 0).all()
        assert (nats[i, :, :latent] > 0).all()
    for name, axis in stack.architecture.latent_axes.items():
        p = stack.parameters[name]
        for i, latent in enumerate(LATENTS):
            p[i].narrow(axis, latent, max(LATENTS) - latent).fill_(1e6)
    torch.testing.assert_close(loss(stack, x), before, rtol=0, atol=0)


def test_a_member_starts_the_same_in_every_stack(stack):
    for i, (latent, seed) in enumerate(zip(LATENTS, SEEDS, strict=True)):
        device = stack.parameters["output.bias"].device
        solo = initialise(stack.architecture, [latent], [seed], device=device, dtype=torch.float64)
        for name, p in unpad(stack, i).items():
            torch.testing.assert_close(p, solo.parameters[name][0], rtol=0, atol=0)


def test_initial_weights_keep_to_their_own_fan_in(stack):
    name = "decoder.0.weight" if stack.architecture.decoder else "output.weight"
    for i, latent in enumerate(LATENTS):
        own = unpad(stack, i)[name]
        bound = latent**-0.5
        assert 0.8 * bound < own.abs().max() <= bound


def test_seeds_start_differently_and_equal_seeds_alike():
    stack = initialise(Architecture(9, (8,), (7,)), (3, 3, 3), (0, 1, 0))
    weight = stack.parameters["encoder.0.weight"]
    assert not torch.isclose(weight[0], weight[1]).any()
    torch.testing.assert_close(weight[0], weight[2], rtol=0, atol=0)


def test_pad_undoes_unpad(stack, x):
    again = pad(stack.architecture, [unpad(stack, i) for i in range(len(LATENTS))])
    torch.testing.assert_close(loss(again, x), loss(stack, x), rtol=0, atol=0)


def test_take_is_a_copy_that_changes_no_answer(stack, x):
    before = loss(stack, x)
    taken = stack.take([2, 0])
    torch.testing.assert_close(loss(taken, x), before[[2, 0]])
    assert max(taken.latents) == taken.parameters["mean.bias"].shape[-1] == 3
    for p in taken.parameters.values():
        p.add_(1)
    torch.testing.assert_close(loss(stack, x), before, rtol=0, atol=0)


def test_shapes_are_those_of_the_parameters(stack):
    for i, latent in enumerate(LATENTS):
        own = {name: tuple(p.shape) for name, p in unpad(stack, i).items()}
        assert own == shapes(stack.architecture, latent)


@pytest.mark.parametrize(
    "change",
    [
        {"activation": "tanh"},
        {"normalisation": "none"},
        {"encoder": (8, 8)},
        {"decoder": ()},
        {"likelihood": "nb"},
        {"sigma": "shared"},
        {"batches": 3},
    ],
)
def test_every_part_of_the_architecture_has_an_effect(change, x):
    base = Architecture(9, (8,), (7,))
    one, two = (
        loss(initialise(a, [2], [0], dtype=torch.float64), x.cpu())
        for a in (base, dataclasses.replace(base, **change))
    )
    assert not torch.isclose(one, two).any()


def test_a_batch_is_told_as_a_one_hot_input_would_tell_it(x):
    """The row that is added is the product of the one-hot vector with the weight."""
    stack = initialise(Architecture(9, (8,), (7,), batches=3), [2], [0], dtype=torch.float64)
    p, batch = stack.parameters, seen(x).batch.cpu()
    one_hot = torch.nn.functional.one_hot(batch, 3).double()
    wide = torch.cat([p["encoder.0.weight"][0], p["encoder.0.batch"][0]])
    first = torch.cat([x.cpu(), one_hot], dim=1) @ wide + p["encoder.0.bias"][0]
    normed = torch.nn.functional.layer_norm(first, (8,))
    expected = normed.relu() @ p["mean.weight"][0] + p["mean.bias"][0]
    torch.testing.assert_close(stack.encode(x.cpu(), batch)[0][0], expected)


def test_dropout_multiplies_hidden_units(x):
    stack = initialise(Architecture(9, (8,), (7,), dropout=0.5), [2], [0], dtype=torch.float64)
    none = {"encoder.0": torch.zeros(1, 6, 8, dtype=torch.float64)}
    mean, _ = stack.encode(x.cpu(), kept=none)
    torch.testing.assert_close(mean[0], stack.parameters["mean.bias"][0].expand(6, 2))
