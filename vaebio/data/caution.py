"""Warnings: what is no mistake but what the reader of the results must know."""

import numpy as np
from scipy import sparse

from vaebio.data.evidence import Evidence
from vaebio.data.matrix import Matrix
from vaebio.terms import SPLITS

FEW_TRAIN = 100
_SHOWN = 3  # names in a sentence
_LOGARITHMS = 64  # of base 2, beyond what any instrument gives


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


def about_values(kind: str, evidence: Evidence, total: np.ndarray, looked_at: Matrix) -> list[str]:
    """Warnings about values that look like another kind than that they are treated as.

    Parameters
    ----------
    evidence
        What the values look like as they came in.
    total
        (observation,) sums, of counts.
    looked_at
        (observation, feature) some prepared values of train.
    """
    if kind == "counts":
        return about_counts(evidence, total)
    if kind == "continuous":
        return about_continuous(evidence, looked_at)
    if kind == "intensity" and evidence.high < _LOGARITHMS:
        return [
            f"The largest intensity is {evidence.high:g}: these may be logarithms already, of "
            "which the logarithm was taken again. Then set kind to `continuous`."
        ]
    return []


def about_counts(evidence: Evidence, total: np.ndarray) -> list[str]:
    """Warnings about whole numbers that may be no raw counts; `total` is that of observations."""
    if evidence.high <= 1:
        return ["Every value is 0 or 1; they are treated as counts."]
    if evidence.smallest > 10:
        return [
            f"The smallest value above 0 is {evidence.smallest:,.0f}: these may be intensities, "
            "not counts."
        ]
    if np.ptp(total) == 0:
        return [
            f"Every observation has the same total ({total[0]:,.0f}): these may be normalised "
            "values that were rounded, not raw counts."
        ]
    return []


def about_continuous(evidence: Evidence, looked_at: Matrix) -> list[str]:
    """Warnings about continuous values that look like another kind."""
    if evidence.negative:
        return []
    if _is_log_of_counts(looked_at):
        return [
            "The values look like log(1 + normalised counts): with the raw counts, depth and "
            "features are handled better."
        ]
    low, high = evidence.quantile(0.01), evidence.quantile(0.99)
    if high / low > 1e4:
        return [
            f"Most values lie between about {low:.2g} and {high:.2g}, over four orders of "
            "magnitude: take their logarithm first, or set kind to `intensity` where 0 says that "
            "nothing was measured; else the largest decide all."
        ]
    return []


def _is_log_of_counts(values: Matrix) -> bool:
    """Whether expm1 of an observation's values are whole multiples of the smallest of them."""
    shares = []
    for row in values:
        kept = row.data if sparse.issparse(row) else row[row > 0]
        if kept.size < 10 or kept.max() > 20:
            continue
        multiple = np.expm1(kept.astype(np.float64))
        multiple /= multiple.min()
        shares.append(np.mean(np.abs(multiple - np.rint(multiple)) < 0.02))
    return bool(shares) and float(np.median(shares)) > 0.9
