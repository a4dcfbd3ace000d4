"""Families of data with known signal and noise, in two halves and two sizes.

The rules and thresholds of the verdicts were chosen by what is seen in the families that were
looked at; the others were kept out. Every data set is a function of a seed, and its noise floor is
known, because the noise was drawn here.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import DATA
from vaebio.training.inputs import Inputs

SHARES = {"train": 0.6, "validation": 0.2, "test": 0.2}
NOISE = 0.35
"""Share of the variance of a simulated feature that is noise."""

DRAWS = 20
"""Of the counts at the same rates, by which the noise of their logarithms is known."""

NEIGHBOURS = 5
"""Of a real observation, towards one of which a resampled one is drawn."""


@dataclass(frozen=True)
class Size:
    """Sizes of a data set and of a healthy member for it.

    Parameters
    ----------
    depth
        Expected total of an observation, where there are counts.
    hidden
        Widths of the encoder of a healthy member; the decoder has them turned round.
    minibatches
        Of an epoch.
    """

    name: str
    observations: int
    features: int
    factors: int
    depth: float
    hidden: tuple[int, ...]
    minibatches: int


SIZES = {
    "small": Size("small", 400, 60, 4, 3000.0, (20,), 4),
    "large": Size("large", 600, 80, 5, 16000.0, (24,), 4),
}


@dataclass(frozen=True)
class Data:
    """Observations with known noise.

    Parameters
    ----------
    floor
        Squared error per feature, in scaled units, that no prediction from the signal is below.
    """

    name: str
    splits: dict[str, Inputs]
    floor: float
    likelihood: str = "gaussian"

    @property
    def features(self) -> int:
        """Number of features."""
        return self.splits["train"].features


Make = Callable[[np.random.Generator, Size, bool], Data]


@dataclass(frozen=True)
class Family:
    """Data of one kind.

    Parameters
    ----------
    make
        Draws a data set, without any signal where the last argument says so.
    looked_at
        Whether it had a say when rules and thresholds were chosen.
    likelihood
        Of the members.
    file
        Of the real data, where they are resampled; empty where all is simulated.
    """

    name: str
    make: Make
    looked_at: bool
    likelihood: str = "gaussian"
    file: str = ""

    @property
    def there(self) -> bool:
        """Whether its data can be had here."""
        return not self.file or (real_data() / self.file).exists()

    def data(self, seed: int, size: Size, *, noise_only: bool = False) -> Data:
        """A data set; the same for the same arguments."""
        return self.make(np.random.default_rng(seed), size, noise_only)


def real_data() -> Path:
    """Folder of the real data."""
    return Path(os.environ.get(DATA, "no folder"))


def linear(random: np.random.Generator, size: Size) -> NDArray:
    """Gaussian factors through a linear map."""
    return _factors(random, size) @ random.normal(size=(size.factors, size.features))


def nonlinear(random: np.random.Generator, size: Size) -> NDArray:
    """Gaussian factors through a random network with one hidden layer."""
    hidden = _factors(random, size) @ random.normal(size=(size.factors, 40))
    bent = np.tanh(hidden / np.sqrt(size.factors))
    return bent @ random.normal(size=(40, size.features))


def clusters(random: np.random.Generator, size: Size) -> NDArray:
    """Clusters of unequal size, with little that varies within them."""
    n = 2 * size.factors
    centres = random.normal(size=(n, size.factors))
    own = random.choice(n, size.observations, p=random.dirichlet(np.full(n, 5.0)))
    places = centres[own] + 0.3 * _factors(random, size)
    return places @ random.normal(size=(size.factors, size.features))


def products(random: np.random.Generator, size: Size) -> NDArray:
    """Gaussian factors and the products of neighbouring ones."""
    z = _factors(random, size)
    both = np.hstack([z, 0.5 * z * np.roll(z, 1, axis=1)])
    return both @ random.normal(size=(2 * size.factors, size.features))


def factor_rates(random: np.random.Generator, size: Size, signal: float) -> NDArray:
    """Shares of the features in each observation that have multiplicative factors."""
    map_ = random.normal(0, 1 / np.sqrt(size.factors), (size.factors, size.features))
    level = random.normal(0, 1, size.features)
    return np.exp(level + signal * _factors(random, size) @ map_)


def programme_rates(random: np.random.Generator, size: Size, signal: float) -> NDArray:
    """Shares that are mixtures of programmes, each observation mostly of one or two."""
    n = size.factors + 1
    programmes = random.gamma(0.5, size=(n, size.features)) + 0.05
    weights = random.dirichlet(np.full(n, 0.4), size.observations)
    even = np.full_like(weights, 1 / n)
    return (signal * weights + (1 - signal) * even) @ programmes


def gaussian(signal: Callable[[np.random.Generator, Size], NDArray]) -> Make:
    """Signal and white noise of a known share; noise alone is that of the same variance."""

    def make(random: np.random.Generator, size: Size, noise_only: bool) -> Data:
        own = _unit(signal(random, size)) * np.sqrt(1 - NOISE)
        noise = random.normal(0, np.sqrt(NOISE), own.shape)
        return _with_noise(_alone(random, own, noise) if noise_only else (own, noise))

    return make


def counted(
    rates: Callable[[np.random.Generator, Size, float], NDArray], depth: float = 1.0
) -> Make:
    """Poisson counts of unequal depth, to be explained by a negative binomial.

    Parameters
    ----------
    depth
        Times that of the size.
    """

    def make(random: np.random.Generator, size: Size, noise_only: bool) -> Data:
        share = rates(random, size, 0.0 if noise_only else 1.0)
        target = depth * size.depth
        total = target * random.lognormal(-0.08, 0.4, (size.observations, 1))
        mean = total * share / share.sum(axis=1, keepdims=True)
        return _counts([random.poisson(mean) for _ in range(1 + DRAWS)], target)

    return make


def resampled(file: str, share: float = 1.0) -> Make:
    """New observations between real ones that are neighbours, with real noise.

    Signal are the leading components of the real matrix, as many as the size has factors. A new
    observation lies between an observation and one of its neighbours. What the components leave
    is permuted within each feature, so that it is noise, and of its real distribution.

    Parameters
    ----------
    share
        Of the noise's standard deviation that is kept.
    """

    def make(random: np.random.Generator, size: Size, noise_only: bool) -> Data:
        x = _read(real_data() / file)
        varied = np.argsort(-x.std(axis=0))[: 4 * size.features]
        x = _unit(x[:, np.sort(random.choice(varied, size.features, replace=False))])
        u, s, v = np.linalg.svd(x, full_matrices=False)
        places = u[:, : size.factors] * s[: size.factors]
        left = share * (x - places @ v[: size.factors])
        own = _between(random, places, size.observations) @ v[: size.factors]
        noise = random.permuted(left[random.integers(len(x), size=size.observations)], axis=0)
        return _with_noise(_alone(random, own, noise) if noise_only else (own, noise))

    return make


FAMILIES = {
    family.name: family
    for family in (
        Family("linear", gaussian(linear), True),
        Family("nonlinear", gaussian(nonlinear), True),
        Family("counts", counted(factor_rates), True, "nb"),
        Family("proteomics", resampled("proteomics_alzheimer_csf.h5ad"), True,
               file="proteomics_alzheimer_csf.h5ad"),
        Family("clusters", gaussian(clusters), False),
        Family("products", gaussian(products), False),
        Family("sparse", counted(programme_rates, 0.1), False, "nb"),
        Family("tissue", resampled("tissue_gene_expression.h5ad"), False,
               file="tissue_gene_expression.h5ad"),
    )
}  # fmt: skip


def unscaled(data: Data, random: np.random.Generator) -> Data:
    """The same with one feature in a hundred that is much larger than the others, and not scaled.

    The others vary so little that no unit is worth its rate for them.
    """
    few = random.choice(data.features, -(-data.features // 100), replace=False)
    times = np.full(data.features, 0.05, np.float32)
    times[few] = 3.0
    constants = _constants_of(data)
    ones = np.ones_like(times)

    def own(inputs: Inputs) -> Inputs:
        # Units in which the deviation on train of a feature is its `times`.
        factor = times / constants[1]
        return replace(
            inputs, values=inputs.values * factor, mean=constants[0] * factor, scale=ones
        )

    splits = {split: own(inputs) for split, inputs in data.splits.items()}
    return replace(data, splits=splits, floor=data.floor * float(np.mean(times**2)))


def rows(n: int) -> dict[str, NDArray]:
    """Observations of each split."""
    ends = np.cumsum([0, *(round(n * share) for share in SHARES.values())])
    return {split: np.arange(ends[i], ends[i + 1]) for i, split in enumerate(SHARES)}


def _factors(random: np.random.Generator, size: Size) -> NDArray:
    return random.normal(size=(size.observations, size.factors))


def _unit(x: NDArray) -> NDArray:
    return (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-6)


def _alone(random: np.random.Generator, own: NDArray, noise: NDArray) -> tuple[NDArray, NDArray]:
    """No signal, and as noise the values of each feature in an order of its own."""
    return np.zeros_like(own), random.permuted(own + noise, axis=0)


def _between(random: np.random.Generator, places: NDArray, n: int) -> NDArray:
    """Places on the way from an observation to one of its nearest neighbours."""
    distance = np.square(places[:, None] - places).sum(axis=-1)
    near = np.argsort(distance, axis=1)[:, 1 : 1 + NEIGHBOURS]
    first = random.integers(len(places), size=n)
    other = near[first, random.integers(NEIGHBOURS, size=n)]
    weight = random.uniform(size=(n, 1))
    return weight * places[first] + (1 - weight) * places[other]


def _read(path: Path) -> NDArray:
    """Values of the features that were measured everywhere, logarithms where they are large."""
    import h5py

    with h5py.File(path) as file:
        x = np.asarray(file["X"], dtype=np.float64)
    x = x[:, np.isfinite(x).all(axis=0) & (x.std(axis=0) > 0)]
    return np.log2(x) if x.max() > 1000 and x.min() > 0 else x


def _with_noise(parts: tuple[NDArray, NDArray]) -> Data:
    """Signal and noise, scaled on train; the floor is that of the noise in test."""
    signal, noise = parts
    x = (signal + noise).astype(np.float32)
    at = rows(len(x))
    mean, scale = _constants(x, at["train"])
    centred = noise - noise.mean(axis=0)
    floor = float(np.mean((centred[at["test"]] / scale) ** 2))
    return Data("", _splits(Inputs(x, mean, scale, None)), floor)


def _counts(drawn: list[NDArray], target: float) -> Data:
    def values(counts: NDArray) -> tuple[NDArray, NDArray]:
        size = np.maximum(counts.sum(axis=1), 1) / target
        return np.log1p(counts / size[:, None]).astype(np.float32), size

    x, size = values(drawn[0])
    at = rows(len(x))
    mean, scale = _constants(x, at["train"])
    again = np.stack([(values(one)[0] - mean) / scale for one in drawn[1:]])
    floor = float(again.var(axis=0, ddof=1)[at["test"]].mean())
    whole = Inputs(x, mean, scale, None, drawn[0].astype(np.float32), size)
    return Data("", _splits(whole), floor, "nb")


def _splits(whole: Inputs) -> dict[str, Inputs]:
    return {split: whole.take(at) for split, at in rows(len(whole)).items()}


def _constants(x: NDArray, train: NDArray) -> tuple[NDArray, NDArray]:
    own = x[train]
    return own.mean(axis=0), np.maximum(own.std(axis=0), 1e-6)


def _constants_of(data: Data) -> tuple[NDArray, NDArray]:
    train = data.splits["train"]
    return train.mean, train.scale
