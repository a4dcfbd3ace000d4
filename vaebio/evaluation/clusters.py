"""Clusters of one embedding on one split, as rows: against labels, and by themselves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vaebio.metrics import clustering
from vaebio.metrics.agreement import ari, contingency, nmi, with_bootstrap
from vaebio.metrics.clustering import Partition
from vaebio.metrics.neighbours import Neighbours
from vaebio.metrics.panel import Row, estimate_row, mean_row
from vaebio.metrics.silhouette import looked_at, widths
from vaebio.metrics.stability import Stable, most_stable

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

LABELLED = ("kmeans_nmi", "kmeans_ari", "leiden_nmi", "leiden_ari", "silhouette")
STABLE_LABELLED = ("leiden_stable_nmi", "leiden_stable_ari")
STABLE = ("cluster_stability", "clusters", "silhouette_clusters")

LEAST_ARI = -0.5
"""No adjusted Rand index is below it."""


def cluster_rows(
    embedding: Float[np.ndarray, "observation unit"],
    near: Neighbours,
    labels: NDArray | None,
    split: str,
    settings: "Evaluate",
    *,
    stable: bool,
) -> list[Row]:
    """Agreement of clusters with the labels, and the stability of the clusters if wanted.

    Parameters
    ----------
    near
        At least as many neighbours as the settings' graph has, of these very observations.
    """
    graph = clustering.neighbour_graph(near.first(settings.neighbours))
    found = clustering.sweep(graph, settings.resolutions, settings.seed)
    chosen = None
    if stable:
        halves, seed = settings.halves, settings.seed
        chosen = most_stable(graph, found, settings.resolutions, halves, seed)
    reason = why_not_labels(embedding, labels)
    divisions = [] if reason else [labels]
    divisions += [chosen.clusters] if chosen else []
    width = widths(embedding, divisions, looked_at(len(embedding), settings.seed))
    if reason:
        rows = absent(split, LABELLED, reason)
    else:
        rows = _labelled(embedding, found, labels, split, settings)
        rows.append(mean_row(split, "silhouette", width[0]))
    return rows + (_stable(chosen, labels, reason, split, settings, width) if stable else [])


def absent(split: str, measures: Sequence[str], reason: str) -> list[Row]:
    """Rows without a value."""
    return [Row(split, measure, reason=reason) for measure in measures]


def why_not(embedding: NDArray) -> str:
    """Reason why an embedding cannot be measured at all; empty when it can."""
    if not np.isfinite(embedding).all():
        return "the latents are not finite: the member diverged"
    if len(embedding) < 2:
        return f"{len(embedding)} observations in this split"
    if (embedding == embedding[0]).all():
        return "all observations have the same latents: the member has collapsed"
    return ""


def why_not_labels(embedding: NDArray, labels: NDArray | None) -> str:
    """Reason why an embedding cannot be held against labels; empty when it can."""
    if labels is None:
        return "the sheet names no label column"
    classes = len(np.unique(labels))
    if classes < 2:
        return "all observations of this split have the same label"
    if classes >= len(labels):
        return f"{classes} labels for {len(labels)} observations"
    if len(np.unique(embedding, axis=0)) < classes:
        return "fewer distinct latents than labels: the member has collapsed"
    return ""


def _labelled(
    embedding: NDArray,
    found: Sequence[Partition],
    labels: NDArray,
    split: str,
    settings: "Evaluate",
) -> list[Row]:
    """k-means with as many clusters as labels, and Leiden at the resolution with the best NMI.

    The resolution is chosen with the labels, for members and baselines alike, as in scIB
    [luecken2022]: a comparison between them is fair, the number itself is what an analyst with
    labels could reach.
    """
    kmeans = clustering.kmeans(embedding, len(np.unique(labels)), settings.seed)
    tables = [contingency(labels, partition) for partition in found]
    best = max(range(len(found)), key=lambda i: (float(nmi(tables[i])), float(ari(tables[i]))))
    rows = _agreement("kmeans", labels, kmeans, split, settings)
    return rows + _agreement("leiden", labels, found[best], split, settings)


def _agreement(
    name: str, labels: NDArray, clusters: Partition, split: str, settings: "Evaluate"
) -> list[Row]:
    table, draws, seed = contingency(labels, clusters), settings.bootstraps, settings.seed
    return [
        estimate_row(split, f"{name}_nmi", with_bootstrap(table, nmi, draws, seed)),
        estimate_row(split, f"{name}_ari", with_bootstrap(table, ari, draws, seed, LEAST_ARI)),
    ]


def _stable(
    chosen: Stable | None,
    labels: NDArray | None,
    unlabelled: str,
    split: str,
    settings: "Evaluate",
    width: Sequence[NDArray],
) -> list[Row]:
    """The most stable Leiden clusters: how stable, how many, how far apart, how like the labels."""
    if chosen is None:
        reason = "Leiden finds a single cluster at every resolution"
        return absent(split, (*STABLE_LABELLED, *STABLE), reason)
    rows = (
        absent(split, STABLE_LABELLED, unlabelled)
        if unlabelled
        else _agreement("leiden_stable", labels, chosen.clusters, split, settings)
    )
    return [
        *rows,
        estimate_row(split, "cluster_stability", chosen.stability),
        Row(split, "clusters", float(len(np.unique(chosen.clusters)))),
        mean_row(split, "silhouette_clusters", width[-1]),
    ]
