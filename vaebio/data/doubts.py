"""What is odd about a raw data set, in sentences: no mistake for sure, but worth a look."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd

from vaebio.data.candidates import Candidate, alike, role_of, text_of
from vaebio.data.contents import Array
from vaebio.data.figures import Extent, Figures
from vaebio.data.names import dates
from vaebio.data.orientation import Lies

_HIGHEST_LOGARITHM = 20
_SAME_TOTAL = 1e-3  # spread over mean
_DEPTH_ORDERS = 1000  # largest over smallest total
_SMALL_TOTAL = 100
_SHOWN = 3  # names in a sentence


def about_values(found: Figures, kind: str, log_base: str | None) -> Iterator[str]:
    """Warnings about values as such."""
    if found.infinite:
        yield (
            f"{found.infinite:,} values are infinite: look for a division by 0 or a logarithm of 0."
        )
    if kind == "continuous" and found.low >= 0:
        yield from _about_positive(found, log_base)
    if kind == "continuous" and _standardised(found.features, len(found.rows)):
        yield (
            "Every feature has mean 0 and standard deviation 1: the values were scaled with all "
            "observations, test included; better start from the values before that."
        )
    if kind == "counts" and 10 < found.evidence.smallest < np.inf:
        smallest = f"{found.evidence.smallest:,.0f}"
        yield f"The smallest value above 0 is {smallest}: these may be intensities, not counts."


def about_totals(found: Figures, kind: str) -> Iterator[str]:
    """Warnings about the sums of non-negative values of each observation."""
    totals = found.observations.total
    if found.low < 0 or found.missing or found.infinite or not totals.size or totals.max() <= 0:
        return
    if np.ptp(totals) <= _SAME_TOTAL * totals.mean() and found.high > 1:
        rounded = " and then rounded" if kind == "counts" else ""
        yield (
            f"Every observation has the same total ({totals.mean():,.0f}): the values were "
            f"normalised{rounded}, they are no raw counts."
        )
    if kind != "counts":
        return
    filled = totals[totals > 0]
    if filled.max() / filled.min() > _DEPTH_ORDERS:
        yield (
            f"Totals lie between {filled.min():,.0f} and {filled.max():,.0f}, over three orders of "
            "magnitude: some observations may be empty, others several in one."
        )
    small = np.count_nonzero(totals < _SMALL_TOTAL)
    if small:
        yield (
            f"{small:,} of {len(totals):,} observations have a total below {_SMALL_TOTAL}, which "
            "says little; `prepare.min_features` drops those with few detected features."
        )


def about_empty(
    seen: Figures, observations: Sequence[str], features: Sequence[str]
) -> Iterator[str]:
    """Warnings about rows and columns that are all zero, all missing or all the same."""
    looked_at = [observations[i] for i in seen.rows]
    axes = (("observations", seen.observations, looked_at), ("features", seen.features, features))
    for what, extent, names in axes:
        for flaw, where in (("zero or missing", extent.blank), ("the same", extent.constant)):
            if where.any():
                found_in = _some([names[i] for i in np.flatnonzero(where)])
                yield f"All values are {flaw} in {_share(where)} {what} ({found_in})."


def about_dates(features: Sequence[str]) -> Iterator[str]:
    """A warning about features that a spreadsheet took for dates."""
    found = dates(features)
    if found:
        yield (
            f"{len(found):,} features have dates for names ({_some(found)}): a spreadsheet has "
            "damaged their symbols (SEPT2, MARCH1, ...); go back to the file before it."
        )


def about_columns(obs: pd.DataFrame, known: Sequence[Candidate]) -> Iterator[str]:
    """Warnings about columns that could be label and batch."""
    for name in obs:
        if role_of(str(name))[0] == "unknown":
            continue
        classes = text_of(obs[name]).dropna().unique()
        if len(classes) == 1:
            yield f"`{name}` is the same everywhere (`{classes[0]}`): it tells nothing apart."
    labels = [c for c in known if c.role == "label"]
    for label in labels:
        yield from _about_label(obs, label)
    for batch in (c for c in known if c.role == "batch"):
        flaws = (confounded(obs, batch.column, label.column) for label in labels)
        yield from islice(filter(None, flaws), 1)  # the others say the same of coarser classes


def about_arrays(arrays: Sequence[Array], kind: str) -> Iterator[str]:
    """A warning when the values that were read are no counts, but others in the file may be."""
    counts = [array.place for array in arrays if array.whole]
    if counts and kind not in ("counts", "binary"):
        yield (
            f"These values are no counts, but {' and '.join(counts)} may be: whole numbers, none "
            "negative."
        )


def about_orientation(seen: Lies, orientation: str) -> Iterator[str]:
    """A warning when the names contradict the orientation the matrix is read in."""
    if seen.orientation not in (None, orientation):
        yield f"The matrix may lie the other way, {seen.orientation}: {seen.reason}."


def confounded(obs: pd.DataFrame, batch: str, label: str) -> str | None:
    """Why batch and label cannot be told apart, as a sentence; None when they can."""
    how = alike(obs, batch, label)
    if how == "equal":
        return f"`{batch}` and `{label}` are the same division: their effects cannot be told apart."
    if how == "nested":
        return (
            f"Every class of `{batch}` holds one class of `{label}` only: differences between "
            "batches cannot be told from those between labels."
        )
    if alike(obs, label, batch) == "nested":
        return (
            f"Every class of `{label}` lies in one class of `{batch}` only: labels of different "
            "batches cannot be compared without the batch."
        )
    return None


def _about_positive(found: Figures, log_base: str | None) -> Iterator[str]:
    if log_base:
        base = {"e": "log", "2": "log2", "10": "log10"}[log_base]
        yield (
            f"The values are {base}(1 + normalised counts): raw counts, where there are any, let "
            "depth and features be handled better."
        )
    elif 1 < found.high < _HIGHEST_LOGARITHM and found.evidence.broken:
        yield (
            f"The values look like logarithms already (not whole, up to {found.high:.3g}): do not "
            "take it again."
        )
    elif found.high >= 1000:
        yield (
            f"Values go up to {found.high:,.0f} and are no logarithms: take their logarithm first, "
            "or the largest decide all."
        )


def _standardised(features: Extent, n: int) -> bool:
    present = n - features.missing
    if n < 10 or (present < 2).any():
        return False
    mean = features.total / present
    deviation = np.sqrt(np.maximum(features.squares / present - mean**2, 0))
    varies = features.low < features.high
    near = (np.abs(mean) < 0.01) & (np.abs(deviation - 1) < 0.05)
    return bool(varies.any() and near[varies].mean() > 0.95)


def _about_label(obs: pd.DataFrame, label: Candidate) -> Iterator[str]:
    if not label.singletons:
        return
    sizes = text_of(obs[label.column]).value_counts()
    single = sorted(sizes.index[sizes == 1])
    yield (
        f"{label.singletons:,} of {label.classes:,} classes of `{label.column}` have one "
        f"observation ({_some(single)}): they cannot be in train, validation and test."
    )


def _share(where: np.ndarray) -> str:
    return f"{np.count_nonzero(where):,} of {len(where):,}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (", ..." if len(names) > _SHOWN else "")
