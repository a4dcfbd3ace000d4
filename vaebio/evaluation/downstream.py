"""What an analyst would do with an embedding, as rows."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.observations import Observations
from vaebio.metrics.panel import Row, clustering_rows
from vaebio.terms import ALL

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def downstream_rows(
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
