"""Every measure of each member and baseline, on the same observations, splits and labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.metrics import baselines
from vaebio.metrics.information import active_units, mean_variance
from vaebio.metrics.panel import CLUSTERING, Row, clustering_rows, mean_row
from vaebio.metrics.reconstruction import mse
from vaebio.model.vae import pad
from vaebio.terms import ALL, SPLITS
from vaebio.training.encode import Encoded, encode, fixed_noise
from vaebio.training.store import Stored

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


@dataclass(frozen=True)
class Observations:
    """Scaled observations with the rows of each split and the labels where there are any."""

    x: Float[np.ndarray, "observation feature"]
    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None

    @property
    def train(self) -> Float[np.ndarray, "train feature"]:
        """Observations that constants and baselines may learn from."""
        return self.x[self.rows["train"]]


@dataclass(frozen=True)
class Unit:
    """One latent unit of a member, measured on test."""

    unit: int
    rate_nats: float
    mean_variance: float
    active: bool


@dataclass(frozen=True)
class Measured:
    """All that was measured of one member or baseline; no embedding where there is none."""

    name: str
    metrics: list[Row]
    units: list[Unit] = field(default_factory=list)
    embedding: Float[np.ndarray, "observation unit"] | None = None


def measure_baselines(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The train mean, and PCA with as many components as each latent size."""
    yield Measured("null", _mse_rows(data, baselines.null(data.train)))
    linear = baselines.Linear(data.train, max(latents))
    scores = linear.scores(data.x)
    for k in latents:
        if k > linear.largest:
            yield _no_room(k, linear.largest)
            continue
        metrics = _mse_rows(data, linear.reconstruct(scores, k))
        metrics += _clustering(data, scores[:, :k], settings)
        yield Measured(f"pca-k{k}", metrics, embedding=scores[:, :k])


def measure_members(
    data: Observations, members: Sequence[Stored], settings: "Evaluate"
) -> Iterator[Measured]:
    """Members of one architecture, in one pass over the observations."""
    stack = pad(members[0].architecture, [m.parameters for m in members])
    x = torch.from_numpy(data.x)
    seeds = sorted({m.member.seed for m in members})
    noise = fixed_noise(torch.tensor(seeds), len(x), max(stack.latents), x.dtype)
    encoded = encode(stack, x, noise[[seeds.index(m.member.seed) for m in members]])
    for i, stored in enumerate(members):
        yield _member(data, stored, encoded, i, settings)


def _member(
    data: Observations, stored: Stored, encoded: Encoded, index: int, settings: "Evaluate"
) -> Measured:
    latent = stored.member.latent
    mean = encoded.mean[index, :, :latent].numpy()
    rate_per_unit = encoded.rate_per_unit[index, :, :latent].numpy()
    distortion, rate = encoded.distortion[index].numpy(), rate_per_unit.sum(axis=1)
    per_observation = {
        "mse": encoded.mse[index].numpy(),
        "rate_nats": rate,
        "distortion_nats": distortion,
        "elbo_nats": -(distortion + rate),
        "objective_nats": distortion + stored.member.beta * rate,
    }
    metrics = []
    for split, rows in data.rows.items():
        metrics += [mean_row(split, name, v[rows]) for name, v in per_observation.items()]
        active = active_units(mean[rows], settings.active_threshold)
        metrics.append(Row(split, "active_units", float(active.sum())))
    metrics += _clustering(data, mean, settings)
    units = _units(mean[data.rows["test"]], rate_per_unit[data.rows["test"]], settings)
    return Measured(stored.member.name, metrics, units, mean)


def _units(
    mean: Float[np.ndarray, "test unit"],
    rate_per_unit: Float[np.ndarray, "test unit"],
    settings: "Evaluate",
) -> list[Unit]:
    variance = mean_variance(mean)
    active = active_units(mean, settings.active_threshold)
    rates = rate_per_unit.mean(axis=0, dtype=np.float64)
    return [
        Unit(i, *map(_plain, v)) for i, v in enumerate(zip(rates, variance, active, strict=True))
    ]


def _plain(value: np.generic) -> float | bool:
    return value.item()


def _mse_rows(data: Observations, x_hat: NDArray) -> list[Row]:
    error = mse(data.x, x_hat)
    return [mean_row(split, "mse", error[rows]) for split, rows in data.rows.items()]


def _clustering(
    data: Observations, embedding: Float[np.ndarray, "observation unit"], settings: "Evaluate"
) -> list[Row]:
    """All observations together, as the field does, and those of test by themselves."""
    found = []
    for split, rows in ((ALL, slice(None)), ("test", data.rows["test"])):
        found += clustering_rows(
            embedding[rows],
            None if data.labels is None else data.labels[rows],
            split,
            neighbours=settings.neighbours,
            resolutions=settings.resolutions,
            seed=settings.seed,
        )
    return found


def _no_room(components: int, largest: int) -> Measured:
    reason = f"train has room for {largest} components"
    absent = [Row(split, "mse", reason=reason) for split in SPLITS]
    absent += [Row(split, name, reason=reason) for split in (ALL, "test") for name in CLUSTERING]
    return Measured(f"pca-k{components}", absent)
