"""Numbers as the verdicts say them."""

from collections.abc import Sequence

from vaebio.diagnosis.interval import Interval

FACTOR_WORDS = {
    "encoder": "the encoder",
    "decoder": "the decoder",
    "latent": "the latent size",
    "beta": "beta",
}
"""The factors in a sentence."""

ROUNDING = 1e-9
"""Amounts of error below this are rounding."""


def told(value: Interval) -> str:
    """An amount of error and its interval.

    Examples
    --------
    >>> told(Interval(0.284, 0.27, 0.298)), told(Interval(0.05))
    ('0.28 (0.27 to 0.3)', '0.05')
    >>> told(Interval(4e-18, -1e-16, 1e-16))
    '0 (0 to 0)'
    """
    bounds = "" if value.low is None else f" ({_amount(value.low)} to {_amount(value.high)})"
    return f"{_amount(value.value)}{bounds}"


def effect(removed: Interval) -> str:
    """What a change does to the error.

    Examples
    --------
    >>> effect(Interval(0.284, 0.27, 0.298)), effect(Interval(-0.05, -0.06, -0.04))
    ('takes 0.28 (0.27 to 0.3) off the MSE', 'adds 0.05 (0.04 to 0.06) to the MSE')
    """
    if removed.value >= -ROUNDING:
        return f"takes {told(removed)} off the MSE"
    bounds = (None, None) if removed.low is None else (-removed.high, -removed.low)
    return f"adds {told(Interval(-removed.value, *bounds))} to the MSE"


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


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
    >>> level((128, 64)), level(0.1), level("linear"), level(None)
    ('[128, 64]', '0.1', 'linear', 'not known')
    """
    if isinstance(value, str):
        return value
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


def _amount(value: float) -> str:
    return f"{0.0 if abs(value) < ROUNDING else value:.2g}"
