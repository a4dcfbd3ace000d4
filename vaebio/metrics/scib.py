"""The functions of scib-metrics that are called, on neighbours that were found elsewhere.

scib-metrics is the reference implementation of the measures of integration [luecken2022]. It
brings jax, so it is loaded when the first of its measures is computed and not before.
"""

import os
import warnings
from functools import cache
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from vaebio.metrics.neighbours import Neighbours

if TYPE_CHECKING:
    from scib_metrics.nearest_neighbors import NeighborsResults


def scib_version() -> str:
    """Version of scib-metrics, without loading it."""
    return version("scib-metrics")


def lisi(
    near: Neighbours, classes: Int[np.ndarray, " observation"]
) -> Float[np.ndarray, " observation"]:
    """Local inverse Simpson index: how many classes there are around an observation.

    Between 1 and the number of classes [korsunsky2019]; the perplexity is a third of the
    neighbourhood, which counts the observation itself, as scib-metrics has it. NaN where the
    distances are beyond single precision.
    """
    found = np.asarray(_library().lisi_knn(_with_itself(near), classes), dtype=np.float64)
    # -1 is scib-metrics' word for no result; a little below 1 is rounding.
    return np.where(found < 0.5, np.nan, np.maximum(found, 1))


def connectivity(near: Neighbours, classes: Int[np.ndarray, " observation"]) -> float:
    """Share of a class in its largest strongly connected part, mean over classes."""
    return float(_library().graph_connectivity(_with_itself(near), classes))


def _with_itself(near: Neighbours) -> "NeighborsResults":
    """scib-metrics counts an observation as its own first neighbour."""
    itself = np.arange(len(near.indices))[:, None]
    return _library().nearest_neighbors.NeighborsResults(
        indices=np.hstack([itself, near.indices]),
        distances=np.hstack([np.zeros(itself.shape), near.distances]),
    )


@cache
def _library() -> ModuleType:
    """scib-metrics on the processor: a device is for training, and jax would keep its memory."""
    # Loading it tells of packages that may be missing, on which nothing here depends.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jax

        if "JAX_PLATFORMS" not in os.environ:
            jax.config.update("jax_platforms", "cpu")
        import scib_metrics

    return scib_metrics
