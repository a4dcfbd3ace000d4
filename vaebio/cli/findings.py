"""An inspection as lines for people and as plain values for programs."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from vaebio.data.candidates import Candidate
    from vaebio.data.contents import Array
    from vaebio.data.inspect import Inspection
    from vaebio.data.names import Sort

WIDTH = 100

_PLACE = 15  # columns before the facts
_SPARSE = 0.3  # share of zeros above which a zero means that nothing was detected
_QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)


def as_text(matrix: str, seen: "Inspection") -> str:
    """Lines of at most 100 characters where names allow."""
    blocks = [[matrix], list(_facts(seen)), *_tables(seen)]
    warnings = [line for warning in seen.warnings for line in wrapped("  ! ", warning)]
    blocks.append(["Warnings", *warnings] if warnings else ["No warnings."])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def as_values(matrix: str, seen: "Inspection") -> dict[str, Any]:
    """The same for JSON; what there is not is null."""
    found, held = seen.found, seen.contents
    n, features = seen.raw.shape
    return {
        "matrix": matrix,
        "form": held.form,
        "size_bytes": held.size_bytes,
        "observations": n,
        "features": features,
        "storage": storage(seen),
        "dtype": str(seen.raw.x.dtype),
        "dense_bytes": 4 * n * features,
        "looked_at": len(found.rows),
        "low": _finite(found.low),
        "high": _finite(found.high),
        "whole": found.evidence.whole,
        "negative": found.evidence.negative,
        "zero_share": found.zero_share,
        "missing": found.missing,
        "infinite": found.infinite,
        "totals": totals(seen),
        "orientation": seen.orientation,
        "orientation_of_names": seen.lies.orientation,
        "orientation_reason": seen.lies.reason,
        "kind": seen.kind or None,
        "kind_reason": seen.kind_reason,
        "observation_names": seen.observations and seen.observations.word,
        "feature_names": seen.features and seen.features.word,
        "arrays": [asdict(array) for array in held.arrays],
        "aside": list(held.aside),
        "candidates": [asdict(candidate) for candidate in seen.candidates],
        "steps": list(seen.raw.steps),
        "warnings": list(seen.warnings),
    }


def storage(seen: "Inspection") -> str:
    """How the values are kept: `dense`, `CSR` or `CSC`; `sparse` where the file does not tell."""
    arrays = seen.contents.arrays
    if len(arrays) == 1:
        return arrays[0].storage
    return "sparse" if sparse.issparse(seen.raw.x[slice(0, 1)]) else "dense"


def totals(seen: "Inspection") -> list[float] | None:
    """Smallest, 5 %, median, 95 % and largest sum of an observation; None for other than counts."""
    if seen.kind != "counts" or not len(seen.found.rows):
        return None
    return [float(q) for q in np.quantile(seen.found.observations.total, _QUANTILES)]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns aligned, indented by two."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = (
        "  " + "  ".join(field.ljust(width) for field, width in zip(row, widths, strict=True))
        for row in rows
    )
    return [line.rstrip() for line in padded]


def candidate_rows(candidates: Sequence["Candidate"]) -> list[list[str]]:
    """A row of text for each candidate."""
    return [
        [
            c.column,
            f"{c.classes:,} classes",
            f"smallest {c.smallest_size:,} (`{_short(c.smallest, 16)}`)",
            _remark(c),
        ]
        for c in candidates
    ]


def wrapped(start: str, text: str) -> list[str]:
    """Lines of at most 100 characters, `start` before the first, as much room before the rest."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _remark(c: "Candidate") -> str:
    same = f"same as {c.same_as}" if c.same_as else ""
    return ", ".join(filter(None, (f"{c.missing:,} without" if c.missing else "", same)))


def number(value: float) -> str:
    """A number as short as it can be read."""
    if value == round(value) and abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _facts(seen: "Inspection") -> Iterator[str]:
    for name, text in _pairs(seen):
        yield from wrapped(f"  {name}".ljust(_PLACE), text)


def _pairs(seen: "Inspection") -> Iterator[tuple[str, str]]:
    found, (n, features) = seen.found, seen.raw.shape
    yield "file", _file(seen)
    yield from (("read", step) for step in seen.raw.steps[1:])
    yield "observations", f"{n:,}{_named(seen.raw.obs.index, seen.observations)}"
    yield "features", f"{features:,}{_named(seen.raw.var.index, seen.features)}"
    yield "orientation", _orientation(seen)
    yield "kind", f"{seen.kind or 'cannot tell'}: {seen.kind_reason}"
    if found.sampled:
        yield (
            "looked at",
            f"a sample: {len(found.rows):,} observations spread over the file; the figures below, "
            "kind and warnings are about these",
        )
    yield from _numbers(seen)


def _numbers(seen: "Inspection") -> Iterator[tuple[str, str]]:
    found = seen.found
    yield "values", _values(seen)
    yield "zeros", f"{_percent(found.zero_share)} of the values"
    yield "missing", _missing(seen)
    if sums := totals(seen):
        low, early, median, late, high = map(number, map(round, sums))
        yield (
            "totals",
            f"of an observation {low} to {high}, median {median}, nine in ten between {early} and "
            f"{late}",
        )
    if found.zero_share > _SPARSE:
        detected = np.median(found.observations.nonzero)
        yield "detected", f"{detected:,.0f} features in the median observation"


def _file(seen: "Inspection") -> str:
    held, (n, features) = seen.contents, seen.raw.shape
    size = "" if held.size_bytes is None else f", {_bytes(held.size_bytes)} on disk"
    dense = _bytes(4 * n * features)
    return f"{held.form}{size}; {storage(seen)} {seen.raw.x.dtype}; dense it would take {dense}"


def _orientation(seen: "Inspection") -> str:
    if seen.lies.orientation:
        return f"{seen.orientation}: {seen.lies.reason}"
    return f"cannot tell ({seen.lies.reason}); read as {seen.orientation}"


def _values(seen: "Inspection") -> str:
    found = seen.found
    if found.high < found.low:
        return "none"
    what = "whole numbers" if found.evidence.whole else "not whole"
    return f"{number(found.low)} to {number(found.high)}, {what}"


def _missing(seen: "Inspection") -> str:
    found = seen.found
    if not found.missing:
        return "none"
    holed = [np.count_nonzero(axis.missing) for axis in (found.features, found.observations)]
    return (
        f"{found.missing:,} values ({_percent(found.missing / found.size)}), in {holed[0]:,} "
        f"features and {holed[1]:,} observations"
    )


def _tables(seen: "Inspection") -> Iterator[list[str]]:
    arrays = seen.contents.arrays
    if len(arrays) > 1 or seen.contents.aside:
        lines = table([_array(array) for array in arrays])
        aside = wrapped("  beside ", ", ".join(seen.contents.aside)) if seen.contents.aside else []
        yield ["In the file", *lines, *aside]
    if seen.raw.obs.empty and not len(seen.raw.obs.columns):
        yield ["No column about the observations: no label, no batch (give --annotation)."]
        return
    headings = {
        "label": "Columns that could be the label",
        "batch": "Columns that could be the technical batch",
        "unknown": "Further columns with classes; their names do not tell what they are",
    }
    for role, heading in headings.items():
        fitting = [c for c in seen.candidates if c.role == role]
        if fitting:
            yield [heading, *table(candidate_rows(fitting))]
    if not seen.candidates:
        yield [f"None of the {len(seen.raw.obs.columns)} columns could be label or batch."]


def _array(array: "Array") -> list[str]:
    rows, columns = array.shape
    if array.low is None or array.high is None:
        values = "no value"
    else:
        values = f"{number(array.low)} to {number(array.high)}"
    what = "may be counts" if array.whole else "no counts"
    stored = "stored values " if array.storage != "dense" else "values "
    return [
        array.place,
        f"{rows:,} x {columns:,}",
        f"{array.storage} {array.dtype}",
        stored + values,
        what + (" (sample)" if array.sampled else ""),
    ]


def _named(names: Sequence[str], sort: "Sort | None") -> str:
    shown = ", ".join(_short(str(name), 22) for name in names[:2])
    more = ", ..." if len(names) > 2 else ""
    return f", named like {sort.word}: {shown}{more}" if sort else f", named {shown}{more}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
