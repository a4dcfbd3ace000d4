"""Which of the values of a file are taken: X, raw, or a layer.

Many files hold normalised values in X and the counts elsewhere. For counts the models have better
likelihoods and the measures a unit, so counts are taken when they are there, and it is said.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vaebio.data.formats.stored import Element, sample
from vaebio.data.formats.wanted import AUTO, Wanted, one_of
from vaebio.errors import VaebioError

X, RAW = "X", "raw"

_COUNTS = ("counts", "count", "raw_counts", "raw_count", "counts_raw", "umi", "umis", "umi_counts")
"""Names under which layers hold raw counts."""


def chosen(held: Mapping[str, Element], wanted: Wanted, path: Path) -> tuple[str, list[str]]:
    """Name of the values to take, and the sentences to say about it.

    Parameters
    ----------
    held
        Values by name: X, raw and the layers.

    Raises
    ------
    VaebioError
        When the file does not hold what is wanted, or has no X and nothing can stand for it.
    """
    if wanted.layer != AUTO:
        name = one_of(wanted.layer, held, "layer", path, wanted.called("layer"))
        return name, [] if name == X else [f"Took the values of {_called(name)}, as wanted."]
    looks_for_counts = wanted.kind in (AUTO, "counts")
    if X in held and (len(held) == 1 or not looks_for_counts):
        return X, []
    flaw = _unlike_counts(sample(held[X])) if X in held else "missing"
    if flaw is None:
        return X, []
    likely, unclear = _with_counts(held) if looks_for_counts else ([], [])
    if likely:
        return likely[0], [_instead(likely[0], flaw, wanted)]
    if X not in held:
        raise _no_x(held, path, wanted)
    return X, [_could_be(unclear, wanted)] if unclear else []


def _with_counts(held: Mapping[str, Element]) -> tuple[list[str], list[str]]:
    """Names of values that are counts, the likeliest first, and of those that may be."""
    others = sorted((name for name in held if name != X), key=_rank)
    whole = [name for name in others if _unlike_counts(sample(held[name])) is None]
    named = [name for name in whole if _rank(name) < len(_COUNTS) + 1]
    # A mask of zeros and ones is whole too.
    rest = [n for n in whole if n not in named and np.max(sample(held[n]), initial=0) > 1]
    if not named and len(rest) == 1:
        return rest, []
    return named, rest


def _rank(name: str) -> int:
    """Place of a name among those of counts: well-known layers, raw, then all others."""
    names = (*_COUNTS, RAW)
    return names.index(name.lower()) if name.lower() in names else len(names)


def _unlike_counts(values: np.ndarray) -> str | None:
    """A value that is no count, as text; None when all of them may be."""
    if values.dtype.kind not in "biuf":
        return f"{values.dtype}"
    with np.errstate(invalid="ignore"):
        bad = ~((values >= 0) & (values == np.rint(values)) & np.isfinite(values))
    return f"{values[bad][0]:g}" if bad.any() else None


def _instead(name: str, flaw: str, wanted: Wanted) -> str:
    why = "There is no X" if flaw == "missing" else f"X holds no counts ({flaw} is one value)"
    return (
        f"{why}, so took {_called(name)}, which holds counts in all rows looked at; set "
        f"{wanted.called('layer')} to choose otherwise (X, raw, or the name of a layer)."
    )


def _could_be(names: list[str], wanted: Wanted) -> str:
    return (
        f"X holds no counts, but {', '.join(map(_called, names))} may; took X: set "
        f"{wanted.called('layer')} to choose otherwise."
    )


def _called(name: str) -> str:
    return f"`{RAW}`" if name == RAW else f"the layer `{name}`"


def _no_x(held: Mapping[str, Element], path: Path, wanted: Wanted) -> VaebioError:
    names = [RAW if name == RAW else f"layers[`{name}`]" for name in held]
    return VaebioError(
        found=f"{path} has no X" + (f", only {', '.join(names)}" if names else ""),
        expected="the values in X, or the name of what holds them",
        hint=f"set {wanted.called('layer')} to one of these"
        if names
        else "check how the file was written",
    )
