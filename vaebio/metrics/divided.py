"""An embedding with batches and labels, and why some measure of integration is not to be had."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vaebio.metrics.neighbours import Neighbours, nearest

NEIGHBOURHOOD = {"ilisi": 90, "clisi": 90, "kbet": 50, "graph_connectivity": 15}
"""Observations of a neighbourhood, the observation itself counted, as in scib-metrics."""

REACH = max(NEIGHBOURHOOD.values()) - 1
"""Neighbours of an observation that any measure looks at."""

PERPLEXITY = NEIGHBOURHOOD["ilisi"] // 3

OF_LABELS = {"kbet", "bras", "graph_connectivity", "clisi", "isolated_labels"}
BETWEEN_LABELS = {"clisi", "isolated_labels"}
ACROSS_LABELS = {"ilisi", "pcr_comparison"}
"""Measures that ask for mixed batches whatever the labels are."""


@dataclass(frozen=True)
class Divided:
    """Latents of observations of several batches; batches and labels are numbers from 0."""

    embedding: Float[np.ndarray, "observation unit"]
    batches: Int[np.ndarray, " observation"]
    labels: Int[np.ndarray, " observation"] | None
    found: Neighbours | None = None
    """At least the `REACH` nearest of each, where they have been searched already."""

    def near(self, measure: str) -> Neighbours:
        """The neighbours that a measure looks at."""
        return self._near.first(NEIGHBOURHOOD[measure] - 1)

    def why_not(self, measure: str) -> str:
        """Reason why a measure cannot be computed; empty when it can."""
        if measure in OF_LABELS and self.labels is None:
            return "the sheet names no label column"
        if measure in BETWEEN_LABELS and not 1 < self._classes < len(self.embedding):
            return f"{self._classes} label(s) for {len(self.embedding)} observations"
        if measure in ACROSS_LABELS and self._confounded:
            return self._confounded
        if measure == "bras" and not np.any(self.embedding, axis=1).all():
            return "latents that are all 0 have no direction"
        return self._no_neighbours(measure) if measure in NEIGHBOURHOOD else ""

    def _no_neighbours(self, measure: str) -> str:
        size, n = NEIGHBOURHOOD[measure], len(self.embedding)
        if n < size:
            return f"{n} observations, fewer than the {size} of a neighbourhood"
        if self._alike >= size:
            return (
                f"{self._alike} observations have the same latents, so that any of them are the "
                "nearest: the member has collapsed"
            )
        if measure == "ilisi" and self._usual_batch < PERPLEXITY:
            return (
                f"half of the observations are of batches of {self._usual_batch} or fewer: "
                f"neighbourhoods of {PERPLEXITY} reach beyond them, mixed or not"
            )
        return ""

    @cached_property
    def _near(self) -> Neighbours:
        return self.found or nearest(self.embedding, REACH)

    @cached_property
    def _alike(self) -> int:
        """Most observations with one and the same latents."""
        return int(np.unique(self.embedding, axis=0, return_counts=True)[1].max())

    @cached_property
    def _classes(self) -> int:
        return 0 if self.labels is None else int(self.labels.max()) + 1

    @cached_property
    def _usual_batch(self) -> int:
        """Size of the batch of the median observation."""
        return int(np.median(np.bincount(self.batches)[self.batches]))

    @cached_property
    def _confounded(self) -> str:
        """Why mixing the batches would mix the labels, or the labels keep batches apart."""
        if self.labels is None or self._classes < 2:
            return ""
        pairs = len(np.unique(np.stack([self.labels, self.batches]), axis=1)[0])
        if pairs == self._classes:
            return "every label lies in one batch only: mixing the batches would mix the labels"
        if pairs == self.batches.max() + 1:
            return "every batch holds one label only: mixing the batches would mix the labels"
        return ""


def why_nothing(embedding: NDArray, batches: NDArray | None) -> str:
    """Reason why no measure of integration can be computed; empty when some can."""
    if batches is None:
        return "the sheet names no batch column"
    if (batches == batches[0]).all():
        return "all observations are of the same batch"
    if not np.isfinite(embedding).all():
        return "the latents are not finite: the member diverged"
    if (embedding == embedding[0]).all():
        return "all observations have the same latents: the member has collapsed"
    return ""
