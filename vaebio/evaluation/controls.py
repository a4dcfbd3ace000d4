"""Controls: what the measures of latents say of the labels themselves, and of noise."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vaebio.evaluation.downstream import NO_LABEL, without
from vaebio.evaluation.measured import Measured
from vaebio.metrics.panel import Row
from vaebio.terms import SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

LABELS, RANDOM = "control-labels", "control-random"

MOST_LABELS = 1_000
"""Labels up to which there is a coordinate for each."""


def controls(
    observations: int, labels: NDArray | None, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The labels as an embedding, which no latents can surpass, and one that knows nothing.

    Noise has as many units as the largest latent size; the first rows do not depend on how many
    there are.
    """
    yield _of_labels(labels)
    noise = np.random.default_rng(settings.seed).standard_normal((observations, max(latents)))
    yield Measured(RANDOM, _unreconstructed(), embedding=noise.astype(np.float32))


def _of_labels(labels: NDArray | None) -> Measured:
    rows = _unreconstructed()
    if labels is None:
        return Measured(LABELS, [*rows, *without(NO_LABEL)])
    classes = len(np.unique(labels))
    if classes > MOST_LABELS:
        reason = f"{classes} labels, more than the {MOST_LABELS} that the control has room for"
        return Measured(LABELS, [*rows, *without(reason)])
    return Measured(LABELS, rows, embedding=one_hot(labels))


def one_hot(labels: NDArray) -> Float[np.ndarray, "observation label"]:
    """1 in the column of the own label, 0 elsewhere."""
    names, place = np.unique(labels, return_inverse=True)
    return np.eye(len(names), dtype=np.float32)[place]


def _unreconstructed() -> list[Row]:
    reason = "a control reconstructs nothing"
    return [Row(split, name, reason=reason) for split in SPLITS for name in ("mse", "r2")]
