"""What a raw data set must be before anything is learned from it; refused in the user's words."""

from typing import TYPE_CHECKING

import numpy as np

from vaebio.data.columns import no_column
from vaebio.data.matrix import Matrix, position, stored
from vaebio.data.tables import MISSING
from vaebio.errors import VaebioError
from vaebio.terms import SPLITS

if TYPE_CHECKING:
    import pandas as pd

    from vaebio.data.raw import Raw
    from vaebio.data.survey import Survey
    from vaebio.settings import Prepare

FEWEST_OBSERVATIONS = 10
OWN_COLUMNS = ("split", "total")
"""Columns about the observations that preparing adds."""


def usable(raw: "Raw") -> None:
    """Refuse a matrix that is empty, holds no numbers or has repeated names."""
    if 0 in raw.shape:
        raise VaebioError(
            found=f"a matrix of {raw.shape[0]} observations x {raw.shape[1]} features",
            expected="at least one of each",
            hint="check how the file was written",
        )
    if raw.x.dtype.kind not in "biuf":
        raise VaebioError(
            found=f"values of the type {raw.x.dtype}",
            expected="numbers",
            hint="write the matrix again with numbers alone",
        )
    unique_names(raw)


def unique_names(raw: "Raw") -> None:
    """Refuse repeated names of observations or features."""
    for what, names in (("observation", raw.obs.index), ("feature", raw.var.index)):
        if not names.is_unique:
            raise VaebioError(
                found=f"the {what} name `{names[names.duplicated()][0]}` stands more than once",
                expected=f"every {what} with a name of its own",
                hint="rename the repeated ones",
            )


def enough_observations(n: int, when: str) -> None:
    """Refuse fewer observations than any split could use; `when` ends the sentence."""
    if n < FEWEST_OBSERVATIONS:
        raise VaebioError(
            found=f"{n} observations {when}",
            expected=f"at least {FEWEST_OBSERVATIONS}; for a useful model some hundred",
            hint="lower `prepare.min_features` when the filter took them; when the matrix has its "
            "features in rows, change `orientation`",
        )


def every_split(split: np.ndarray) -> None:
    """Refuse a (observation,) split that the filters left without train, validation or test."""
    for name in SPLITS:
        if name not in split:
            raise VaebioError(
                found=f"no {name} observation is left after the filters",
                expected="at least one observation in each of train, validation and test",
                hint=f"lower `prepare.min_features`, or raise `prepare.split.{name}`",
            )


def fillable(survey: "Survey", missing: int, settings: "Prepare") -> None:
    """Refuse missing values, so many of the chosen features, that the settings do not fill."""
    if not missing:
        return
    if settings.impute == "none":
        where = survey.evidence.where_missing or "a value that is 0, of kind `intensity`"
        raise VaebioError(
            found=f"{missing:,} missing values in the features to keep; the "
            f"first of the matrix is in {where}",
            expected="a number everywhere, as `prepare.impute` is none",
            hint="set it to auto, or lower `prepare.max_missing` to drop the features with them",
        )
    if settings.impute == "half_minimum" and survey.kind != "intensity":
        raise VaebioError(
            found=f"`prepare.impute: half_minimum`, but the values are of kind `{survey.kind}`",
            expected="auto, median or knn: half of the least intensity is for intensities",
            hint="set kind to `intensity` when these are intensities, not their logarithms",
        )


def scalable(scale: "pd.Series") -> None:
    """Refuse a feature of which the values on train became one and the same."""
    if (scale == 0).any():
        raise VaebioError(
            found=f"the feature `{scale.index[scale == 0][0]}` has one and the same value in every "
            "train observation after normalisation",
            expected="features that vary",
            hint="take the feature out; there may be too few features to make a total",
        )


def classes(obs: "pd.DataFrame", role: str, column: str) -> np.ndarray | None:
    """(observation,) values of a column such as the label as text; None when none is named.

    Raises
    ------
    VaebioError
        When the column does not exist or an observation has no value in it.
    """
    if not column:
        return None
    if column not in obs.columns:
        raise no_column(role, column, list(obs.columns), "the columns about the observations")
    if role in ("label", "batch") and column in OWN_COLUMNS:
        raise VaebioError(
            found=f"the {role} column is called `{column}`",
            expected=f"another name than {', '.join(OWN_COLUMNS)}, which preparing gives away",
            hint=f"rename the column, for instance to `{role}_{column}`",
        )
    values = obs[column]
    text = values.astype(str).str.strip()
    missing = (values.isna() | text.isin(MISSING)).to_numpy()
    if missing.any():
        raise VaebioError(
            found=f"{missing.sum():,} of {len(obs):,} observations have no {role} in `{column}`, "
            f"for example `{obs.index[missing][0]}`",
            expected=f"a {role} for every observation",
            hint=f"name the {role} of these (for instance `unknown`), take them out, or leave "
            f"{role} empty"
            if role != "split"
            else f"write one of {', '.join(SPLITS)} for these, or take them out",
        )
    return text.to_numpy(dtype=str)


def finite(values: Matrix, rows: "pd.Index", columns: "pd.Index") -> None:
    """Refuse values that are infinite in single precision; missing ones pass.

    Parameters
    ----------
    values
        (row, column) values.
    rows, columns
        Their names.
    """
    kept = stored(values)
    limit = np.finfo(np.float32).max
    # An extreme is NaN where a value is missing, and then says nothing.
    if kept.dtype.kind != "f" or (kept.max(initial=0) <= limit and kept.min(initial=0) >= -limit):
        return
    infinite = np.abs(kept) > limit
    if infinite.any():
        row, column = position(values, int(np.argmax(infinite)))
        raise VaebioError(
            found=f"{np.count_nonzero(infinite):,} infinite values, the first in observation "
            f"`{rows[row]}`, feature `{columns[column]}`",
            expected="a finite number everywhere",
            hint="look for a division by 0 or a logarithm of 0; numbers beyond 3e38 count as "
            "infinite too",
        )
