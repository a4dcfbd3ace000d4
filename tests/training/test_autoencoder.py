"""A member of beta 0 is a deterministic autoencoder, and its neighbours do not notice."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from vaebio.model import keyed
from vaebio.model.objective import rate
from vaebio.model.vae import Architecture, pad
from vaebio.settings import Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Observations
from vaebio.training.run import Run

FEATURES = 12
ARCHITECTURE = Architecture(FEATURES, (8,), (8,))
SETTINGS = Train(epochs=8, warmup=2, minibatch=25, patience=4, learning_rate=0.02)
CODE, VAE, OTHER = Member(0.0, 2, 0), Member(1.0, 3, 0), Member(0.2, 4, 1)


@pytest.fixture(scope="module")
def x(device):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(70, 3, generator=generator, dtype=torch.float64)
    loadings = torch.randn(3, FEATURES, generator=generator, dtype=torch.float64)
    noise = torch.randn(70, FEATURES, generator=generator, dtype=torch.float64)
    return (z @ loadings + 0.3 * noise).to(device)


def run(members, x, settings=SETTINGS, architecture=ARCHITECTURE):
    parts = Observations.of(x[:50]), Observations.of(x[50:])
    return fit(members, architecture, *parts, settings)


def equal(one, other):
    assert (one.epochs, one.status) == (other.epochs, other.status)
    for name, p in one.parameters.items():
        torch.testing.assert_close(p, other.parameters[name], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("change", [{}, {"stopping": "elbo"}, {"free_bits": 0.3}], ids=str)
def test_a_member_does_not_depend_on_autoencoders_beside_it(change, x):
    settings = SETTINGS.model_copy(update=change)
    together = run([CODE, VAE, Member(0.0, 4, 1)], x, settings)
    for one in together:
        equal(one, *run([one.member], x, settings))


@pytest.mark.parametrize("change", [{"stopping": "elbo"}, {"free_bits": 0.3}, {"capacity": 3.0}])
def test_no_price_of_a_rate_touches_it(change, x):
    one, other = (run([CODE], x, s)[0] for s in (SETTINGS, SETTINGS.model_copy(update=change)))
    assert one.history == other.history
    equal(one, other)


def test_its_noise_is_that_of_nothing(x, monkeypatch):
    """Other noise changes every member but it."""
    before = run([CODE, VAE], x)
    plain = Run([CODE], ARCHITECTURE, *[Observations.of(x)] * 2, SETTINGS)
    assert not plain.held_out_noise.any()
    own = keyed.normal
    monkeypatch.setattr("vaebio.training.descent.keyed.normal", lambda *args: 3 * own(*args))
    after = run([CODE, VAE], x)
    assert before[0].history == after[0].history
    assert before[1].history != after[1].history


def test_its_distortion_is_that_of_its_code_and_it_has_no_rate(x):
    code, vae = run([CODE, VAE], x)
    for row in code.history:
        by_hand = 0.5 * FEATURES * (row["mse"] + math.log(2 * math.pi))
        assert row["distortion_nats"] == pytest.approx(by_hand, rel=1e-9)
        assert row["rate_nats"] is None
    for row in vae.history:
        assert row["distortion_nats"] > 0.5 * FEATURES * (row["mse"] + math.log(2 * math.pi))
        assert row["rate_nats"] > 0


def test_it_stops_at_its_lowest_distortion_on_validation(x):
    settings = SETTINGS.model_copy(update={"epochs": 200, "learning_rate": 0.05})
    [code] = run([CODE], x, settings)
    rows = [r for r in code.history if r["split"] == "validation" and r["epoch"] > settings.warmup]
    best = min(rows, key=lambda r: r["distortion_nats"])
    assert code.status == "stopped" and best["epoch"] == code.epochs - settings.patience
    stack = pad(ARCHITECTURE, [{k: p.to(x.device) for k, p in code.parameters.items()}])
    held_out = x[50:]
    error = (held_out - stack.decode(stack.encode(held_out)[0])[0][0]).square().mean()
    assert error.item() == pytest.approx(best["mse"], rel=1e-9)


def test_a_linear_one_reaches_pca(x):
    change = {"epochs": 400, "patience": 400, "minibatch": 16, "learning_rate": 0.01}
    settings = SETTINGS.model_copy(update=change)
    x = x - x[:50].mean(0)
    [trained] = run([Member(0.0, 3, 0)], x, settings, Architecture(FEATURES, (), ()))
    pca = PCA(3).fit(x[:50].cpu().numpy())
    held_out = x[50:].cpu().numpy()
    best = np.square(held_out - pca.inverse_transform(pca.transform(held_out))).mean()
    assert trained.history[-1]["mse"] == pytest.approx(best, rel=0.05)


@pytest.mark.parametrize(
    "change", [{}, {"sigma": "feature"}, {"likelihood": "nb"}, {"likelihood": "bernoulli"}], ids=str
)
def test_gradients_in_closed_form_are_those_of_autograd(change):
    """Of one step of a stack that mixes both kinds, from the plain formulas of the loss."""
    architecture = dataclasses.replace(ARCHITECTURE, **change)
    rng = np.random.default_rng(0)
    counts = rng.poisson(rng.gamma(2, 1, (40, FEATURES))).astype(np.float32)
    values = counts / counts.max() if architecture.likelihood == "bernoulli" else np.log1p(counts)
    inputs = Inputs(values, values.mean(0), values.std(0), None, counts, counts.sum(1) / 20.0)
    data = inputs.placed(architecture.distribution.target, torch.device("cpu"), 10**9)
    members = [CODE, VAE, OTHER]
    training = Run(members, architecture, data, data, SETTINGS)
    rows, noise, kept = next(training.descent._drawn(1, data))
    training.descent._backward(data.minibatch(rows), noise, kept, 1.0)
    found = {k: p.grad.clone() for k, p in training.stack.parameters.items() if p.grad is not None}
    expected = plain(training.stack, members, data.minibatch(rows), noise)
    for name, p in expected.items():
        got = found.get(name, torch.zeros_like(p))
        torch.testing.assert_close(got, p, rtol=2e-4, atol=2e-5, msg=lambda m, n=name: f"{n}: {m}")
    assert not found["log_var.weight"][0].any(), "nothing draws from the code's posterior"


def plain(stack, members, seen, noise):
    """Gradients of distortion + beta x rate by automatic differentiation."""
    for p in stack.parameters.values():
        p.grad = None
    total = torch.zeros(())
    mean, log_var = stack.encode(seen.x, seen.batch)
    for i, member in enumerate(members):
        part = stack.part(slice(i, i + 1))
        own, spread = mean[i : i + 1], (0.5 * log_var[i : i + 1]).exp() * stack.mask[i]
        z = own if member.beta == 0 else own + spread * noise[i : i + 1]
        linear = part.decode(z, seen.batch)
        total = total + part.likelihood.distortion(linear, part.learned, seen).mean()
        if member.beta:
            total = total + member.beta * rate(mean[i], log_var[i]).sum(-1).mean()
    names = list(stack.parameters)
    leaves = [stack.parameters[n] for n in names]
    found = torch.autograd.grad(total, leaves, allow_unused=True)
    pairs = zip(names, leaves, found, strict=True)
    return {name: torch.zeros_like(p) if g is None else g for name, p, g in pairs}
