"""Numbers with no more digits than their uncertainty allows.

The last digit shown is the first digit of the uncertainty: a standard deviation over three seeds
is itself uncertain by half. Without an uncertainty a number has three significant digits, and it
never has more than five, nor more than five after the point.
"""

import math

DIGITS_WITHOUT_UNCERTAINTY = 3
MOST_DIGITS = 5
ROUNDING = 1e-9
"""Differences below this come from rounding."""
MINUS = "\N{MINUS SIGN}"


def rounded(value: float, uncertainty: float | None = None) -> str:
    """A number as its uncertainty allows.

    Examples
    --------
    >>> rounded(0.65234, 0.0031), rounded(0.65234, 0.0131), rounded(2384.2, 41)
    ('0.652', '0.65', '2380')
    >>> rounded(0.65234), rounded(12), rounded(0)
    ('0.652', '12.0', '0')
    """
    return _fixed(value, _decimals(value, uncertainty))


def with_spread(
    value: float, spread: float | None, whole: bool = False, otherwise: float | None = None
) -> str:
    """A mean and its spread, to the same digit; the mean alone when there is no spread.

    Parameters
    ----------
    whole
        The single values are counts, so a mean without spread has no decimals.
    otherwise
        The uncertainty that limits the digits when there is no spread.

    Examples
    --------
    >>> with_spread(0.65234, 0.0031), with_spread(0.65234, 0.00096), with_spread(8, 0, whole=True)
    ('0.652 ± 0.003', '0.652 ± 0.001', '8 ± 0')
    >>> with_spread(0.65234, 1e-9), with_spread(0.65234, None)
    ('0.65234 ± <0.00001', '0.652')
    >>> with_spread(-0.00016333, 1e-19), with_spread(0.65234, 0)
    ('−0.00016 ± <0.00001', '0.65234 ± 0')
    """
    if not _is_number(spread):
        whole = whole and float(value).is_integer()
        return _fixed(value, 0) if whole else rounded(value, otherwise)
    decimals = 0 if spread == 0 and whole else _decimals(value, spread)
    if spread == 0:
        return f"{_fixed(value, decimals)} ± 0"
    smallest = 10.0**-decimals
    shown = f"<{_fixed(smallest, decimals)}" if 0 < spread < smallest / 2 else None
    return f"{_fixed(value, decimals)} ± {shown or _fixed(spread, decimals)}"


def with_interval(value: float, low: float | None, high: float | None) -> str:
    """A value and its interval, to the same digit; the value alone where there is none.

    Examples
    --------
    >>> with_interval(0.65234, 0.642, 0.662), with_interval(0.65234, None, None)
    ('0.65 (0.64 to 0.66)', '0.652')
    >>> with_interval(3e-17, -1e-16, 1e-16)
    '0'
    """
    value = 0.0 if abs(value) < ROUNDING else value
    if not (_is_number(low) and _is_number(high)) or high - low < ROUNDING:
        return rounded(value)
    shown, least, most = (rounded(v, (high - low) / 2) for v in (value, low, high))
    return f"{shown} ({least} to {most})"


def share(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share of 1 in whole hundredths, with its interval where there is one.

    Examples
    --------
    >>> share(0.344, 0.31, 0.378), share(-0.0001)
    ('34 % (31 to 38 %)', '0 %')
    """
    shown = _fixed(100 * value, 0)
    if not (_is_number(low) and _is_number(high)):
        return f"{shown} %"
    return f"{shown} % ({_fixed(100 * low, 0)} to {_fixed(100 * high, 0)} %)"


def count(number: int) -> str:
    """A count with its thousands set apart.

    Examples
    --------
    >>> count(68579)
    '68,579'
    """
    return f"{int(number):,}"


def percent(share: float) -> str:
    """A share of 1 in hundredths.

    Examples
    --------
    >>> percent(0.1114), percent(0.5), percent(0.00004)
    ('11.1 %', '50 %', '0.004 %')
    """
    return f"{100 * share:.3g} %"


def plural(number: int, noun: str, several: str = "") -> str:
    """A count and its noun; `several` is the plural where it is not the noun with an s.

    Examples
    --------
    >>> plural(1, "seed"), plural(3, "seed")
    ('1 seed', '3 seeds')
    """
    return f"{count(number)} {noun if number == 1 else several or noun + 's'}"


def listed(words: list[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def duration(seconds: float) -> str:
    """Seconds in the unit a reader thinks in.

    Examples
    --------
    >>> duration(4.21), duration(75), duration(5400)
    ('4.2 s', '1 min 15 s', '1 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{count(hours)} h {minutes} min" if minutes else f"{count(hours)} h"


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _decimals(value: float, uncertainty: float | None) -> int:
    """Digits after the point; negative for tens and hundreds."""
    if not _is_number(uncertainty):
        return DIGITS_WITHOUT_UNCERTAINTY - 1 - _exponent(value) if value else 0
    # Of a value near 0 its digits after the point count: -0.00016333 is a 0 of a measure.
    most = min(MOST_DIGITS - 1 - _exponent(value), MOST_DIGITS)
    if uncertainty <= 0:
        return most
    # Rounded first, because 0.0096 is 0.01 when one digit is left.
    return min(-_exponent(float(f"{uncertainty:.0e}")), most)


def _fixed(value: float, decimals: int) -> str:
    number = round(float(value), decimals) + 0.0  # adding zero takes the sign off -0.0
    return f"{number:.{max(decimals, 0)}f}".replace("-", MINUS)
