"""What is odd about values and names, in sentences: no mistake for sure, but worth a look."""

from collections.abc import Iterator, Sequence

import numpy as np

from vaebio.data.contents import Array
from vaebio.data.evidence import Evidence
from vaebio.data.figures import Extent, Figures
from vaebio.data.kind import misfit
from vaebio.data.names import dates
from vaebio.data.orientation import Lies
from vaebio.data.say import some

_HIGHEST_LOGARITHM = 20
_LOGARITHMS = 64  # of base 2, beyond what any instrument gives
_NO_LOGARITHM = 1000
_FOUR_ORDERS = 1e4
_SMALLEST_COUNT = 10
_ALMOST = 0.01  # share of the values other than 0
_SAME_TOTAL = 1e-3  # spread over mean
_DEPTH_ORDERS = 1000  # largest over smallest total
_SMALL_TOTAL = 100


def about_values(evidence: Evidence, kind: str, log_base: str | None) -> Iterator[str]:
    """Warnings about values that look like another kind than that they are treated as.

    Parameters
    ----------
    evidence
        What the values look like as they came in.
    log_base
        Base of the logarithm when they look like that of normalised counts.
    """
    if kind == "counts":
        yield from _about_counts(evidence)
    if kind == "continuous" and not evidence.negative:
        yield from _about_positive(evidence, log_base)
    if kind == "intensity" and evidence.high < _LOGARITHMS:
        yield (
            f"The largest intensity is {evidence.high:g}: these may be logarithms already, of "
            "which the logarithm is taken again. Then set kind to `continuous`."
        )


def about_almost_counts(evidence: Evidence, kind: str) -> Iterator[str]:
    """A warning when a few values alone kept all from being treated as counts."""
    odd = evidence.broken + evidence.negative
    there = evidence.numbers - evidence.zeros - evidence.missing
    if kind == "continuous" and 0 < odd <= _ALMOST * there:
        yield (
            f"Nearly every value could be a count, but {misfit(evidence, 'counts')}, so that all "
            "are treated as continuous: mend these and set kind to `counts`, or set kind to "
            "`continuous` when they are meant."
        )


def about_figures(found: Figures, kind: str, log_base: str | None) -> Iterator[str]:
    """Warnings about what was done to the values before."""
    if found.infinite:
        yield (
            f"{found.infinite:,} values are infinite: look for a division by 0 or a logarithm of 0."
        )
    if kind != "continuous":
        return
    if _like_logarithms(found.evidence) and not log_base:
        yield (
            f"The values look like logarithms already (not whole, up to {found.high:.3g}): do not "
            "take it again."
        )
    if _standardised(found.features, len(found.rows)):
        yield (
            "Every feature has mean 0 and standard deviation 1: the values were scaled with all "
            "observations, test included; better start from the values before that."
        )


def about_same_total(totals: np.ndarray, kind: str) -> Iterator[str]:
    """A warning when the (observation,) sums of values, none of them negative, are all the same."""
    if np.ptp(totals) > _SAME_TOTAL * totals.mean():
        return
    how = "the values were normalised, they are no raw counts"
    if kind == "counts":
        how = (
            "counts were drawn to that depth, or the values were normalised and then rounded and "
            "are no raw counts"
        )
    yield f"Every observation has the same total ({totals.mean():,.0f}): {how}."


def about_totals(found: Figures, kind: str) -> Iterator[str]:
    """Warnings about the sums of non-negative values of each observation."""
    totals = found.observations.total
    if found.low < 0 or found.missing or found.infinite or not totals.size or totals.max() <= 0:
        return
    if found.high > 1:
        yield from about_same_total(totals, kind)
    if kind != "counts":
        return
    filled = totals[totals > 0]
    if filled.max() / filled.min() > _DEPTH_ORDERS:
        yield (
            f"Totals lie between {filled.min():,.0f} and {filled.max():,.0f}, over three orders of "
            "magnitude: some observations may be empty, others several in one."
        )
    small = np.count_nonzero(totals < _SMALL_TOTAL)
    if small:
        yield (
            f"{small:,} of {len(totals):,} observations have a total below {_SMALL_TOTAL}, which "
            "says little; `prepare.min_features` drops those with few detected features."
        )


def about_empty(
    seen: Figures, observations: Sequence[str], features: Sequence[str]
) -> Iterator[str]:
    """Warnings about rows and columns that are all zero, all missing or all the same."""
    looked_at = [observations[i] for i in seen.rows]
    axes = (("observations", seen.observations, looked_at), ("features", seen.features, features))
    for what, extent, names in axes:
        for flaw, where in (("zero or missing", extent.blank), ("the same", extent.constant)):
            if where.any():
                found_in = some([names[i] for i in np.flatnonzero(where)])
                yield f"All values are {flaw} in {_share(where)} {what} ({found_in})."


def about_dates(features: Sequence[str]) -> Iterator[str]:
    """A warning about features that a spreadsheet took for dates."""
    found = dates(features)
    if found:
        yield (
            f"{len(found):,} features have dates for names ({some(found)}): a spreadsheet has "
            "damaged their symbols (SEPT2, MARCH1, ...); go back to the file before it."
        )


def about_arrays(arrays: Sequence[Array], kind: str) -> Iterator[str]:
    """A warning when the values that were read are no counts, but others in the file may be."""
    counts = [array.place for array in arrays if array.whole]
    if counts and kind not in ("counts", "binary"):
        yield (
            f"These values are no counts, but {' and '.join(counts)} may be: whole numbers, none "
            "negative."
        )


def about_orientation(seen: Lies, orientation: str) -> Iterator[str]:
    """A warning when the names contradict the orientation the matrix is read in."""
    if seen.orientation not in (None, orientation):
        yield f"The matrix may lie the other way, {seen.orientation}: {seen.reason}."


def _about_counts(evidence: Evidence) -> Iterator[str]:
    if evidence.high <= 1:
        yield "Every value is 0 or 1; they are treated as counts."
    if _SMALLEST_COUNT < evidence.smallest < np.inf:
        yield (
            f"The smallest value above 0 is {evidence.smallest:,.0f}: these may be intensities, "
            "not counts."
        )


def _about_positive(evidence: Evidence, log_base: str | None) -> Iterator[str]:
    if log_base:
        base = {"e": "log", "2": "log2", "10": "log10"}[log_base]
        yield (
            f"The values look like {base}(1 + normalised counts): with the raw counts, where there "
            "are any, depth and features are handled better."
        )
    elif _over_orders(evidence):
        low, high = evidence.quantile(0.01), evidence.quantile(0.99)
        yield (
            f"Most values lie between about {low:.2g} and {high:.2g}, over four orders of "
            "magnitude: take their logarithm first, or set kind to `intensity` where 0 says that "
            "nothing was measured; else the largest decide all."
        )
    elif evidence.high >= _NO_LOGARITHM:
        yield (
            f"Values go up to {evidence.high:,.0f} and are no logarithms: take their logarithm "
            "first, or the largest decide all."
        )


def _over_orders(evidence: Evidence) -> bool:
    return evidence.quantile(0.99) > _FOUR_ORDERS * evidence.quantile(0.01)


def _like_logarithms(evidence: Evidence) -> bool:
    if evidence.negative or not evidence.broken or _over_orders(evidence):
        return False
    return 1 < evidence.high < _HIGHEST_LOGARITHM


def _standardised(features: Extent, n: int) -> bool:
    present = n - features.missing
    if n < 10 or (present < 2).any():
        return False
    mean = features.total / present
    deviation = np.sqrt(np.maximum(features.squares / present - mean**2, 0))
    varies = features.low < features.high
    near = (np.abs(mean) < 0.01) & (np.abs(deviation - 1) < 0.05)
    return bool(varies.any() and near[varies].mean() > 0.95)


def _share(where: np.ndarray) -> str:
    return f"{np.count_nonzero(where):,} of {len(where):,}"
