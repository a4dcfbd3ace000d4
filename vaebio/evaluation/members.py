"""Members of one architecture through all measures."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float

from vaebio.evaluation.deterministic import without_posterior
from vaebio.evaluation.errors import r2_rows
from vaebio.evaluation.information import measure_information
from vaebio.evaluation.measured import Measured, Unit
from vaebio.evaluation.observations import Observations
from vaebio.metrics.information import active_units, mean_variance
from vaebio.metrics.panel import Row, mean_row
from vaebio.model.vae import pad
from vaebio.training.by_feature import ByFeature
from vaebio.training.encode import Encoded, encode, fixed_noise, sampled
from vaebio.training.memory import budget
from vaebio.training.store import Stored

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


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
    noise *= sampled([m.member for m in members])
    parts = ByFeature(len(members), data.rows["test"], data.strata(settings.strata))
    everything = torch.arange(len(seen))
    encoded = encode(stack, seen, everything, noise, errors_of_samples=True, by_feature=parts)
    information = measure_information(data, members, stack, seen, encoded, noise, settings)
    for i, stored in enumerate(members):
        one = _member(data, stored, encoded, i, settings, information[i])
        yield replace(one, divided=parts.of(i))


def _member(
    data: Observations,
    stored: Stored,
    encoded: Encoded,
    index: int,
    settings: "Evaluate",
    information: list[Row],
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
    metrics = r2_rows(data, per_observation["mse"])
    for split, rows in data.rows.items():
        metrics += [mean_row(split, name, v[rows]) for name, v in per_observation.items()]
    metrics += information
    metrics += data.foretold.rows(stored)
    if stored.member.deterministic:
        metrics = without_posterior(metrics)
    units = _units(data, stored, mean, rate_per_unit, settings)
    return Measured(stored.name, metrics, units, mean, per_observation["mse"])


def _units(
    data: Observations,
    stored: Stored,
    mean: Float[np.ndarray, "observation unit"],
    rate_per_unit: Float[np.ndarray, "observation unit"],
    settings: "Evaluate",
) -> list[Unit]:
    """The latent units on test, each beside what is foretold of the unit of its rank by rate."""
    test = data.rows["test"]
    variance, active = (
        mean_variance(mean[test]),
        active_units(mean[test], settings.active_threshold),
    )
    rates = rate_per_unit[test].mean(axis=0, dtype=np.float64)
    foretold = dict(
        zip(np.argsort(-rates, kind="stable"), data.foretold.rates(stored), strict=True)
    )
    known = [None] * len(rates) if stored.member.deterministic else rates.tolist()
    return [
        Unit(i, known[i], variance[i].item(), active[i].item(), foretold[i])
        for i in range(len(rates))
    ]
