"""Sentences about what was done to the values, as the log and the report tell them."""

from collections.abc import Iterator, Sequence

import numpy as np

from vaebio.data.transform import OFFSET
from vaebio.terms import SPLITS

KINDS = {
    "counts": "counts",
    "continuous": "continuous",
    "intensity": "intensities",
    "fraction": "fractions",
    "binary": "binary",
}
"""What values of a kind are called."""

SHOWN = 3
"""Names in a sentence."""

_FILLED = {
    "median": "the median of their feature on train",
    "knn": "the mean of their feature over the nearest train observations that have it",
    "half_minimum": "half of the smallest intensity of their feature on train, as what is missing "
    "is mostly what was too little to be found",
}


def split(assigned: np.ndarray, how: str) -> str:
    """How the observations were divided, and how many went where."""
    sizes = ", ".join(f"{np.count_nonzero(assigned == name):,} {name}" for name in SPLITS)
    return f"Split {how}, before any filter: {sizes} observations."


def transformation(kind: str, transform: str) -> Iterator[str]:
    """What was done to every value; nothing to say where that is nothing."""
    if transform == "log2":
        yield "Took zeros for missing values, and the logarithm (base 2) of the intensities."
    elif transform == "m_values":
        yield (
            f"Took M-values of the fractions b: log2((b + {OFFSET:g}) / (1 - b + {OFFSET:g})), "
            "whose noise is more even."
        )
    elif transform == "binarised":
        yield "Took every value above 0 for 1."
    elif kind == "fraction":
        yield "Kept the fractions as they are."


def normalisation(lost: int, target_total: float, features: int) -> Iterator[str]:
    """How counts became logarithms."""
    if lost:
        yield f"Dropped {lost:,} observations without a count in the features that stay."
    yield (
        f"Scaled the counts of every observation to a total of {target_total:,g} over "
        f"{features:,} features, then took log(1 + x)."
    )


def unmeasured(lost: int) -> str:
    """Observations whose values were all filled in, had they stayed."""
    return f"Dropped {lost:,} observations without a measured value in the features that stay."


def imputation(method: str, missing: int, share: float) -> str:
    """What missing values were filled with."""
    return (
        f"Filled {missing:,} missing values ({share:.1%}) with {_FILLED[method]}; they are marked "
        "in the layer `imputed`."
    )


def scaling(scale: bool, clip: float | None, missing: bool) -> str:
    """What scaled values will be."""
    cut = "never cut" if clip is None else f"cut at {clip:g} standard deviations"
    of = "the values of every feature that were there" if missing else "every feature"
    if not scale:
        return f"Learned the mean of {of} on train; features keep their own scale."
    return f"Learned mean and standard deviation of {of} on train; scaled values are {cut}."


def some(names: Sequence[str]) -> str:
    """The first names, and whether there are more."""
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return shown + (", ..." if len(names) > SHOWN else "")
