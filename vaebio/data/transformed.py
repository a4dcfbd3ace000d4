"""Values as they came in to values as models see them, one number at a time."""

from typing import TYPE_CHECKING

from vaebio.data.matrix import Matrix, as_float32
from vaebio.data.transform import binarised, log2_intensity, m_values

if TYPE_CHECKING:
    from vaebio.settings import Prepare

LOGARITHM = "log1p"
"""The transformation of counts: it needs the totals, and is in `counts`."""

DENSE = ("log2", "m_values")
"""Transformations of which a 0 does not stay one, so that nothing is sparse after them."""

_BY_NAME = {
    "none": as_float32,
    "binarised": binarised,
    "log2": log2_intensity,
    "m_values": m_values,
}


def transformation(kind: str, settings: "Prepare") -> str:
    """Name of the transformation of a kind's values."""
    if kind == "fraction":
        return "none" if settings.transform == "none" else "m_values"
    if kind == "binary":
        return "binarised" if settings.binarise else "none"
    return {"counts": LOGARITHM, "intensity": "log2"}.get(kind, "none")


def transformed(values: Matrix, transform: str) -> Matrix:
    """Values of single observations and features under a transformation, NaN where missing.

    Each depends on its own value alone, so that a part of the matrix gives exactly that part of
    the result.

    Parameters
    ----------
    values
        (observation, feature).
    transform
        As `transformation` names it, of a kind other than counts.

    Returns
    -------
    (observation, feature) float32; dense after a transformation of `DENSE`.
    """
    return _BY_NAME[transform](values)
