"""Observations of which none of the features that were chosen was measured."""

from typing import TYPE_CHECKING

import numpy as np

from vaebio.data.matrix import dense
from vaebio.data.transformed import transformed

if TYPE_CHECKING:
    from vaebio.data.raw import Raw
    from vaebio.data.survey import Survey, Watch


def blank(raw: "Raw", survey: "Survey", features: np.ndarray, watch: "Watch") -> np.ndarray:
    """(observation,) whether an observation passed the filter, but has no value in the features.

    All a model would see of it is what was filled in, and its error would be 0 whatever is made
    of it. The values are passed over only when some observation lacks enough of them.

    Parameters
    ----------
    features
        (feature,) positions of those that were chosen.
    """
    suspects = survey.enough & (survey.absent >= len(features))
    found = np.zeros_like(suspects)
    if not suspects.any():
        return found
    for rows, values in watch("Looking for observations without values", len(found), raw.chunks()):
        here = np.flatnonzero(suspects[rows])
        if len(here):
            part = dense(transformed(values[here][:, features], survey.transform))
            found[rows.start + here] = np.isnan(part).all(axis=1)
    return found
