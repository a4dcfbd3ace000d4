"""Members with a known disease: data with known factors and noise, and a fault that is planted.

Every case is a function of a seed. The noise floor is known, because the noise was drawn here.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import workload
from vaebio.model.vae import Architecture
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs

SPLITS = {"train": 0.6, "validation": 0.2, "test": 0.2}
NOISE = 0.35
"""Share of the variance of a feature that is noise."""

DEPTH = 2000.0
"""Expected count of an observation."""

FAULTS: dict[str, dict[str, Any]] = {
    "encoder": {"encoder": (2,)},
    "decoder": {"decoder": (2,)},
    "latent": {"latent": 2},
    "beta": {"beta": 30.0},
    "optimiser": {"learning_rate": 1e-4},
}
"""What is changed of a healthy member, by what would put it right."""

OF_FACTORS = ("encoder", "decoder", "latent", "beta")


@dataclass(frozen=True)
class Data:
    """Simulated observations.

    Parameters
    ----------
    floor
        Squared error per feature, in scaled units, that no prediction from the factors is below.
    """

    name: str
    splits: dict[str, Inputs]
    floor: float
    likelihood: str = "gaussian"

    @property
    def features(self) -> int:
        """Number of features."""
        return self.splits["train"].features


@dataclass(frozen=True)
class Case:
    """A member to be diagnosed, with the faults that were planted.

    Parameters
    ----------
    training
        Settings of its training that differ from the usual ones.
    """

    data: Data
    faults: tuple[str, ...]
    member: Member
    architecture: Architecture
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Data and faults in a word."""
        return f"{self.data.name}: {'+'.join(self.faults) or 'nothing'}"


def linear(seed: int, n: int = 1000, features: int = 120, factors: int = 10) -> Data:
    """Gaussian factors through a linear map."""
    random = np.random.default_rng(seed)
    signal = random.normal(size=(n, factors)) @ random.normal(size=(factors, features))
    return _gaussian("linear", random, signal)


def nonlinear(seed: int, n: int = 1000, features: int = 120, factors: int = 6) -> Data:
    """Gaussian factors through a random network with one hidden layer."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(n, factors)) @ random.normal(size=(factors, 40))
    signal = np.tanh(1.5 * hidden / np.sqrt(factors)) @ random.normal(size=(40, features))
    return _gaussian("nonlinear", random, signal)


def counts(seed: int, n: int = 1000, features: int = 120, factors: int = 6) -> Data:
    """Poisson counts whose rates have factors, to be explained by a negative binomial."""
    random = np.random.default_rng(seed)
    factor = random.normal(size=(n, factors)) @ random.normal(0, 0.5, size=(factors, features))
    share = np.exp(random.normal(0, 1, features) + factor)
    depth = DEPTH * random.lognormal(-0.08, 0.4, (n, 1))
    rates = depth * share / share.sum(axis=1, keepdims=True)
    drawn = [random.poisson(rates) for _ in range(21)]

    def values(counted: NDArray) -> tuple[NDArray, NDArray]:
        size = np.maximum(counted.sum(axis=1), 1) / DEPTH
        return np.log1p(counted / size[:, None]).astype(np.float32), size

    x, size = values(drawn[0])
    mean, scale = _constants(x)
    again = np.stack([(values(one)[0] - mean) / scale for one in drawn[1:]])
    floor = float(again.var(axis=0, ddof=1)[_rows(n)["test"]].mean())
    whole = Inputs(x, mean, scale, None, drawn[0].astype(np.float32), size)
    return Data("counts", {s: whole.take(rows) for s, rows in _rows(n).items()}, floor, "nb")


def cases(
    data: Data,
    *,
    hidden: int = 128,
    latent: int = 10,
    most: int = 1,
    faults: tuple[str, ...] = OF_FACTORS,
) -> list[Case]:
    """A healthy member, and one with every fault and every set of faults up to `most`."""
    chosen = [f for size in range(most + 1) for f in combinations(faults, size)]
    return [case(data, faults, hidden=hidden, latent=latent) for faults in chosen]


def case(data: Data, faults: tuple[str, ...] = (), *, hidden: int = 128, latent: int = 10) -> Case:
    """A member that is healthy but for some faults."""
    own = {"encoder": (hidden,), "decoder": (hidden,), "latent": latent, "beta": 1.0}
    for fault in faults:
        own |= FAULTS[fault]
    architecture = Architecture(
        data.features, own["encoder"], own["decoder"], likelihood=data.likelihood
    )
    changed = {k: own[k] for k in ("learning_rate",) if k in own}
    return Case(data, faults, Member(own["beta"], own["latent"], 0), architecture, changed)


def training(epochs: int = 100, **changes: object) -> dict[str, Any]:
    """Settings of the training by key, as the store keeps them."""
    given = {"minibatch": 64, "learning_rate": 2e-3, "warmup": 20, "patience": 20}
    return vars(workload.training(epochs, **(given | {"checkpoint": 600.0} | changes)))


def _gaussian(name: str, random: np.random.Generator, signal: NDArray) -> Data:
    """Signal and noise, scaled on train; the floor is that of the noise that was added to test."""
    signal = (signal - signal.mean(axis=0)) / signal.std(axis=0) * np.sqrt(1 - NOISE)
    noise = random.normal(0, np.sqrt(NOISE), signal.shape)
    x = (signal + noise).astype(np.float32)
    mean, scale = _constants(x)
    rows = _rows(len(x))
    floor = float(np.mean((noise[rows["test"]] / scale) ** 2))
    whole = Inputs(x, mean, scale, None)
    return Data(name, {split: whole.take(at) for split, at in rows.items()}, floor)


def _constants(x: NDArray) -> tuple[NDArray, NDArray]:
    train = x[_rows(len(x))["train"]]
    return train.mean(axis=0), np.maximum(train.std(axis=0), 1e-6)


def _rows(n: int) -> dict[str, NDArray]:
    ends = np.cumsum([0, *(round(n * share) for share in SPLITS.values())])
    return {s: np.arange(ends[i], ends[i + 1]) for i, s in enumerate(SPLITS)}
