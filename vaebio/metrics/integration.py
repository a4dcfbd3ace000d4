"""Mixing of batches and conservation of labels, as rows; what cannot be is absent."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vaebio.metrics import kbet, mixing, scib
from vaebio.metrics.divided import Divided, why_nothing
from vaebio.metrics.fuzzy_graph import fuzzy_graph
from vaebio.metrics.intervals import mean_over_classes, median_with_interval
from vaebio.metrics.neighbours import Neighbours
from vaebio.metrics.panel import Row, estimate_row
from vaebio.metrics.reconstruction import Estimate

CORRECTION = ("ilisi", "kbet", "bras", "pcr_comparison", "graph_connectivity")
CONSERVATION = ("clisi", "isolated_labels", "kmeans_nmi", "kmeans_ari", "silhouette")
INTEGRATION = (*CORRECTION, "clisi", "isolated_labels")
AGGREGATES = ("batch_correction", "bio_conservation", "integration_total")


def integration_rows(
    embedding: Float[np.ndarray, "observation unit"],
    batches: NDArray | None,
    labels: NDArray | None,
    split: str,
    *,
    before: float,
    clusters: Sequence[Row],
    near: Neighbours | None = None,
) -> list[Row]:
    """The measures of scib-metrics [luecken2022] that need a batch, and what it makes of all.

    Parameters
    ----------
    before
        Share of the variance that lies between batches before any model (`mixing.share_before`).
    clusters
        Rows of the measures of clusters, which count in what is made of all.
    near
        The nearest `divided.REACH` of each observation, where they are known.
    """
    reason = why_nothing(embedding, batches)
    if reason:
        return [Row(split, name, reason=reason) for name in (*INTEGRATION, *AGGREGATES)]
    codes = None if labels is None else np.unique(labels, return_inverse=True)[1]
    case = Divided(embedding, np.unique(batches, return_inverse=True)[1], codes, near)
    found = [_row(case, name, split, before) for name in INTEGRATION]
    return found + _aggregates(found, clusters, split)


def _row(case: Divided, name: str, split: str, before: float) -> Row:
    reason = case.why_not(name)
    if reason:
        return Row(split, name, reason=reason)
    if name in ("ilisi", "clisi"):
        return estimate_row(split, name, _scaled_lisi(case, name))
    if name == "graph_connectivity":
        return Row(split, name, scib.connectivity(case.near(name), case.labels))
    if name == "pcr_comparison":
        return _comparison(case, split, before)
    parts = _parts(case, name)
    if not parts:
        return Row(split, name, reason="no label is in two batches that are large enough")
    return estimate_row(split, name, mean_over_classes(parts))


def _scaled_lisi(case: Divided, name: str) -> Estimate:
    """Median LISI from 0 to 1; of the labels from 1 to 0."""
    classes = case.batches if name == "ilisi" else case.labels
    found = median_with_interval(scib.lisi(case.near(name), classes))
    most = int(classes.max())
    value, *ends = ((v - 1) / most for v in (found.value, found.low, found.high))
    return (
        Estimate(value, *ends)
        if name == "ilisi"
        else Estimate(1 - value, *(1 - e for e in ends[::-1]))
    )


def _parts(case: Divided, name: str) -> list[np.ndarray]:
    """What a measure that is a mean over labels says of each observation, by label."""
    if name == "kbet":
        tested = kbet.accepted(fuzzy_graph(case.near(name)), case.batches, case.labels)
        return [part.astype(np.float64) for part in tested]
    if name == "bras":
        return mixing.batch_widths(case.embedding, case.batches, case.labels)
    return mixing.label_widths(case.embedding, case.batches, case.labels)


def _comparison(case: Divided, split: str, before: float) -> Row:
    if not before > 0:
        reason = "the scaled values have no variance between batches"
        return Row(split, "pcr_comparison", reason=reason)
    after = mixing.share_between(case.embedding, case.batches)
    return Row(split, "pcr_comparison", max(1 - after / before, 0.0))


def _aggregates(found: Sequence[Row], clusters: Sequence[Row], split: str) -> list[Row]:
    known = {row.measure: row for row in (*clusters, *found) if row.split == split}
    correction = _mean(split, "batch_correction", CORRECTION, known)
    conservation = _mean(split, "bio_conservation", CONSERVATION, known)
    for row in (correction, conservation):
        if row.reason:
            return [correction, conservation, Row(split, "integration_total", reason=row.reason)]
    total = 0.4 * correction.value + 0.6 * conservation.value
    return [correction, conservation, Row(split, "integration_total", total)]


def _mean(split: str, name: str, parts: Sequence[str], known: dict[str, Row]) -> Row:
    """Mean of measures between 0 and 1; absent when one of them is."""
    for part in parts:
        if part not in known or known[part].value is None:
            said = known[part].reason if part in known else "not measured"
            return Row(split, name, reason=f"without {part}: {said}")
    values = [known[part].value for part in parts]
    if "silhouette" in parts:
        at = parts.index("silhouette")
        values[at] = (values[at] + 1) / 2
    return Row(split, name, math.fsum(values) / len(values))
