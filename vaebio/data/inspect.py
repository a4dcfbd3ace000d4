"""What is in a raw data set before anything is done with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vaebio.data import caution, doubts
from vaebio.data.annotation import read_annotation
from vaebio.data.candidates import Candidate, candidates
from vaebio.data.contents import Contents, contents
from vaebio.data.figures import WHOLE_PASS, Figures, figures
from vaebio.data.formats.wanted import Wanted
from vaebio.data.kind import decide_kind
from vaebio.data.logarithm import base_of_log_counts
from vaebio.data.matrix import Matrix, canonical
from vaebio.data.names import Sort, sort_of
from vaebio.data.orientation import Lies, lies
from vaebio.data.raw import Raw
from vaebio.data.read import STRAIGHT, as_it_lies, standing
from vaebio.data.sources import (
    ANNOTATION_SUFFIXES,
    BUILT_IN,
    LOOM,
    NAMED_MTX,
    TENX,
    TENX_H5,
    checked_path,
)
from vaebio.errors import VaebioError

_ORIENTED = (BUILT_IN, LOOM, NAMED_MTX, TENX, TENX_H5)
"""Forms that say themselves which are their observations."""

_LOG_ROWS = 50  # observations in which the trace of normalising is looked for


@dataclass(frozen=True)
class Inspection:
    """A raw data set, looked at.

    Parameters
    ----------
    raw
        As it was read.
    contents
        What else lies in the file.
    found
        Figures about the values.
    orientation
        In which the matrix was read.
    lies
        What the names tell about the orientation.
    kind, kind_reason
        What the values look like; empty where that cannot be told.
    observations, features
        Sorts of their names, None where they tell nothing.
    candidates
        Columns that could be label or batch.
    """

    raw: Raw
    contents: Contents
    found: Figures
    orientation: str
    lies: Lies
    kind: str
    kind_reason: str
    observations: Sort | None
    features: Sort | None
    candidates: tuple[Candidate, ...]
    warnings: tuple[str, ...]


def inspect(
    matrix: str,
    annotation: str = "",
    orientation: str = "",
    part: Mapping[str, str] | None = None,
    told: Callable[[int, int], None] | None = None,
    most: int = WHOLE_PASS,
) -> Inspection:
    """Look at a raw data set, its values in one pass.

    Parameters
    ----------
    matrix, annotation
        As `read` takes them.
    orientation
        Empty: the usual one, unless the names say that the matrix lies the other way.
    part
        What to read of a file, as `read` takes it: layer, modality, genome, kind.
    told
        Called during the pass with the observations done and to do.
    most
        Numbers, were they dense, above which a sample of the rows is looked at.

    Raises
    ------
    VaebioError
        When the data set cannot be read.
    """
    held = contents(matrix)
    raw, orientation, seen = _read(matrix, held.form, annotation, orientation, part or {})
    found = figures(raw, told, most)
    kind, reason = _kind(found)
    known = tuple(candidates(raw.obs))
    names = list(raw.obs.index), list(raw.var.index)
    log_base = base_of_log_counts(_first(raw))
    warnings = [
        *raw.warnings,
        *doubts.about_orientation(seen, orientation),
        *doubts.about_figures(found, kind, log_base),
        *doubts.about_values(found.evidence, kind, log_base),
        *doubts.about_almost_counts(found.evidence, kind),
        *doubts.about_totals(found, kind),
        *doubts.about_arrays(held.arrays, kind),
        *doubts.about_empty(found, *names),
        *doubts.about_dates(names[1]),
        *caution.about_columns(raw.obs, known),
    ]
    sorts = map(sort_of, names)
    return Inspection(
        raw, held, found, orientation, seen, kind, reason, *sorts, known, tuple(warnings)
    )


def _read(
    matrix: str, form: str, annotation: str, orientation: str, part: Mapping[str, str]
) -> tuple[Raw, str, Lies]:
    """The data set, the orientation it was read in, and what the names tell about it."""
    wanted = Wanted(**part, by_options=True)
    if form in _ORIENTED:
        raw = as_it_lies(matrix, wanted, orientation or STRAIGHT)
        raw = standing(raw, matrix, annotation, STRAIGHT)
        return raw, STRAIGHT, Lies(STRAIGHT, f"the form, {form}, says which are its observations")
    annotated = _names_in(annotation)  # first: what is wrong with it is soon said
    raw = as_it_lies(matrix, wanted, orientation or STRAIGHT)
    seen = lies(list(raw.obs.index), list(raw.var.index), annotated)
    orientation = orientation or seen.orientation or STRAIGHT
    return standing(raw, matrix, annotation, orientation), orientation, seen


def _names_in(annotation: str) -> Sequence[str]:
    if not annotation:
        return ()
    return list(read_annotation(checked_path(annotation, "annotation", ANNOTATION_SUFFIXES)).index)


def _kind(found: Figures) -> tuple[str, str]:
    """What the values look like, empty where preparing would ask for a decision, and why."""
    if found.high < found.low:
        return "", "there is no value to judge by"
    try:
        kind, reason = decide_kind(found.evidence, "auto")
    except VaebioError as refusal:
        return "", f"{refusal.found}; {refusal.hint}"
    return kind, reason.removeprefix("found: ")


def _first(raw: Raw) -> Matrix:
    return canonical(raw.x[slice(0, _LOG_ROWS)])
