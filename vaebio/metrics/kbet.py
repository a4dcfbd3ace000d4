"""kBET: whether the batches around an observation are those of its label, by a test for each."""

import numpy as np
from jaxtyping import Bool, Int
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.stats import chi2

from vaebio.metrics.diffusion import diffusion_map
from vaebio.metrics.neighbours import nearest

FEWEST, MOST = 10, 70
"""Neighbours that are tested; between them a quarter of a batch's mean size."""

WHOLE = 0.75
"""Share of a label that must lie in large enough parts of the graph."""

PARTS = 3
"""Sizes of the neighbourhood from which a part of the graph is large enough."""

ALPHA = 0.05

COMPONENTS = 100
"""Of the diffusion map, or one less than observations."""


def accepted(
    graph: sparse.csr_array,
    batches: Int[np.ndarray, " observation"],
    labels: Int[np.ndarray, " observation"],
) -> list[Bool[np.ndarray, " tested"]]:
    """Whether the test finds nothing, for each observation that is tested, by label.

    [buttner2019] within each label as in [luecken2022], with neighbours on a diffusion map of the
    label as scib-metrics has it, but found by exhaustive search and with all components for every
    label. Left out are labels of fewer than eleven observations or of one batch, and those half of
    whose observations are of batches smaller than the neighbourhood, which reaches beyond them
    however far batches are apart.

    Parameters
    ----------
    graph
        Weights of the pairs of neighbours among all observations.
    """
    found = []
    for label in np.unique(labels):
        rows = labels == label
        codes, sizes = np.unique(batches[rows], return_inverse=True, return_counts=True)[1:]
        neighbours = int(np.clip(sizes.mean() // 4, FEWEST, MOST))
        if len(codes) > FEWEST and len(sizes) > 1 and np.median(sizes[codes]) >= neighbours:
            found.append(_within(graph[rows][:, rows], codes, neighbours))
    return found


def _within(
    graph: sparse.csr_array, batches: Int[np.ndarray, " observation"], neighbours: int
) -> Bool[np.ndarray, " tested"]:
    """The test within a label; nothing is accepted when its graph falls apart."""
    parts, part = connected_components(graph, directed=False)
    if parts > 1:
        kept = np.bincount(part)[part] >= PARTS * neighbours
        if kept.mean() < WHOLE:
            return np.zeros(len(batches), dtype=bool)
        graph, batches = graph[kept][:, kept], batches[kept]
    near = nearest(diffusion_map(graph, COMPONENTS), neighbours).indices
    itself = np.arange(len(near))[:, None]
    return not_rejected(np.hstack([itself, near]), batches)


def not_rejected(
    near: Int[np.ndarray, "observation neighbour"], batches: Int[np.ndarray, " observation"]
) -> Bool[np.ndarray, " observation"]:
    """Whether the batches of the neighbours have the proportions of all, by Pearson's test."""
    codes = np.unique(batches, return_inverse=True)[1]
    kinds = codes.max() + 1
    expected = np.bincount(codes) / len(codes) * near.shape[1]
    counts = np.stack([(codes[near] == batch).sum(axis=1) for batch in range(kinds)], axis=1)
    statistic = (np.square(counts - expected) / expected).sum(axis=1)
    return chi2.sf(statistic, kinds - 1) >= ALPHA
