"""What all contestants train on: sizes, synthetic data, members, settings."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from types import SimpleNamespace

import torch
from torch import Tensor

from vaebio.model.vae import Architecture
from vaebio.training.grid import Member


@dataclass(frozen=True)
class Sizes:
    """Sizes of a benchmark; a tenth of the observations is held out."""

    observations: int
    features: int
    members: int
    scaling: tuple[int, ...] = ()
    hidden: tuple[int, ...] = (128, 128)
    latent: int = 32
    minibatch: int = 128
    product: int = 4096

    @property
    def held_out(self) -> int:
        """Observations of the validation split."""
        return self.observations // 10

    @property
    def train(self) -> int:
        """Observations of the train split: those that an epoch passes over."""
        return self.observations - self.held_out


SIZES = {
    "cpu": Sizes(observations=2_700, features=2_000, members=16),
    "cuda": Sizes(
        observations=20_000, features=2_000, members=64, scaling=(1, 4, 16, 64, 256), product=8192
    ),
    "tiny": Sizes(
        observations=60,
        features=12,
        members=3,
        scaling=(1, 2),
        hidden=(8, 8),
        latent=4,
        minibatch=16,
        product=64,
    ),
}


@dataclass(frozen=True)
class Workload:
    """Data of some sizes on a device, and how to train on them.

    `epochs` are those timed; one more goes before them, which pays for starting up.
    """

    sizes: Sizes
    epochs: int
    device: torch.device

    @property
    def architecture(self) -> Architecture:
        """Architecture of every contestant."""
        hidden = self.sizes.hidden
        return Architecture(self.sizes.features, encoder=hidden, decoder=hidden[::-1])

    @property
    def settings(self) -> SimpleNamespace:
        """Settings of the training, without early stopping."""
        epochs = self.epochs + 1
        return SimpleNamespace(
            epochs=epochs,
            minibatch=self.sizes.minibatch,
            learning_rate=2e-3,
            warmup=1,
            patience=epochs,
            clip=100.0,
        )

    def members(self, n: int) -> list[Member]:
        """Members of a grid: up to four seeds, as many betas as needed."""
        seeds = range(min(4, n))
        betas = [2.0**i for i in range(-(-n // len(seeds)))]
        return [Member(b, self.sizes.latent, s) for b, s in product(betas, seeds)][:n]

    @cached_property
    def counts(self) -> Tensor:
        """Counts of low rank with Poisson noise, shape (observation, feature), on the CPU."""
        generator = torch.Generator().manual_seed(0)
        n, features = self.sizes.observations, self.sizes.features
        z = torch.randn(n, 8, generator=generator)
        loadings = torch.randn(8, features, generator=generator)
        return torch.poisson((0.3 * z @ loadings).exp(), generator=generator)

    @cached_property
    def _scaled(self) -> Tensor:
        x = self.counts.log1p()
        return ((x - x.mean(dim=0)) / x.std(dim=0)).clamp(max=10).to(self.device)

    @property
    def train(self) -> Tensor:
        """Scaled train observations."""
        return self._scaled[: self.sizes.train]

    @property
    def validation(self) -> Tensor:
        """Scaled held-out observations."""
        return self._scaled[self.sizes.train :]
