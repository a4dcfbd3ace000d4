"""Contestant: one model after the other, as a good practitioner writes it in plain torch.

It does the work of the stack with the same minibatches and the same measurements after each
epoch. Two things the stack does are left out in its favour: it cuts no gradients and keeps no
best weights.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from benchmarks.clock import EpochClock
from benchmarks.workload import Workload
from vaebio.model.vae import Architecture
from vaebio.training import schedule
from vaebio.training.grid import Member


def _hidden(widths: list[int]) -> nn.Sequential:
    layers = [
        layer
        for fan_in, fan_out in pairwise(widths)
        for layer in (nn.Linear(fan_in, fan_out), nn.LayerNorm(fan_out), nn.ReLU(inplace=True))
    ]
    return nn.Sequential(*layers)


class PlainVAE(nn.Module):
    """A Gaussian VAE with layer norm; one linear map gives both mean and log variance."""

    def __init__(self, architecture: Architecture, latent: int) -> None:
        super().__init__()
        features, decoder = architecture.features, architecture.decoder
        self.encoder = _hidden([features, *architecture.encoder])
        self.heads = nn.Linear(architecture.encoder[-1], 2 * latent)
        self.decoder = _hidden([latent, *decoder])
        self.output = nn.Linear(decoder[-1], features)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the posterior, each of shape (observation, unit)."""
        return self.heads(self.encoder(x)).chunk(2, dim=-1)

    def decode(self, z: Tensor) -> Tensor:
        """Reconstruction, shape (observation, feature)."""
        return self.output(self.decoder(z))


def distortion_rate(model: PlainVAE, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Half squared error and rate of a minibatch, means over observations, and the latent means."""
    mean, log_var = model.encode(x)
    x_hat = model.decode(mean + (0.5 * log_var).exp() * torch.randn_like(mean))
    distortion = 0.5 * nn.functional.mse_loss(x_hat, x, reduction="sum")
    rate = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum()
    return distortion / len(x), rate / len(x), mean


def run(workload: Workload, n: int) -> dict[str, float]:
    """Train n members one after the other; seconds per member-epoch."""
    clock = EpochClock(workload.device)
    for member in workload.members(n):
        _train(workload, member, clock)
    return {"seconds": clock.seconds_per_epoch, "processor_share": clock.processor_share}


def _train(workload: Workload, member: Member, clock: EpochClock) -> None:
    torch.manual_seed(member.seed)
    train, validation, settings = workload.train, workload.validation, workload.settings()
    model = PlainVAE(workload.architecture, member.latent).to(workload.device)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    shown = train[: len(validation)]
    clock.restart()
    for epoch in range(1, settings.epochs + 1):
        for rows in schedule.minibatches(len(train), settings.minibatch, epoch, train.device):
            distortion, rate, _ = distortion_rate(model, train[rows])
            (distortion + member.beta * rate).backward()
            optimiser.step()
            optimiser.zero_grad()
        for x in (shown, validation):
            measure(model, x)
        clock()


@torch.no_grad()
def measure(model: PlainVAE, x: Tensor) -> list[float]:
    """Distortion of one posterior sample, rate, and mse of the posterior mean."""
    distortion, rate, mean = distortion_rate(model, x)
    mse = nn.functional.mse_loss(model.decode(mean), x)
    return torch.stack([distortion, rate, mse]).tolist()
