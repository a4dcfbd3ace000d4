"""Members with a known disease: data with known signal and noise, and faults that are planted.

Every case is a function of its name. What a fault harms is measured apart from all probes: by
training the same member without it.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks import workload
from benchmarks.diagnosis import families
from benchmarks.diagnosis.families import FAMILIES, SHARES, SIZES, Data
from vaebio.model.vae import Architecture
from vaebio.training.grid import Member

CAUSES = {
    "encoder": "encoder_too_weak",
    "decoder": "decoder_too_weak",
    "latent": "latent_too_small",
    "beta": "beta_too_high",
    "optimiser": "optimiser",
    "scale": "input_scale",
}
"""Cause that a planted fault is."""

OF_FACTORS = ("encoder", "decoder", "latent", "beta")

NARROW, FEW, HIGH, SLOW = 2, 2, 30.0, 1e-4
"""Width of a layer, units, beta and learning rate that are faults."""

USUAL = {
    "epochs": 26,
    "warmup": 6,
    "patience": 6,
    "learning_rate": 0.02,
    "learning_rate_schedule": "cosine",
    "learning_rate_end": 0.05,
}
"""Training of a healthy member, which has come to an end by it."""

OF_COUNTS = USUAL | {"epochs": 104, "warmup": 24, "patience": 24}
"""The same for a member that explains counts, which takes four times as long to come to an end.

By `counts`, a family that was looked at, and `trained_out`: twice the training would lower the
error by less than 1 % of null - floor, and on noise alone by 2 % of the null.
"""

KINDS = ("healthy", "generous", "noise", "noise generous")
"""Members without a fault: as large as the data ask for, or twice as wide, with a unit more and
at half the beta; on the data of the family, or on noise alone."""


@dataclass(frozen=True)
class Case:
    """A member to be diagnosed, with the faults that were planted.

    Parameters
    ----------
    kind
        One of `KINDS`; `healthy` but for the faults where there are some.
    """

    family: str
    size: str
    kind: str = "healthy"
    faults: tuple[str, ...] = ()
    again: int = 0

    @property
    def name(self) -> str:
        """Family, size and faults in a word."""
        what = "+".join(self.faults) or self.kind
        return f"{self.family}-{self.size}: {what}" + (f" {self.again}" if self.again else "")

    @property
    def seed(self) -> int:
        """Of its data."""
        return zlib.crc32(self.name.encode())

    @property
    def planted(self) -> list[str]:
        """Causes that its faults are."""
        return sorted(CAUSES[fault] for fault in self.faults)

    @cached_property
    def data(self) -> Data:
        """Its observations."""
        noise_only = self.kind.startswith("noise")
        made = FAMILIES[self.family].data(self.seed, SIZES[self.size], noise_only=noise_only)
        if "scale" in self.faults:
            made = families.unscaled(made, np.random.default_rng(self.seed + 1))
        return made

    @property
    def architecture(self) -> Architecture:
        """Of the member."""
        size, family = SIZES[self.size], FAMILIES[self.family]
        hidden = tuple((2 if self.generous else 1) * width for width in size.hidden)
        narrow = (*hidden[:-1], NARROW)
        encoder = narrow if "encoder" in self.faults else hidden
        decoder = (narrow if "decoder" in self.faults else hidden)[::-1]
        return Architecture(size.features, encoder, decoder, likelihood=family.likelihood)

    @property
    def member(self) -> Member:
        """Beta and latent size of the member."""
        beta = HIGH if "beta" in self.faults else 0.25 if self.generous else 0.5
        latent = SIZES[self.size].factors + (2 if self.generous else 1)
        return Member(beta, FEW if "latent" in self.faults else latent, 0)

    @property
    def generous(self) -> bool:
        """Whether the member is larger than the data ask for."""
        return self.kind.endswith("generous")

    @property
    def training(self) -> dict[str, Any]:
        """Settings of its training by key, as the store keeps them."""
        usual = USUAL if FAMILIES[self.family].likelihood == "gaussian" else OF_COUNTS
        own = usual | ({"learning_rate": SLOW} if "optimiser" in self.faults else {})
        train = round(SIZES[self.size].observations * SHARES["train"])
        minibatch = -(-train // SIZES[self.size].minibatches)
        return vars(workload.training(**own, minibatch=minibatch, checkpoint=600.0))

    def with_only(self, faults: Sequence[str]) -> "Case":
        """The member with these of its faults; its data are those of another case."""
        return replace(self, faults=tuple(faults))


def cases(names: Sequence[str], sizes: Sequence[str], again: int = 0) -> list[Case]:
    """All cases of some families and sizes.

    Every single fault, every pair of faults of factors, and the members without a fault.
    """
    return [
        replace(one, again=again) for family in names for size in sizes for one in _of(family, size)
    ]


def _of(family: str, size: str) -> list[Case]:
    faults = list(CAUSES)
    if FAMILIES[family].likelihood != "gaussian":
        # Counts are explained as counts, whatever scale the model is shown them in.
        faults.remove("scale")
    sets = [*((one,) for one in faults), *combinations(OF_FACTORS, 2)]
    plain = [Case(family, size, kind) for kind in KINDS]
    return [*plain, *(Case(family, size, faults=one) for one in sets)]
