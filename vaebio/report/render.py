"""From a context to HTML text that needs nothing else: styles, scripts and data inside."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from vaebio.report.numbers import count, duration


def page(template: str, context: dict[str, Any]) -> str:
    """A template of this package with its context; every text in it is escaped."""
    return _environment().get_template(template).render(context)


def embedded(value: object) -> Markup:
    r"""JSON that no text inside it can end or leave: safe between script tags.

    Examples
    --------
    >>> embedded({"label": "</script>"})
    Markup('{"label":"\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # no character of HTML is left in it


def marked(text: str) -> Markup:
    """Text, escaped, with what stands between backticks as code.

    Examples
    --------
    >>> marked("split by `a<b`")
    Markup('split by <code>a&lt;b</code>')
    """
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("vaebio.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(embedded=embedded, marked=marked, count=count, duration=duration)
    environment.globals.update(asset=_asset, plotly=_plotly)
    return environment


def _asset(name: str) -> Markup:
    """A style or script of this package as it is."""
    return Markup(files("vaebio.report").joinpath("templates", name).read_text(encoding="utf-8"))


def _plotly() -> Markup:
    return Markup(get_plotlyjs())
