"""What was measured of one member or baseline."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.classes import Told
from vaebio.metrics.features import Divided
from vaebio.metrics.neighbours import Neighbours
from vaebio.metrics.panel import Row


@dataclass(frozen=True)
class Unit:
    """One latent unit of a member, measured on test; what there is none of is None.

    `expected_rate_nats` is that of the best linear VAE's unit of the same rank by rate, on train.
    """

    unit: int
    rate_nats: float | None
    mean_variance: float
    active: bool
    expected_rate_nats: float | None = None


@dataclass(frozen=True)
class Measured:
    """All that was measured of one member or baseline; no embedding where there is none.

    `errors` is the squared error per feature of each observation, None where there is none, and
    `divided` the same in parts of features (on test) and of strata; `classes` is each label as each
    classifier tells it from the embedding; `near` the embedding's nearest neighbours, while more is
    to be measured of them; `note` what a reader of the log should know of how it was made.
    """

    name: str
    metrics: list[Row]
    units: list[Unit] = field(default_factory=list)
    embedding: Float[np.ndarray, "observation unit"] | None = None
    errors: Float[np.ndarray, " observation"] | None = None
    classes: list[Told] = field(default_factory=list)
    divided: Divided | None = None
    near: Neighbours | None = None
    note: str = ""
