import dataclasses

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.decomposition import PCA

from vaebio.model.likelihoods.gaussian import squared_error
from vaebio.model.vae import Architecture, initialise, pad
from vaebio.settings import Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Dense, Observations, Sparse
from vaebio.training.optimiser import clip_per_member
from vaebio.training.run import Run

CPU = torch.device("cpu")

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
    parts = Observations.of(x[:50]), Observations.of(x[50:])
    return fit(grid, architecture, *parts, settings)


GRID = [Member(0.1, 2, 0), Member(5.0, 4, 0), Member(0.1, 4, 1), Member(1.0, 3, 1)]


def equal(together, alone, rtol=1e-7, atol=1e-9):
    assert (alone.epochs, alone.status) == (together.epochs, together.status)
    for name, p in together.parameters.items():
        torch.testing.assert_close(p, alone.parameters[name], rtol=rtol, atol=atol)
    for one, other in zip(together.history, alone.history, strict=True):
        for column in ("distortion_nats", "rate_nats", "mse"):
            assert one[column] == pytest.approx(other[column], rel=rtol)


def test_a_member_in_a_stack_equals_the_member_alone(x):
    settings = SETTINGS.model_copy(update={"epochs": 30, "patience": 4, "warmup": 3})
    stacked = run(GRID, x, settings)
    # The law has to hold across compaction too, so some must stop before the others.
    assert len({t.epochs for t in stacked}) > 1
    for together in stacked:
        [alone] = run([together.member], x, settings)
        equal(together, alone)


SCHEDULES = [
    {"beta_schedule": "constant"},
    {"beta_schedule": "cosine"},
    {"beta_schedule": "logistic"},
    {"beta_schedule": "cyclical", "cycles": 2, "warmup": 6},
    {"free_bits": 0.2},
    {"capacity": 2.0},
    {"learning_rate_schedule": "linear"},
    {"learning_rate_schedule": "cosine", "weight_decay": 0.1},
    {"stopping": "elbo"},
]


@pytest.mark.parametrize("change", SCHEDULES, ids=str)
def test_the_law_holds_for_every_schedule(change, x):
    settings = SETTINGS.model_copy(update=change)
    for together in run(GRID[:2], x, settings):
        equal(together, *run([together.member], x, settings))


ARCHITECTURES = [
    {"likelihood": name, "sigma": sigma}
    for name, sigma in (
        *(("gaussian", sigma) for sigma in ("shared", "feature")),
        *((name, "unit") for name in ("nb", "zinb", "poisson", "bernoulli")),
    )
]
ARCHITECTURES += [{"dropout": 0.3}, {"batches": 3}, {"encoder": (), "decoder": ()}]


@pytest.fixture(scope="module")
def inputs():
    """Counts with sizes and batches, and the logarithms of normalised counts as values."""
    rng = np.random.default_rng(0)
    rates = rng.gamma(2, 1, (70, 1)) * np.exp(rng.normal(size=(70, 2)) @ rng.normal(size=(2, 12)))
    counts = rng.poisson(rates).astype(np.float32)
    size = counts.sum(1) / counts.sum(1).mean()
    values = np.log1p(counts / size[:, None])
    return Inputs(
        values=sparse.csr_matrix(values),
        mean=values[:50].mean(0),
        scale=values[:50].std(0),
        clip=5.0,
        counts=sparse.csr_matrix(counts),
        size=size,
        batch=np.arange(70) % 3,
    )


def placed(inputs, architecture, room=10**9, device=CPU):
    target = architecture.distribution.target
    if target == "fractions":
        inputs = dataclasses.replace(inputs, values=inputs.values / inputs.values.max())
    parts = inputs.take(np.arange(50)), inputs.take(np.arange(50, 70))
    return [part.placed(target, device, room) for part in parts]


@pytest.mark.parametrize("change", ARCHITECTURES, ids=str)
def test_the_law_holds_for_every_likelihood_and_architecture(change, inputs, device):
    architecture = dataclasses.replace(ARCHITECTURE, **change)
    data = placed(inputs, architecture, device=device)
    for together in fit(GRID[:3], architecture, *data, SETTINGS):
        [alone] = fit([together.member], architecture, *data, SETTINGS)
        first, last = (together.history[i]["distortion_nats"] for i in (1, -1))
        assert last < first, "it learns"
        equal(together, alone, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("name", ["gaussian", "nb", "bernoulli"])
def test_sparse_and_streamed_observations_train_the_same_bits(name, inputs, monkeypatch):
    architecture = dataclasses.replace(ARCHITECTURE, likelihood=name, batches=3)
    dense = placed(inputs, architecture)
    assert all(isinstance(part.values, Dense) for part in dense)
    scarce = placed(inputs, architecture, room=100)
    assert all(isinstance(part.values, Sparse) for part in scarce)
    for one, other in zip(
        fit(GRID, architecture, *dense, SETTINGS),
        fit(GRID, architecture, *scarce, SETTINGS),
        strict=True,
    ):
        assert one.history == other.history


@pytest.mark.parametrize("room", [10**9, 100], ids=["dense", "sparse"])
def test_filled_in_values_reach_the_encoder_and_no_error(room, inputs):
    imputed = (np.random.default_rng(1).random((70, 12)) < 0.3).astype(np.uint8)
    gaps = dataclasses.replace(inputs, imputed=sparse.csr_matrix(imputed))
    data = placed(gaps, ARCHITECTURE, room)
    [one] = fit(GRID[:1], ARCHITECTURE, *data, SETTINGS)
    seen = data[1].minibatch(torch.arange(20))
    np.testing.assert_array_equal(seen.observed, 1 - imputed[50:])
    stack = pad(ARCHITECTURE, [one.parameters])
    error = (seen.x - stack.decode(stack.encode(seen.x)[0])[0][0]).square() * seen.observed
    best = min(
        (row for row in one.history if row["split"] == "validation" and row["epoch"] > 2),
        key=lambda row: row["distortion_nats"] + 0.1 * row["rate_nats"],
    )
    assert (error.sum(1) / seen.observed.sum(1)).mean().item() == pytest.approx(best["mse"], 1e-4)
    [other] = fit(GRID[:1], ARCHITECTURE, *placed(inputs, ARCHITECTURE, room), SETTINGS)
    assert one.history != other.history


@pytest.mark.parametrize("name", ["gaussian", "nb"])
def test_observations_in_a_file_train_the_same_bits(name, inputs, tmp_path):
    architecture = dataclasses.replace(ARCHITECTURE, likelihood=name, batches=3)
    in_file = dataclasses.replace(
        inputs, values=mapped(inputs.values, tmp_path), counts=mapped(inputs.counts, tmp_path)
    )
    scarce = placed(in_file, architecture, room=100)
    assert all(part.values.mapped and part.bytes < 5000 for part in scarce)
    for one, other in zip(
        fit(GRID, architecture, *placed(inputs, architecture), SETTINGS),
        fit(GRID, architecture, *scarce, SETTINGS),
        strict=True,
    ):
        assert one.history == other.history


def mapped(matrix, folder):
    """The same CSR matrix in files."""
    parts = []
    for name in ("data", "indices", "indptr"):
        path = folder / f"{id(matrix)}.{name}"
        getattr(matrix, name).tofile(path)
        parts.append(np.memmap(path, getattr(matrix, name).dtype, mode="c"))
    return sparse.csr_matrix(tuple(parts), matrix.shape)


@pytest.mark.parametrize("name", ["nb", "zinb", "poisson", "bernoulli"])
def test_a_decoder_of_nothing_predicts_the_train_mean(name, inputs):
    """At a huge beta the latents hold nothing, and the first step starts from the mean."""
    architecture = dataclasses.replace(ARCHITECTURE, likelihood=name)
    run = Run([Member(1.0, 2, 0)], architecture, *placed(inputs, architecture), SETTINGS)
    train = run.train.minibatch(torch.arange(50))
    kind, stack = run.stack.likelihood, run.stack
    for name in ("output.weight", "inflation.weight", "inflation.bias"):
        if name in stack.parameters:
            stack.parameters[name].data.zero_()
    linear = stack.decode(torch.zeros(1, 50, 2))[0]
    # Without the keyed start of the bias, what is left is the logarithm or logit of the mean.
    start = initialise(architecture, [2], [0]).parameters["output.bias"]
    rate = linear - start
    size = 1 if train.log_size is None else train.log_size.exp()[:, None]
    expected = kind.intercept((train.target / size).mean(0))
    torch.testing.assert_close(rate[0, 0], expected, rtol=1e-4, atol=1e-4)


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
    """An absurd beta overflows; its neighbours train to the same bits as without it."""
    wild = Member(1e308, 4, 0)
    found = run([*GRID, wild], x)
    assert found[-1].status == "diverged"
    assert all(p.isfinite().all() for p in found[-1].parameters.values())
    for one, other in zip(run(GRID, x), found, strict=False):
        assert one.status == other.status != "diverged"
        assert one.history == other.history
        for name, p in one.parameters.items():
            torch.testing.assert_close(p, other.parameters[name], rtol=0, atol=0)


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
        mse = squared_error(x[50:], *stack.decode(mean)).mean() / 12
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
        {"learning_rate_schedule": "cosine"},
        {"learning_rate_schedule": "linear", "learning_rate_end": 0.5},
        {"weight_decay": 0.3},
        {"warmup": 4},
        {"beta_schedule": "cosine", "warmup": 4},
        {"beta_schedule": "cyclical", "cycles": 3, "warmup": 12},
        {"free_bits": 1.0},
        {"capacity": 1.0},
        {"patience": 1},
        {"clip": 0.01},
    ],
    ids=str,
)
def test_every_training_setting_has_an_effect(change, x):
    # Long enough and fast enough that the patience decides something.
    plain = SETTINGS.model_copy(update={"learning_rate": 0.05, "epochs": 30})
    histories = [
        run(GRID, x, settings)[1].history for settings in (plain, plain.model_copy(update=change))
    ]
    assert histories[0] != histories[1]


def test_the_end_of_the_learning_rate_and_the_cycles_have_an_effect(x):
    for base, change in (
        ({"learning_rate_schedule": "linear"}, {"learning_rate_end": 0.5}),
        ({"beta_schedule": "cyclical", "warmup": 8}, {"cycles": 2}),
    ):
        plain = SETTINGS.model_copy(update=base)
        one, two = (run(GRID[:1], x, s) for s in (plain, plain.model_copy(update=change)))
        assert one[0].history != two[0].history


@pytest.mark.parametrize("capacity", [0.5, 3.0])
def test_the_rate_is_driven_to_the_capacity(capacity, x):
    settings = SETTINGS.model_copy(update={"epochs": 200, "patience": 200, "capacity": capacity})
    [trained] = run([Member(300.0, 3, 0)], x, settings)
    assert trained.history[-2]["rate_nats"] == pytest.approx(capacity, rel=0.25)


def test_free_bits_keep_units_alive_that_beta_would_close(x):
    settings = SETTINGS.model_copy(update={"epochs": 60, "patience": 60})
    [closed] = run([Member(200.0, 3, 0)], x, settings)
    [kept] = run([Member(200.0, 3, 0)], x, settings.model_copy(update={"free_bits": 0.5}))
    assert closed.history[-1]["rate_nats"] < 0.2 < 1 < kept.history[-1]["rate_nats"]


def test_stopping_on_the_elbo_looks_at_no_beta(x):
    """The best weights are those of the lowest distortion + rate, whatever beta is."""
    settings = SETTINGS.model_copy(
        update={"epochs": 40, "patience": 40, "learning_rate": 0.05, "stopping": "elbo"}
    )
    [trained] = run([Member(0.01, 4, 0)], x, settings)
    rows = [r for r in trained.history if r["split"] == "validation"][settings.warmup :]
    best = min(rows, key=lambda r: r["distortion_nats"] + r["rate_nats"])
    own = min(rows, key=lambda r: r["distortion_nats"] + 0.01 * r["rate_nats"])
    assert best != own, "with so small a beta the two differ"
    stack = pad(ARCHITECTURE, [{k: p.to(x.device) for k, p in trained.parameters.items()}])
    mean, _ = stack.encode(x[50:])
    mse = squared_error(x[50:], *stack.decode(mean)).mean() / 12
    assert mse.item() == pytest.approx(best["mse"], rel=1e-9)


@pytest.mark.parametrize("sigma", ["shared", "feature"])
def test_a_learned_sigma_finds_that_of_the_noise(sigma, device):
    """Planted: three factors and noise of a standard deviation of each feature's own."""
    generator = torch.Generator().manual_seed(0)
    planted = torch.linspace(0.4, 1.0, 12) if sigma == "feature" else torch.full((12,), 0.5)
    z, loadings = torch.randn(900, 3, generator=generator), torch.randn(3, 12, generator=generator)
    x = (z @ loadings + planted * torch.randn(900, 12, generator=generator)).to(device)
    architecture = Architecture(12, (), (), sigma=sigma)
    settings = SETTINGS.model_copy(update={"epochs": 120, "patience": 120, "minibatch": 64})
    parts = Observations.of(x[:700]), Observations.of(x[700:])
    [trained] = fit([Member(1.0, 3, 0)], architecture, *parts, settings)
    found = trained.parameters["log_sigma"].exp().expand(12)
    torch.testing.assert_close(found, planted, rtol=0.2, atol=0.05)


def test_weight_decay_shrinks_weights_and_no_bias(x):
    settings = SETTINGS.model_copy(update={"weight_decay": 5.0, "epochs": 40, "patience": 40})
    [plain], [decayed] = (
        run(GRID[:1], x, s) for s in (settings.model_copy(update={"weight_decay": 0.0}), settings)
    )
    assert decayed.parameters["output.weight"].norm() < plain.parameters["output.weight"].norm() / 2
    assert decayed.parameters["encoder.0.gain"].norm() > 0.9 * 8**0.5


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
        for change in (
            {},
            {"encoder": (9,)},
            {"decoder": (9,)},
            {"activation": "tanh"},
            {"sigma": "shared"},
            {"sigma": "feature"},
            {"dropout": 0.2},
        )
    ]
    assert len({h[-1]["mse"] for h in histories}) == len(histories)
