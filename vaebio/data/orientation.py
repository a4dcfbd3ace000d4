"""Which way a matrix lies, by the names of its rows and columns and of its annotation."""

from collections.abc import Sequence
from dataclasses import dataclass

from vaebio.data.names import Sort, sort_of
from vaebio.settings import Orientation


@dataclass(frozen=True)
class Lies:
    """A guess of the orientation.

    Parameters
    ----------
    orientation
        None: the names do not tell.
    reason
        A phrase.
    """

    orientation: Orientation | None
    reason: str


def lies(rows: Sequence[str], columns: Sequence[str], annotated: Sequence[str] = ()) -> Lies:
    """The orientation of a matrix as it stands in its file.

    Parameters
    ----------
    rows, columns
        Names.
    annotated
        Row names of the annotation, which are names of observations.
    """
    return (
        _by_annotation(set(rows), set(columns), annotated)
        or _by_sorts(sort_of(rows), sort_of(columns))
        or Lies(None, _shape(len(rows), len(columns)))
    )


def _by_annotation(rows: set[str], columns: set[str], annotated: Sequence[str]) -> Lies | None:
    in_rows, in_columns = (len(names & set(annotated)) for names in (rows, columns))
    if in_rows == in_columns:
        return None
    wide = in_rows > in_columns
    what, fitting = ("rows", in_rows) if wide else ("columns", in_columns)
    of = len(rows) if wide else len(columns)
    return Lies(
        "observations_by_features" if wide else "features_by_observations",
        f"the annotation has {fitting:,} of the {of:,} names of the {what}",
    )


def _by_sorts(rows: Sort | None, columns: Sort | None) -> Lies | None:
    """By the sorts of names, unless both sides seem to be the same thing."""
    told = [sort for sort in (rows, columns) if sort]
    if len(told) == 1 and not told[0].alone:
        return None
    axes = {what: sort.axis for what, sort in (("r", rows), ("c", columns)) if sort}
    if not axes or axes.get("r") == axes.get("c"):
        return None
    tall = axes.get("r") == "features" or axes.get("c") == "observations"
    seen = [
        f"{what} names look like {sort.word}"
        for what, sort in (("row", rows), ("column", columns))
        if sort
    ]
    return Lies("features_by_observations" if tall else "observations_by_features", ", ".join(seen))


def _shape(rows: int, columns: int) -> str:
    reason = "neither row nor column names look like observations or features"
    if rows == columns:
        return reason
    more = "columns than rows" if columns > rows else "rows than columns"
    return f"{reason}; more {more} is no proof of either"
