"""What was worked out from results once, kept with them: a page asks for the same thing often."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from vaebio.report.read import Results

More, Made = ParamSpec("More"), TypeVar("Made")


def kept(
    function: Callable[Concatenate["Results", More], Made],
) -> Callable[Concatenate["Results", More], Made]:
    """A function of results and of words that works once for each; what it returns is not changed.

    Results never change and hold what was made of them themselves, so it goes when they go.
    """

    @wraps(function)
    def remembered(results: "Results", *words: Hashable) -> Made:
        key = function, words
        if key not in results.kept:
            results.kept[key] = function(results, *words)
        return results.kept[key]

    return remembered
