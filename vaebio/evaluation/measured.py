"""Every measure of each member and baseline, on the same observations, splits and labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from vaebio.evaluation.foretold import Foretold
from vaebio.metrics import baselines
from vaebio.metrics.information import active_units, mean_variance
from vaebio.metrics.panel import CLUSTERING, Row, clustering_rows, mean_row, r2_row
from vaebio.metrics.reconstruction import mse, variance
from vaebio.model.vae import pad
from vaebio.terms import ALL, SPLITS
from vaebio.training.encode import Encoded, encode, fixed_noise
from vaebio.training.inputs import Inputs
from vaebio.training.memory import budget
from vaebio.training.store import Stored

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


@dataclass(frozen=True)
class Observations:
    """Scaled observations with the rows of each split and the labels where there are any.

    `observed` says which values were measured; it is None where none was filled in.
    """

    x: Float[np.ndarray, "observation feature"]
    rows: dict[str, Bool[np.ndarray, " observation"]]
    labels: NDArray | None
    inputs: Inputs
    observed: Bool[np.ndarray, "observation feature"] | None = None

    @cached_property
    def variance(self) -> dict[str, float]:
        """Variance of each split around its own feature means, averaged over features."""
        return {split: self._variance(rows) for split, rows in self.rows.items()}

    def _variance(self, rows: Bool[np.ndarray, " observation"]) -> float:
        return variance(self.x[rows], None if self.observed is None else self.observed[rows])

    @cached_property
    def known(self) -> Float[np.ndarray, "observation feature"]:
        """What baselines see: a value that was filled in is the feature's mean on train, 0.

        A baseline has no mask in its loss. What a preparation fills in (a low intensity, say)
        would pull its reconstruction away from the measured values it is judged by; the mean
        does not.
        """
        return self.x if self.observed is None else np.where(self.observed, self.x, 0)

    @cached_property
    def train(self) -> Float[np.ndarray, "train feature"]:
        """Observations that baselines may learn from."""
        return self.known[self.rows["train"]]

    @cached_property
    def foretold(self) -> Foretold:
        """The analytic frontier of train."""
        rows, batch = self.rows["train"], self.inputs.batch
        measured = None if self.observed is None else float(self.observed[rows].sum(1).mean())
        return Foretold(self.train, None if batch is None else batch[rows], measured)


@dataclass(frozen=True)
class Unit:
    """One latent unit of a member, measured on test."""

    unit: int
    rate_nats: float
    mean_variance: float
    active: bool


@dataclass(frozen=True)
class Measured:
    """All that was measured of one member or baseline; no embedding where there is none.

    `errors` is the squared error per feature of each observation, None where there is none.
    """

    name: str
    metrics: list[Row]
    units: list[Unit] = field(default_factory=list)
    embedding: Float[np.ndarray, "observation unit"] | None = None
    errors: Float[np.ndarray, " observation"] | None = None


def measure_baselines(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The train mean, and PCA with as many components as each latent size."""
    error = mse(data.x, baselines.null(data.train), data.observed)
    yield Measured("null", _mse_rows(data, error), errors=error)
    linear = baselines.Linear(data.train, max(latents))
    scores = linear.scores(data.known)
    for k in latents:
        if k > linear.largest:
            yield _no_room(k, linear.largest)
            continue
        error = mse(data.x, linear.reconstruct(scores, k), data.observed)
        metrics = _mse_rows(data, error) + _clustering(data, scores[:, :k], settings)
        yield Measured(f"pca-k{k}", metrics, embedding=scores[:, :k], errors=error)


def measure_members(
    data: Observations, members: Sequence[Stored], settings: "Evaluate"
) -> Iterator[Measured]:
    """Members of one architecture, in one pass over the observations."""
    stack = pad(members[0].architecture, [m.parameters for m in members])
    host = torch.device("cpu")
    seen = data.inputs.placed(stack.likelihood.target, host, budget(host, "auto"))
    seeds = sorted({m.member.seed for m in members})
    noise = fixed_noise(torch.tensor(seeds), len(seen), max(stack.latents), seen.dtype)
    noise = noise[[seeds.index(m.member.seed) for m in members]]
    encoded = encode(stack, seen, torch.arange(len(seen)), noise)
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
    metrics = _r2_rows(data, per_observation["mse"])
    for split, rows in data.rows.items():
        metrics += [mean_row(split, name, v[rows]) for name, v in per_observation.items()]
        active = active_units(mean[rows], settings.active_threshold)
        metrics.append(Row(split, "active_units", float(active.sum())))
    metrics += data.foretold.rows(stored)
    metrics += _clustering(data, mean, settings)
    units = _units(mean[data.rows["test"]], rate_per_unit[data.rows["test"]], settings)
    return Measured(stored.name, metrics, units, mean, per_observation["mse"])


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


def _mse_rows(data: Observations, error: Float[np.ndarray, " observation"]) -> list[Row]:
    found = [mean_row(split, "mse", error[rows]) for split, rows in data.rows.items()]
    return found + _r2_rows(data, error)


def _r2_rows(data: Observations, error: Float[np.ndarray, " observation"]) -> list[Row]:
    return [r2_row(split, error[rows], data.variance[split]) for split, rows in data.rows.items()]


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
    absent = [Row(split, name, reason=reason) for split in SPLITS for name in ("mse", "r2")]
    absent += [Row(split, name, reason=reason) for split in (ALL, "test") for name in CLUSTERING]
    return Measured(f"pca-k{components}", absent)
