"""What only a device can show: run with `--device cuda`."""

import pytest
import torch

from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.memory import predicted
from vaebio.training.observations import Constants, Dense, Observations
from vaebio.training.run import Run

SETTINGS = Train(epochs=4, warmup=1)


@pytest.fixture
def cuda(device):
    if device.type != "cuda":
        pytest.skip("needs --device cuda")
    return device


def counts(device, n, features):
    generator = torch.Generator().manual_seed(0)
    drawn = torch.poisson(torch.full((n, features), 0.3), generator=generator)
    size = drawn.sum(1) / drawn.sum(1).mean()
    values = (drawn / size[:, None]).log1p()
    constants = Constants(values.mean(0), values.std(0), 10.0)
    return Observations(
        values=Dense(values.to(device)),
        constants=constants.to(device),
        counts=Dense(drawn.to(device)),
        log_size=size.log().to(device),
        target="counts",
        device=device,
    )


@pytest.mark.parametrize("likelihood", ["nb", "zinb", "poisson"])
def test_no_step_waits_for_the_device(cuda, likelihood):
    architecture = Architecture(50, (16,), (16,), likelihood=likelihood, dropout=0.1)
    data = counts(cuda, 400, 50)
    run = Run([Member(1.0, 4, 0), Member(2.0, 8, 1)], architecture, data, data, SETTINGS)
    run.advance()
    torch.cuda.set_sync_debug_mode("error")
    try:
        run.descent.epoch(2, run.train, run.schedule, run.optimiser)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("likelihood", ["gaussian", "nb", "zinb"])
def test_the_peak_on_the_device_is_predicted_within_a_quarter(cuda, likelihood):
    architecture = Architecture(2000, (256, 128), (128,), likelihood=likelihood)
    grid = [Member(1.0, k, s) for k in (8, 64) for s in range(32)]
    data = counts(cuda, 2000, 2000)
    if likelihood == "gaussian":
        data = Observations(data.values, data.constants, device=cuda)
    torch.cuda.reset_peak_memory_stats(cuda)
    before = torch.cuda.memory_allocated(cuda)
    fit(grid, architecture, data, data, SETTINGS)
    measured = torch.cuda.max_memory_allocated(cuda) - before
    expected = predicted(grid, architecture, len(data), SETTINGS, cuda)
    assert expected == pytest.approx(measured, rel=0.25)
