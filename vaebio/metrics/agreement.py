"""Agreement of two divisions of the same observations, with its precision by bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vaebio.metrics.reconstruction import Estimate

Counts = Float[np.ndarray, "*draw cell"]


@dataclass(frozen=True)
class Contingency:
    """How many observations each class of one division shares with each class of another.

    Cells without observations are left out: `row` and `column` say whose each count is.
    """

    counts: Counts
    row: Int[np.ndarray, " cell"]
    column: Int[np.ndarray, " cell"]

    def resampled(self, draws: int, seed: int) -> "Contingency":
        """The table of as many observations, drawn with replacement.

        To draw observations is to draw cells with the probabilities that they have here.
        """
        size = int(self.counts.sum())
        drawn = np.random.default_rng(seed).multinomial(size, self.counts / size, draws)
        return Contingency(drawn.astype(np.float64), self.row, self.column)

    def margins(self) -> tuple[Float[np.ndarray, "*draw row"], Float[np.ndarray, "*draw column"]]:
        """Sizes of the classes of both divisions."""
        return self._sums(self.row), self._sums(self.column)

    def _sums(self, of: Int[np.ndarray, " cell"]) -> NDArray:
        return self.counts @ np.eye(int(of.max()) + 1)[of]


def contingency(one: NDArray, other: NDArray) -> Contingency:
    """Shared observations of the classes of two divisions."""
    (_, rows), (names, columns) = (np.unique(d, return_inverse=True) for d in (one, other))
    cells, counts = np.unique(rows * len(names) + columns, return_counts=True)
    return Contingency(counts.astype(np.float64), *np.divmod(cells, len(names)))


def nmi(table: Contingency) -> Float[np.ndarray, "*draw"]:
    """Mutual information over the mean of the two entropies [strehl2002]; 1 is agreement.

    1 where each division has a single class, 0 where only one of them has.
    """
    rows, columns = table.margins()
    both, entropies = _entropy(table.counts), _entropy(rows) + _entropy(columns)
    with np.errstate(invalid="ignore"):
        found = np.where(entropies > 0, 2 * (entropies - both) / entropies, 1.0)
    return np.asarray(np.clip(found, 0, 1))


def ari(table: Contingency) -> Float[np.ndarray, "*draw"]:
    """Share of pairs that both divisions treat alike, adjusted for chance [hubert1985].

    1 is agreement, 0 is chance.
    """
    rows, columns = (np.square(m).sum(axis=-1) for m in table.margins())
    size = table.counts.sum(axis=-1)
    both = np.square(table.counts).sum(axis=-1)
    together, apart = both - size, size**2 + both - rows - columns
    of_one, of_other = rows - both, columns - both
    total = (together + of_one) * (of_one + apart) + (together + of_other) * (of_other + apart)
    with np.errstate(invalid="ignore"):
        found = 2 * (together * apart - of_one * of_other) / total
    return np.where(of_one + of_other == 0, 1.0, found)


def with_bootstrap(
    table: Contingency,
    measure: Callable[[Contingency], NDArray],
    bootstraps: int,
    seed: int = 0,
    least: float = 0.0,
) -> Estimate:
    """A measure and 1.96 bootstrap standard errors either way, between `least` and 1.

    The observations are drawn again; the two divisions of them stay as they are.
    """
    value = float(measure(table))
    drawn = measure(table.resampled(bootstraps, seed))
    error = 1.96 * float(np.nanstd(drawn, ddof=1)) if bootstraps > 1 else np.nan
    return Estimate(value, max(value - error, least), min(value + error, 1.0))


def _entropy(counts: Float[np.ndarray, "*draw class"]) -> Float[np.ndarray, "*draw"]:
    """Entropy of classes, in nats."""
    share = counts / counts.sum(axis=-1, keepdims=True)
    return np.asarray(-(share * np.log(np.where(share > 0, share, 1))).sum(axis=-1))
