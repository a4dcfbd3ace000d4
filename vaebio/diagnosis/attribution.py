"""What each factor contributes to the error that relaxing all of them removes.

With both encoder and decoder too weak no single change helps, so that gains of single changes say
nothing. The Shapley value [shapley1953] of a factor is the mean of what relaxing it removes, over
all orders in which the factors can be relaxed; the values add up to the whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from jaxtyping import Float
from scipy import stats

from vaebio.diagnosis.interval import Interval, over_seeds
from vaebio.diagnosis.probe import FACTORIAL, FACTORS, Probe, subsets, word
from vaebio.errors import VaebioError

CELLS = subsets()
"""The combinations of relaxed factors, in the order of the columns of every table here."""

NONE, ALL = CELLS[0], CELLS[-1]

SPREADS = 3.0
"""Standard errors by which a rise must exceed 0: 32 pairs of probes are looked at, and one in 700
differences of nothing but noise is larger."""


@dataclass(frozen=True)
class Factorial:
    """Errors of the factorial probes of one member.

    Parameters
    ----------
    seeds
        Those with all 16 combinations, in rising order.
    mse
        (seed, cell) test errors; cells in the order of `CELLS`.
    train
        The same on train; NaN where not measured.
    absent
        Why a seed is left out, by seed.
    """

    seeds: tuple[int, ...]
    mse: Float[np.ndarray, "seed cell"]
    train: Float[np.ndarray, "seed cell"]
    absent: dict[int, str]

    @property
    def reason(self) -> str:
        """Why there is no complete seed; empty where there is one."""
        if self.seeds:
            return ""
        return "; ".join(self.absent.values()) or "no factorial probe was trained"

    def cell(self, relaxed: Iterable[str]) -> Float[np.ndarray, " seed"]:
        """Errors of one combination."""
        return self.mse[:, CELLS.index(frozenset(relaxed))]


@dataclass(frozen=True)
class Rise:
    """A factor whose relaxation raised the error: that probe has not relaxed anything.

    Parameters
    ----------
    relaxed
        Factors relaxed before, without `factor`.
    rise
        Of the test error: of one seed, or the mean where `seed` is None.
    overfit
        The error on train fell: the factor was relaxed, and what it learned does not hold on test.
    """

    relaxed: frozenset[str]
    factor: str
    rise: float
    seed: int | None = None
    overfit: bool = False

    @property
    def probe(self) -> frozenset[str]:
        """Factors of the probe that ought to be trained again."""
        return self.relaxed | {self.factor}

    @property
    def told(self) -> str:
        """In words."""
        before = " and ".join(f for f in FACTORS if f in self.relaxed) or "nothing else"
        where = "" if self.seed is None else f" (seed {self.seed})"
        return f"relaxing {self.factor} with {before} relaxed raises it by {self.rise:.2g}{where}"


def factorial_table(probes: Iterable[Probe]) -> Factorial:
    """The 2^4 tables of all seeds of one member; a seed that lacks a combination is left out.

    Raises
    ------
    VaebioError
        For a combination that stands twice.
    """
    found: dict[int, dict[frozenset[str], Probe]] = {}
    for one in probes:
        if one.probe != FACTORIAL:
            continue
        cells = found.setdefault(one.seed, {})
        if one.relaxed in cells:
            raise VaebioError(
                found=f"the probe `{one.word}` of {one.member} twice with seed {one.seed}",
                expected="one row for each probe and seed",
                hint="leave out the row of the probe that was trained again",
            )
        cells[one.relaxed] = one
    lacking = {seed: _lacking(cells) for seed, cells in sorted(found.items())}
    seeds = [seed for seed, reason in lacking.items() if not reason]
    tables = [
        np.array([[_or_nan(getattr(found[s][cell], n)) for cell in CELLS] for s in seeds], float)
        for n in ("mse_test", "mse_train")
    ]
    mse, train = (table.reshape(len(seeds), len(CELLS)) for table in tables)
    absent = {s: f"seed {s}: {reason}" for s, reason in lacking.items() if reason}
    return Factorial(tuple(seeds), mse, train, absent)


def shapley(mse: Float[np.ndarray, "seed cell"]) -> Float[np.ndarray, "seed factor"]:
    """Part of each factor in the error that relaxing all of them removes, seed by seed.

    Rows add up to the first column minus the last.

    Examples
    --------
    >>> both = [0.4 if {"encoder", "decoder"} <= cell else 0.9 for cell in CELLS]
    >>> shapley(np.array([both])).round(2)[:, :2].tolist()
    [[0.25, 0.25]]
    """
    return -np.asarray(mse) @ _WEIGHTS.T


def parts(table: Factorial, confidence: float) -> dict[str, Interval]:
    """Part of each factor, mean over the seeds with its interval; empty without a seed."""
    if not table.seeds:
        return {}
    values = shapley(table.mse)
    return {f: over_seeds(values[:, i], confidence) for i, f in enumerate(FACTORS)}


def total(table: Factorial, confidence: float) -> Interval | None:
    """Error that relaxing all factors removes: the sum of the parts."""
    return over_seeds(table.cell(NONE) - table.cell(ALL), confidence) if table.seeds else None


def rises(table: Factorial, least: float) -> list[Rise]:
    """Where relaxing one more factor raises the error: means over seeds, then single seeds.

    A rise counts when it is larger than `least` and than the spread of the seeds allows: three
    standard errors.
    """
    if not table.seeds:
        return []
    n, spread = len(table.seeds), _spread(table.mse)
    mean = table.mse.mean(axis=0, keepdims=True), table.train.mean(axis=0, keepdims=True)
    found = _rises(*mean, [None], max(least, SPREADS * spread * np.sqrt(2 / n)))
    return found + _rises(
        table.mse, table.train, table.seeds, max(least, SPREADS * spread * np.sqrt(2))
    )


def _spread(mse: np.ndarray) -> float:
    """Standard deviation over seeds of a usual combination; 0 with one seed.

    By the median over combinations, so that those that collapsed with one seed do not count for
    all, over what that median is for normal noise of standard deviation 1.
    """
    freedom = len(mse) - 1
    if freedom < 1:
        return 0.0
    usual = np.sqrt(stats.chi2.median(freedom) / freedom)
    return float(np.median(mse.std(axis=0, ddof=1)) / usual)


def _rises(
    mse: np.ndarray, train: np.ndarray, seeds: Sequence[int | None], limit: float
) -> list[Rise]:
    found = []
    for factor in FACTORS:
        for before, after in _pairs(factor):
            for row, seed in enumerate(seeds):
                rise = float(mse[row, after] - mse[row, before])
                if rise > limit:
                    # A comparison with NaN is False: what was not measured excuses nothing.
                    overfit = bool(train[row, after] < train[row, before])
                    found.append(Rise(CELLS[before], factor, rise, seed, overfit))
    return found


def _pairs(factor: str) -> list[tuple[int, int]]:
    """Columns of the combinations without a factor, and of the same with it."""
    return [(i, CELLS.index(c | {factor})) for i, c in enumerate(CELLS) if factor not in c]


def _weights() -> Float[np.ndarray, "factor cell"]:
    """Share of all orders in which a factor comes after exactly the ones already relaxed."""
    found = np.zeros((len(FACTORS), len(CELLS)))
    n = len(FACTORS)
    for row, factor in enumerate(FACTORS):
        for before, after in _pairs(factor):
            size = len(CELLS[before])
            share = factorial(size) * factorial(n - size - 1) / factorial(n)
            found[row, after] += share
            found[row, before] -= share
    return found


_WEIGHTS = _weights()


def _lacking(cells: dict[frozenset[str], Probe]) -> str:
    """What a seed lacks, in words; empty when it is complete."""
    missing = [word(FACTORIAL, c) for c in CELLS if c not in cells]
    failed = [word(FACTORIAL, c) for c in CELLS if c in cells and cells[c].mse_test is None]
    both = ((missing, "missing"), (failed, "diverged"))
    return ", ".join(f"{_some(names)} {what}" for names, what in both if names)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
