"""The error of a sample of the posterior beside that of its mean."""

import numpy as np
import torch

from vaebio.metrics.analytic import expected, spectrum
from vaebio.model.vae import Architecture, Stack, initialise
from vaebio.training.encode import encode
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Observations

N, FEATURES = 40, 7


def test_it_is_that_of_the_reconstruction_from_the_sample():
    rng = np.random.default_rng(0)
    x, imputed = rng.normal(size=(N, FEATURES)).astype(np.float32), rng.random((N, FEATURES)) < 0.3
    inputs = Inputs(
        x, np.zeros(FEATURES), np.ones(FEATURES), None, imputed=imputed.astype(np.uint8)
    )
    data = inputs.placed("scaled", torch.device("cpu"), 10**9)
    stack = initialise(Architecture(FEATURES, (5,), (5,)), [2, 3], [0, 1])
    noise = torch.randn(2, N, 3)
    found = encode(stack, data, torch.arange(N), noise, errors_of_samples=True)
    z = stack.sample(*stack.encode(torch.from_numpy(x)), noise)
    error = (stack.decode(z)[0].numpy() - x) ** 2
    by_hand = (error * ~imputed).sum(-1) / (~imputed).sum(-1)
    np.testing.assert_allclose(found.mse_sample.numpy(), by_hand, rtol=1e-4)
    assert encode(stack, data, torch.arange(N), noise).mse_sample is None
    still = encode(stack, data, torch.arange(N), 0 * noise, errors_of_samples=True)
    torch.testing.assert_close(still.mse_sample, still.mse)


def test_of_the_best_linear_vae_it_is_the_one_foretold():
    rng, beta, latent = np.random.default_rng(1), 0.5, 3
    x = rng.normal(size=(N, 4)) @ rng.normal(size=(4, FEATURES)) + rng.normal(size=(N, FEATURES))
    x = x - x.mean(0)
    values, directions = (v.copy() for v in np.linalg.eigh(np.cov(x.T, bias=True)))
    values, directions = values[::-1][:latent], directions[:, ::-1][:, :latent]
    loadings = directions * np.sqrt(values - beta)
    parameters = {
        "mean.weight": loadings / values,
        "mean.bias": np.zeros(latent),
        "log_var.weight": np.zeros((FEATURES, latent)),
        "log_var.bias": np.log(beta / values),
        "output.weight": loadings.T,
        "output.bias": np.zeros(FEATURES),
    }
    tensors = {name: torch.from_numpy(p.copy())[None] for name, p in parameters.items()}
    stack = Stack(Architecture(FEATURES, (), ()), (latent,), tensors)
    data = Observations.of(torch.from_numpy(x).repeat(500, 1))
    noise = torch.randn(1, len(data), latent, dtype=torch.float64)
    found = encode(stack, data, torch.arange(len(data)), noise, errors_of_samples=True)
    foretold = expected(spectrum(x, latent), beta, latent)
    np.testing.assert_allclose(found.mse.mean(), foretold.mse, rtol=1e-6)
    np.testing.assert_allclose(found.mse_sample.mean(), foretold.mse_sample, rtol=0.02)
