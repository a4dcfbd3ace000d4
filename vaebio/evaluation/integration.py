"""How far an embedding mixes the batches of the sheet and keeps its labels apart, as rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics import integration
from vaebio.metrics.neighbours import Neighbours
from vaebio.metrics.panel import Row
from vaebio.terms import ALL


def with_integration(data: Observations, found: Iterable[Measured]) -> Iterator[Measured]:
    """All that was measured, with the measures of integration of what has an embedding.

    In this process, whatever others there are: what jax compiles for one embedding serves all.
    """
    for one in found:
        if one.embedding is None:
            yield one
        else:
            rows = integration_rows(data, one.embedding, one.metrics, one.near)
            yield replace(one, metrics=[*one.metrics, *rows], near=None)


def integration_rows(
    data: Observations,
    embedding: Float[np.ndarray, "observation unit"],
    clusters: Sequence[Row],
    near: Neighbours | None = None,
) -> list[Row]:
    """Measures of integration on all observations, as the field has them.

    Parameters
    ----------
    clusters
        What was measured of the same embedding so far, with the measures of clusters.
    """
    return integration.integration_rows(
        embedding,
        data.batches,
        data.labels,
        ALL,
        before=float("nan") if data.batches is None else data.share_of_batches,
        clusters=clusters,
        near=near,
    )
