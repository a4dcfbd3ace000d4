"""Numbers as the verdicts say them."""

from vaebio.diagnosis.interval import Interval


def told(value: Interval) -> str:
    """An amount of error and its interval.

    Examples
    --------
    >>> told(Interval(0.284, 0.27, 0.298)), told(Interval(0.05))
    ('0.28 (0.27 to 0.3)', '0.05')
    """
    bounds = "" if value.low is None else f" ({value.low:.2g} to {value.high:.2g})"
    return f"{value.value:.2g}{bounds}"


def percent(share: float) -> str:
    """A share of 1 in hundredths.

    Examples
    --------
    >>> percent(0.344), percent(-0.0001)
    ('34 %', '0 %')
    """
    return f"{100 * share + 0.0:.0f} %".replace("-0 %", "0 %")


def seeds(number: int) -> str:
    """Over how many seeds.

    Examples
    --------
    >>> seeds(1), seeds(3)
    ('one seed', '3 seeds')
    """
    return "one seed" if number == 1 else f"{number} seeds"


def level(value: object) -> str:
    """A factor's level as the settings write it.

    Examples
    --------
    >>> level((128, 64)), level(0.1), level(None)
    ('[128, 64]', '0.1', 'not known')
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, (int, float)) else "not known"


def sentence(text: str) -> str:
    """With a capital letter and a full stop; nothing else changes.

    Examples
    --------
    >>> sentence("the MSE fell")
    'The MSE fell.'
    """
    return f"{text[:1].upper()}{text[1:]}."
