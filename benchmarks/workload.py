"""What all contestants train on: sizes, synthetic data, members, settings."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from types import SimpleNamespace

import torch
from torch import Tensor

from vaebio.model.likelihoods.protocol import Target
from vaebio.model.vae import Architecture
from vaebio.training.grid import Member
from vaebio.training.observations import Constants, Dense, Observations


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


def training(epochs: int, **changes: object) -> SimpleNamespace:
    """Settings of a training without early stopping, as an object: pydantic may be missing."""
    plain = {
        "learning_rate_schedule": "constant",
        "learning_rate_end": 1.0,
        "weight_decay": 0.0,
        "beta_schedule": "linear",
        "cycles": 1,
        "free_bits": 0.0,
        "capacity": None,
        "stopping": "objective",
        "patience": epochs,
        "clip": 100.0,
        "precision": "float32",
    }
    return SimpleNamespace(epochs=epochs, **plain | changes)


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
        """Architecture of every contestant, with the gaussian likelihood."""
        hidden = self.sizes.hidden
        return Architecture(self.sizes.features, encoder=hidden, decoder=hidden[::-1])

    def settings(self, precision: str = "float32") -> SimpleNamespace:
        """Settings of the training, without early stopping."""
        return training(
            self.epochs + 1,
            minibatch=self.sizes.minibatch,
            learning_rate=2e-3,
            warmup=1,
            precision=precision,
        )

    def members(self, n: int) -> list[Member]:
        """Members of a grid: up to four seeds, as many betas as needed."""
        seeds = range(min(4, n))
        betas = [2.0**i for i in range(-(-n // len(seeds)))]
        return [Member(b, self.sizes.latent, s) for b, s in product(betas, seeds)][:n]

    @cached_property
    def counts(self) -> Tensor:
        """Counts of low rank with Poisson noise, shape (observation, feature), on the CPU.

        About one in six is above 0, as in the highly variable genes of blood cells.
        """
        generator = torch.Generator().manual_seed(0)
        n, features = self.sizes.observations, self.sizes.features
        z = torch.randn(n, 8, generator=generator)
        loadings = torch.randn(8, features, generator=generator)
        return torch.poisson((0.3 * z @ loadings - 2).exp(), generator=generator)

    @cached_property
    def _size(self) -> Tensor:
        total = self.counts.sum(dim=1).clamp(min=1)
        return total / total.mean()

    @cached_property
    def _values(self) -> Tensor:
        """Logarithms of normalised counts."""
        return (self.counts / self._size[:, None]).log1p()

    @cached_property
    def _constants(self) -> Constants:
        train = self._values[: self.sizes.train]
        return Constants(train.mean(dim=0), train.std(dim=0).clamp(min=1e-3), 10.0)

    @cached_property
    def _scaled(self) -> Tensor:
        return self._constants.scaled(self._values).to(self.device)

    @property
    def train(self) -> Tensor:
        """Scaled train observations."""
        return self._scaled[: self.sizes.train]

    @property
    def validation(self) -> Tensor:
        """Scaled held-out observations."""
        return self._scaled[self.sizes.train :]

    def observations(self, target: Target) -> tuple[Observations, Observations]:
        """Train and validation as vaebio gets them, on the device."""
        parts = slice(self.sizes.train), slice(self.sizes.train, None)
        counts = self.counts if target == "counts" else None
        return tuple(
            Observations(
                values=Dense(self._values[part].to(self.device)),
                constants=self._constants.to(self.device),
                counts=None if counts is None else Dense(counts[part].to(self.device)),
                log_size=self._size[part].log().to(self.device),
                target=target,
                device=self.device,
            )
            for part in parts
        )
