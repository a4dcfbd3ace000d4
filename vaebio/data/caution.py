"""Warnings: what is no mistake but what the reader of the results must know."""

import numpy as np
from scipy import sparse

from vaebio.data.matrix import Matrix, stored
from vaebio.terms import SPLITS

FEW_TRAIN = 100
_SHOWN = 3  # names in a sentence
_LOOKED_AT = 50  # observations


def about_split(split: np.ndarray) -> list[str]:
    """Warnings about the number of train observations."""
    n = np.count_nonzero(split == "train")
    if n >= FEW_TRAIN:
        return []
    return [f"Only {n} train observations: the measures will vary much from seed to seed."]


def about_classes(role: str, column: str, values: np.ndarray) -> list[str]:
    """Warnings about a label or batch column that says little."""
    n = len(np.unique(values))
    if n == 1:
        return [
            f"All observations have the same {role} (`{values[0]}` in `{column}`): "
            f"nothing can be measured against it."
        ]
    if n == len(values):
        return [
            f"Every observation has a {role} of its own in `{column}`: it names observations, "
            "not classes."
        ]
    return []


def about_absent(labels: np.ndarray, split: np.ndarray) -> list[str]:
    """Warnings about labels that a split does not have."""
    found = []
    for name in SPLITS:
        absent = sorted(set(labels) - set(labels[split == name]))
        if absent:
            shown = ", ".join(f"`{label}`" for label in absent[:_SHOWN])
            more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
            found.append(f"No {name} observation of {shown}{more}: too few of them.")
    return found


def about_counts(values: Matrix) -> list[str]:
    """Warnings about (observation, feature) whole numbers that may be no raw counts."""
    if stored(values).max(initial=0) <= 1:
        return ["Every value is 0 or 1; they are treated as counts."]
    smallest = stored(values)[stored(values) > 0].min()
    if smallest > 10:
        return [
            f"The smallest value above 0 is {smallest:,.0f}: these may be intensities, not counts."
        ]
    total = np.asarray(values.sum(axis=1, dtype=np.float64)).ravel()
    if np.ptp(total) == 0:
        return [
            f"Every observation has the same total ({total[0]:,.0f}): these may be normalised "
            "values that were rounded, not raw counts."
        ]
    return []


def about_continuous(values: Matrix) -> list[str]:
    """Warnings about continuous values that look like another kind.

    Parameters
    ----------
    values
        (observation, feature) of the train split.
    """
    if stored(values).min(initial=0) < 0:
        return []
    if _is_log_of_counts(values):
        return [
            "The values look like log(1 + normalised counts): with the raw counts, depth and "
            "features are handled better."
        ]
    positive = stored(values)[stored(values) > 0]
    low, high = np.quantile(positive, [0.01, 0.99]) if positive.size else (1, 1)
    if high / low > 1e4:
        return [
            f"Most values lie between {low:.3g} and {high:.3g}, over four orders of magnitude: "
            "take their logarithm first, or the largest decide all."
        ]
    return []


def _is_log_of_counts(values: Matrix) -> bool:
    """Whether expm1 of an observation's values are whole multiples of the smallest of them."""
    shares = []
    for row in values[:_LOOKED_AT]:
        kept = row.data if sparse.issparse(row) else row[row > 0]
        if kept.size < 10 or kept.max() > 20:
            continue
        multiple = np.expm1(kept.astype(np.float64))
        multiple /= multiple.min()
        shares.append(np.mean(np.abs(multiple - np.rint(multiple)) < 0.02))
    return bool(shares) and float(np.median(shares)) > 0.9
