"""The measures of one member or baseline as rows of a tidy table; what cannot be is absent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vaebio.metrics import clustering
from vaebio.metrics.reconstruction import Estimate, mean_with_interval

CLUSTERING = ("kmeans_nmi", "kmeans_ari", "leiden_nmi", "leiden_ari", "silhouette")


@dataclass(frozen=True)
class Row:
    """One measure on one split: a value, or the reason why there is none."""

    split: str
    measure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def mean_row(split: str, measure: str, values: Float[np.ndarray, " observation"]) -> Row:
    """Row of a mean over observations with its 95 % interval."""
    return estimate_row(split, measure, mean_with_interval(values))


def estimate_row(split: str, measure: str, estimate: Estimate) -> Row:
    """Row of an estimate; a value that is not finite is absent."""
    if not math.isfinite(estimate.value):
        return Row(split, measure, reason="not a finite number: the member diverged")
    interval = [v if math.isfinite(v) else None for v in (estimate.low, estimate.high)]
    return Row(split, measure, estimate.value, *interval)


def r2_row(split: str, mse: Float[np.ndarray, " observation"], variance: float) -> Row:
    """Row of R²: the share of the variance that the reconstruction explains.

    Parameters
    ----------
    mse
        Squared error per feature of each observation of the split.
    variance
        Of the split around its own feature means, averaged over features.
    """
    if variance == 0:
        return Row(split, "r2", reason="the observations of this split do not differ")
    value = 1 - float(np.mean(mse, dtype=np.float64)) / variance
    if not math.isfinite(value):
        return Row(split, "r2", reason="not a finite number: the member diverged")
    return Row(split, "r2", value)


def clustering_rows(
    embedding: Float[np.ndarray, "observation unit"],
    labels: NDArray | None,
    split: str,
    *,
    neighbours: int,
    resolutions: Sequence[float],
    seed: int,
) -> list[Row]:
    """Agreement of k-means and Leiden clusters with the labels, and the labels' silhouette."""
    reason = _why_not(embedding, labels)
    if reason:
        return [Row(split, measure, reason=reason) for measure in CLUSTERING]
    kmeans = clustering.kmeans(embedding, len(np.unique(labels)), seed)
    graph = clustering.neighbour_graph(embedding, neighbours)
    by_kmeans = clustering.agreement(labels, kmeans)
    by_leiden = clustering.best_leiden(graph, labels, resolutions, seed)
    width = clustering.silhouette(embedding, labels)
    values = by_kmeans.nmi, by_kmeans.ari, by_leiden.nmi, by_leiden.ari, width
    return [Row(split, *pair) for pair in zip(CLUSTERING, values, strict=True)]


def _why_not(embedding: NDArray, labels: NDArray | None) -> str:
    """Reason why an embedding cannot be held against labels; empty when it can."""
    if labels is None:
        return "the sheet names no label column"
    classes = len(np.unique(labels))
    if classes < 2:
        return "all observations of this split have the same label"
    if classes >= len(labels):
        return f"{classes} labels for {len(labels)} observations"
    if not np.isfinite(embedding).all():
        return "the latents are not finite: the member diverged"
    if len(np.unique(embedding, axis=0)) < classes:
        return "fewer distinct latents than labels: the member has collapsed"
    return ""
