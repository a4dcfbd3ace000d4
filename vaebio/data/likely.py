"""The kind that values look like, and why."""

from vaebio.data.tally import Tally

_LARGEST_COUNT = 2**53  # float64 holds every whole number up to here
_FEW, _AT_THE_ENDS = 0.01, 0.05  # shares
_FOUR_ORDERS, _TWO_ORDERS = 1e4, 1e2
_BEYOND_LOGARITHMS = 1e3


def likely_kind(found: Tally) -> tuple[str, str]:
    """A kind other than `auto`, and the reason as a phrase."""
    if found.high < found.low:
        return "continuous", "there is no value to judge by"
    if found.whole and found.low >= 0 and found.high <= _LARGEST_COUNT:
        if found.high <= 1:
            return "binary", "every value is 0 or 1"
        return "counts", "every value is a non-negative whole number"
    if _fractions(found):
        return "fraction", f"every value lies in [0, 1] ({found.low:.3g} to {found.high:.3g})"
    if _intensities(found):
        return "intensity", (
            f"positive values over orders of magnitude ({found.smallest:.3g} to {found.high:.3g}), "
            f"{found.missing / found.size:.0%} missing"
        )
    return "continuous", _unlike_counts(found)


def _fractions(found: Tally) -> bool:
    """In [0, 1] with few values exactly at the ends, as scaled or sparse values have them."""
    inside = found.low >= 0 and found.high <= 1
    zeros = found.zero_share * (found.size - found.missing)
    return inside and zeros + found.ones <= _AT_THE_ENDS * found.size


def _intensities(found: Tally) -> bool:
    """Positive over orders of magnitude; zeros without a missing value may be real zeros."""
    low, high = found.quantile(0.01), found.quantile(0.99)
    if found.negative or high < _BEYOND_LOGARITHMS:
        return False
    if found.missing >= _FEW * found.size:
        return high > _TWO_ORDERS * low
    return found.zero_share < _FEW and high > _FOUR_ORDERS * low


def _unlike_counts(found: Tally) -> str:
    if found.negative:
        return f"{found.negative:,} values are negative (for instance {found.a_negative:.4g})"
    if found.broken:
        return f"{found.broken:,} values are not whole numbers (for instance {found.a_broken:.4g})"
    return f"values go up to {found.high:g}, beyond what can be counted exactly"
