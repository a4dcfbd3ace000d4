"""Of which kind the values are: as declared, when they can be, else as they look."""

from collections.abc import Callable
from typing import get_args

from vaebio.data.evidence import Evidence
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Kind

DECLARED = "declared"
"""The reason for a kind that the values do not have to show."""

_LARGEST_COUNT = 2**53  # float64 holds every whole number up to here
_FEW = 0.01  # share
_EXACT = 0.05  # share
_FOUR_ORDERS, _TWO_ORDERS = 1e4, 1e2
_BEYOND_LOGARITHMS = 1e3


def decide_kind(evidence: Evidence, declared: str, binarise: bool = False) -> tuple[str, str]:
    """The kind to treat the values as, and why.

    Parameters
    ----------
    declared
        By the user; `auto` looks at the values.
    binarise
        Whether every number above 0 counts as 1 in binary values.

    Returns
    -------
    The kind, and the reason as a phrase.

    Raises
    ------
    VaebioError
        For an unknown kind, for values that are all missing or cannot be of the declared kind, and
        for whole numbers with missing ones among them when nothing is declared.
    """
    known_kind(declared)
    if evidence.missing == evidence.numbers:
        raise _nothing(evidence)
    if declared == "auto":
        return _found(evidence)
    if declared in ("counts", "binary") and evidence.missing:
        raise _missing(evidence, f"of kind `{declared}`")
    flaw = misfit(evidence, declared, binarise)
    if flaw:
        raise VaebioError(
            found=f"kind `{declared}`, but {flaw}",
            expected=_EXPECTED[declared],
            hint=_HINTS[declared],
        )
    return declared, _DECLARED[declared]


def known_kind(declared: str) -> None:
    """Refuse a word that is no kind."""
    if declared not in get_args(Kind):
        raise VaebioError(
            found=f"kind `{declared}`",
            expected=f"one of {', '.join(get_args(Kind))}",
            hint=did_you_mean(declared, get_args(Kind), "leave it at auto"),
        )


def likely_kind(evidence: Evidence) -> str:
    """What a part of the values suggests, without a word about their flaws."""
    if not misfit(evidence, "counts"):
        return "binary" if evidence.high <= 1 else "counts"
    if _looks_fraction(evidence):
        return "fraction"
    return "intensity" if _looks_intensity(evidence) else "continuous"


def misfit(evidence: Evidence, kind: str, binarise: bool = False) -> str | None:
    """What keeps the values from being of a kind, as a phrase; None when nothing does."""
    return _MISFITS[kind](evidence, binarise)


def _found(evidence: Evidence) -> tuple[str, str]:
    if evidence.missing and not evidence.broken and not evidence.negative:
        # Counts that lack some, or intensities that were rounded: a guess would be a risk.
        raise _missing(evidence, "of whole numbers")
    kind = likely_kind(evidence)
    if kind == "continuous":
        return kind, f"found: {misfit(evidence, 'counts')}"
    if kind == "intensity":
        return kind, (
            f"found: positive values from {evidence.smallest:.3g} to {evidence.high:.3g}, "
            f"{evidence.share(evidence.missing):.0%} missing"
        )
    return kind, f"found: {_SEEN[kind]}"


def _looks_fraction(evidence: Evidence) -> bool:
    """In [0, 1] with few values exactly at the ends, as scaled or sparse values have them."""
    inside = evidence.low >= 0 and evidence.high <= 1
    return inside and evidence.share(evidence.zeros + evidence.ones) <= _EXACT


def _looks_intensity(evidence: Evidence) -> bool:
    """Positive over orders of magnitude; zeros without a missing value may be real zeros."""
    low, high = evidence.quantile(0.01), evidence.quantile(0.99)
    if evidence.negative or high < _BEYOND_LOGARITHMS:
        return False
    if evidence.share(evidence.missing) >= _FEW:
        return high > _TWO_ORDERS * low
    return evidence.share(evidence.zeros) < _FEW and high > _FOUR_ORDERS * low


def _nothing(evidence: Evidence) -> VaebioError:
    """The refusal of a matrix without a single value."""
    return VaebioError(
        found=f"all {evidence.numbers:,} values are missing (NaN)",
        expected="numbers",
        hint="check how the file was written: joining tables by names that do not match leaves "
        "such a matrix",
    )


def _missing(evidence: Evidence, what: str) -> VaebioError:
    """The refusal of missing values where none can be made up."""
    return VaebioError(
        found=f"{evidence.missing:,} missing values (NaN), the first in "
        f"{evidence.where_missing}, in a matrix {what}",
        expected="a number everywhere",
        hint="put 0 where nothing was counted, or drop features or observations with missing "
        "values; kind `intensity` (proteomics) and kind `continuous` fill them in",
    )


def _unlike_counts(evidence: Evidence, _: bool) -> str | None:
    if evidence.negative:
        return _negative(evidence)
    if evidence.high > _LARGEST_COUNT:
        return f"values go up to {evidence.high:g}, beyond what can be counted exactly"
    if evidence.broken:
        return (
            f"{evidence.broken:,} of {evidence.numbers:,} values are not whole numbers "
            f"(for instance {evidence.a_broken:g})"
        )
    return f"{evidence.missing:,} values are missing" if evidence.missing else None


def _unlike_intensities(evidence: Evidence, _: bool) -> str | None:
    if evidence.negative:
        return _negative(evidence)
    return "no value is above 0" if evidence.high <= 0 else None


def _unlike_fractions(evidence: Evidence, _: bool) -> str | None:
    if evidence.negative:
        return _negative(evidence)
    return f"values go up to {evidence.high:g}" if evidence.high > 1 else None


def _unlike_binary(evidence: Evidence, binarise: bool) -> str | None:
    if evidence.negative:
        return _negative(evidence)
    if evidence.missing:
        return f"{evidence.missing:,} values are missing"
    others = evidence.numbers - evidence.zeros - evidence.ones
    if binarise or not others:
        return None
    return (
        f"{others:,} of {evidence.numbers:,} values are neither 0 nor 1 (up to {evidence.high:g})"
    )


def _negative(evidence: Evidence) -> str:
    return f"{evidence.negative:,} values are negative (for instance {evidence.a_negative:g})"


_MISFITS: dict[str, Callable[[Evidence, bool], str | None]] = {
    "counts": _unlike_counts,
    "continuous": lambda evidence, binarise: None,
    "intensity": _unlike_intensities,
    "fraction": _unlike_fractions,
    "binary": _unlike_binary,
}
_EXPECTED = {
    "counts": "non-negative whole numbers",
    "intensity": "intensities above 0 as they were measured; 0 or nothing where there is none",
    "fraction": "values in [0, 1]",
    "binary": "zeros and ones",
}
_HINTS = {
    "counts": "set kind to `continuous` for transformed values; round expected counts",
    "intensity": "set kind to `continuous` when these are logarithms or ratios",
    "fraction": "divide percentages by 100; set kind to `continuous` for M-values",
    "binary": "set `prepare.binarise: true` to take everything above 0 for 1, or kind to `counts`",
}
_DECLARED = {
    "continuous": DECLARED,
    "counts": "declared, and every value is a non-negative whole number",
    "intensity": "declared, and no value is negative",
    "fraction": "declared, and every value lies in [0, 1]",
    "binary": DECLARED,
}
_SEEN = {
    "counts": "every value is a non-negative whole number",
    "fraction": "every value lies in [0, 1], few of them at the ends",
    "binary": "every value is 0 or 1",
}
