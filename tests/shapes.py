"""Shapes and types are checked for every kind of call, not for every call.

The import hook of jaxtyping checks each call of a function; in a training that calls the same
functions with the same shapes thousands of times, this takes longer than the training. Here a
function is checked when its arguments have types or shapes that it was not called with before in
the same test: what an object holds is no part of its kind, so that no test relies on another's
calls.
"""

import inspect
from functools import partial, wraps

import jaxtyping
from numpy import ndarray
from scipy.sparse import sparray, spmatrix
from torch import Tensor

ARRAYS, LISTS = (Tensor, ndarray, sparray, spmatrix), (tuple, list)
MOST = 32
"""Entries of a list that are looked at."""

_known = []


def once_for_each_kind(jaxtyped):
    """A decorator like jaxtyping's, whose functions let calls of a known kind through."""

    def decorator(function=None, *, typechecker):
        if function is None:
            return partial(decorator, typechecker=typechecker)
        checked = jaxtyped(function, typechecker=typechecker)
        if not inspect.isfunction(function):
            return checked
        known = set()
        _known.append(known)

        @wraps(function)
        def called(*args, **kwargs):
            key = kind(args), kind(kwargs) if kwargs else None
            if key in known:
                return function(*args, **kwargs)
            made = checked(*args, **kwargs)
            known.add(key)
            return made

        return called

    return decorator


def forget():
    """Check the next call of each kind again."""
    for known in _known:
        known.clear()


def kind(value):
    """Type and shape of a value, and those of what it holds."""
    own = type(value)
    if own in LISTS:
        return own, len(value), *map(kind, value[:MOST])
    if own is dict:
        return own, *value, *map(kind, value.values())
    if isinstance(value, ARRAYS):
        return own, value.shape, value.dtype
    return own


jaxtyping.jaxtyped = once_for_each_kind(jaxtyping.jaxtyped)
