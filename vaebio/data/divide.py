"""How the settings divide the observations: by label, whole groups, batches, or a column."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vaebio.data import check, say
from vaebio.data.predefined import predefined
from vaebio.data.split import assign, told
from vaebio.errors import VaebioError

if TYPE_CHECKING:
    import pandas as pd

    from vaebio.settings import Split

    Classes = Mapping[str, np.ndarray | None]


def divided(
    obs: "pd.DataFrame", columns: Mapping[str, str], known: "Classes", settings: "Split"
) -> tuple[np.ndarray, list[str]]:
    """Split of each observation, and sentences about it; values of features have no say.

    Parameters
    ----------
    obs
        What is known of the observations.
    columns, known
        Name and (observation,) values of the `label` and the `batch`, empty and None where there
        is none.

    Raises
    ------
    VaebioError
        When a column is missing or cannot divide the observations.
    """
    labels, groups = known["label"], _groups(obs, columns, known, settings)
    shares = (settings.train, settings.validation, settings.test)
    if settings.by == "column":
        values = check.classes(obs, "split", settings.column)
        split, found = predefined(
            values, settings.column, labels=labels, shares=shares, seed=settings.seed, groups=groups
        )
        return split, [*found, say.split(split, f"as `{settings.column}` says")]
    split = assign(labels, len(obs), shares, settings.seed, groups)
    how = [f"stratified by `{columns['label']}`"] if columns["label"] else []
    if groups is not None:
        how.append(f"in whole groups of `{settings.group or columns['batch']}`")
    sentences = told(split, labels, groups)
    return split, [say.split(split, ", ".join(how) or "at random"), *sentences]


def _groups(
    obs: "pd.DataFrame", columns: Mapping[str, str], known: "Classes", settings: "Split"
) -> np.ndarray | None:
    """(observation,) what must not be divided, or None."""
    if settings.by != "batch":
        return check.classes(obs, "group", settings.group)
    if not columns["batch"]:
        raise VaebioError(
            found="`prepare.split.by: batch`, but no column is named as the batch",
            expected="the column of the technical batch",
            hint="name it as `batch` in the sheet (--batch)",
        )
    return known["batch"]
