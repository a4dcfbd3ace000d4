"""What the latents of members carry, as rows: active units, parts of the rate, log-likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vaebio.evaluation.deterministic import REASON
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.rate_parts import PARTS, part_rows, sample
from vaebio.metrics.information import active_by_rate, active_units
from vaebio.metrics.panel import Row, mean_row
from vaebio.model.vae import Stack
from vaebio.training.encode import Encoded
from vaebio.training.importance import log_likelihood
from vaebio.training.observations import Observations as Seen
from vaebio.training.store import Stored

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

DIVERGED = "not a finite number: the member diverged"


@dataclass(frozen=True)
class Latents:
    """Posteriors of one member, without padding, and what else is measured of each observation."""

    mean: Float[np.ndarray, "observation unit"]
    log_var: Float[np.ndarray, "observation unit"]
    rate: Float[np.ndarray, "observation unit"]
    noise: Float[np.ndarray, "observation unit"]
    mse_sample: Float[np.ndarray, " observation"]
    log_likelihood: Float[np.ndarray, " test"]

    @property
    def finite(self) -> bool:
        """Whether all posteriors are finite, their rates included."""
        return bool(np.isfinite(self.mean).all() and np.isfinite(self.rate).all())


def measure_information(
    data: Observations,
    members: Sequence[Stored],
    stack: Stack,
    seen: Seen,
    encoded: Encoded,
    noise: Float[Tensor, "member observation unit"],
    settings: "Evaluate",
) -> list[list[Row]]:
    """Rows of each member of a stack, which is `encoded` with `noise`."""
    seeds = torch.tensor([m.member.seed for m in members])
    test = torch.from_numpy(np.flatnonzero(data.rows["test"]))
    bound = log_likelihood(stack, seen, test, seeds, settings.importance_samples)
    found = []
    for i, stored in enumerate(members):
        per_unit = encoded.mean[i], encoded.log_var[i], encoded.rate_per_unit[i], noise[i]
        own = (v[:, : stored.member.latent].numpy() for v in per_unit)
        latents = Latents(*own, encoded.mse_sample[i].numpy(), bound[i].numpy())
        found.append(_rows(data, stored.member.beta, latents, settings))
    return found


def _rows(data: Observations, beta: float, own: Latents, settings: "Evaluate") -> list[Row]:
    if not own.finite:
        by_variance = [Row(split, "active_units", reason=DIVERGED) for split in data.rows]
    else:
        by_variance = [
            _count(split, "active_units", active_units(own.mean[rows], settings.active_threshold))
            for split, rows in data.rows.items()
        ]
    reason = REASON if beta == 0 else "" if own.finite else DIVERGED
    if reason:
        return [*by_variance, *_absent(data, reason)]
    found = [row for split in data.rows for row in _of_split(data, split, own, settings)]
    bound = mean_row("test", "iw_log_likelihood_nats", own.log_likelihood)
    return [*by_variance, *found, bound]


def _of_split(data: Observations, split: str, own: Latents, settings: "Evaluate") -> list[Row]:
    rows = data.rows[split]
    chosen = sample(rows, settings.information_sample, settings.seed)
    return [
        _count(split, "active_units_rate", active_by_rate(own.rate[rows], settings.active_rate)),
        mean_row(split, "mse_sample", own.mse_sample[rows]),
        *part_rows(split, own.mean[chosen], own.log_var[chosen], own.noise[chosen]),
    ]


def _absent(data: Observations, reason: str) -> list[Row]:
    names = ("active_units_rate", "mse_sample", *PARTS)
    found = [Row(split, name, reason=reason) for split in data.rows for name in names]
    return [*found, Row("test", "iw_log_likelihood_nats", reason=reason)]


def _count(split: str, measure: str, active: Bool[np.ndarray, " unit"]) -> Row:
    return Row(split, measure, float(active.sum()))
