"""What was done to the values as plain facts, from which a report makes its sentences."""

from typing import TYPE_CHECKING, Any

import numpy as np

from vaebio.data.choose import Choice
from vaebio.data.fill import Filling
from vaebio.data.predefined import WORDS
from vaebio.data.raw import Raw
from vaebio.data.survey import Survey

if TYPE_CHECKING:
    from vaebio.settings import Split


def account(raw: Raw, survey: Survey, choice: Choice, filling: Filling) -> dict[str, Any]:
    """Facts of a preparation, as it ran.

    Returns
    -------
    `reading`: sentences on what was taken of the file. `validation_taken`: whether validation was
    taken from the train observations of a column. `least`: fewest detected features of an
    observation that stays, and `uncounted` the observations dropped beside those: without a count,
    or a measured value, in the features that stay. `some_missing`: whether a value of any feature
    was. `passed`: features that
    passed the filter, `candidates` those of them that vary, `selection` the measure by which some
    were chosen (empty: all stayed) and `selection_note` a sentence when it was no ordinary one.
    `missing` and `missing_share`: of the chosen features.
    """
    size = np.count_nonzero(filling.kept) * len(choice.features)
    return {
        # The first sentence is on the whole file, whose sizes stand elsewhere.
        "reading": np.array(raw.steps[1:], dtype=object),
        "validation_taken": _validation_taken(raw, survey.settings.split),
        "least": survey.least,
        "uncounted": int(np.count_nonzero(survey.enough & ~filling.kept)),
        "some_missing": bool(survey.missing.any()),
        "passed": len(choice.total_features),
        "candidates": choice.candidates,
        "selection": choice.measure,
        "selection_note": choice.note,
        "missing": filling.missing,
        "missing_share": filling.missing / size,
    }


def _validation_taken(raw: Raw, settings: "Split") -> bool:
    if settings.by != "column":
        return False
    words = raw.obs[settings.column].astype(str).str.strip().str.lower().unique()
    return "validation" not in {WORDS.get(word) for word in words}
