"""What a raw data set must be before anything is learned from it; refused in the user's words."""

from typing import TYPE_CHECKING, get_args

import numpy as np

from vaebio.data.columns import no_column
from vaebio.data.matrix import Matrix, canonical, position, stored
from vaebio.data.tables import MISSING
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Kind
from vaebio.terms import SPLITS

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

FEWEST_OBSERVATIONS = 10
OWN_COLUMNS = ("split", "total")
"""Columns about the observations that preparing adds."""

_LARGEST_COUNT = 2**53  # float64 holds every whole number up to here
_HANDLED = ("counts", "continuous")
_INSTEAD = {
    "intensity": "take the logarithm of the intensities, fill or drop what is missing, and set "
    "kind to `continuous`",
    "fraction": "fractions can go in as they are with kind `continuous`",
    "binary": "zeros and ones can go in with kind `continuous`",
}


def checked_values(adata: "AnnData") -> Matrix:
    """Values of X in canonical form.

    Returns
    -------
    (observation, feature), dense or CSR; finite numbers, also in single precision.

    Raises
    ------
    VaebioError
        For an empty matrix, repeated names, and values that are no finite numbers.
    """
    if 0 in adata.shape:
        raise VaebioError(
            found=f"a matrix of {adata.n_obs} observations x {adata.n_vars} features",
            expected="at least one of each",
            hint="check how the file was written",
        )
    if adata.X.dtype.kind not in "biuf":
        raise VaebioError(
            found=f"values of the type {adata.X.dtype}",
            expected="numbers",
            hint="write the matrix again with numbers alone",
        )
    unique_names(adata)
    values = canonical(adata.X)
    _refuse_unusable(adata, values)
    return values


def unique_names(adata: "AnnData") -> None:
    """Refuse repeated names of observations or features."""
    for what, names in (("observation", adata.obs_names), ("feature", adata.var_names)):
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


def decide_kind(values: Matrix, kind: str) -> tuple[str, str]:
    """The kind to treat the values as, and why.

    Parameters
    ----------
    values
        (observation, feature), finite.
    kind
        As the user declared it; `auto` takes non-negative whole numbers for counts.

    Returns
    -------
    "counts" or "continuous", and the reason as a phrase.

    Raises
    ------
    VaebioError
        For a kind that is unknown or not handled, and for counts that are none.
    """
    if kind not in get_args(Kind):
        raise VaebioError(
            found=f"kind `{kind}`",
            expected=f"one of {', '.join(get_args(Kind))}",
            hint=did_you_mean(kind, get_args(Kind), "leave it at auto"),
        )
    if kind in _INSTEAD:
        raise VaebioError(
            found=f"kind `{kind}`",
            expected=f"{' or '.join(_HANDLED)}: this version handles these alone",
            hint=_INSTEAD[kind],
        )
    if kind == "continuous":
        return kind, "declared"
    flaw = _unlike_counts(values)
    if kind == "counts":
        if flaw:
            raise VaebioError(
                found=f"kind `counts`, but {flaw}",
                expected="non-negative whole numbers",
                hint="set kind to `continuous` for transformed values; round expected counts",
            )
        return kind, "declared, and every value is a non-negative whole number"
    if flaw:
        return "continuous", f"found: {flaw}"
    return "counts", "found: every value is a non-negative whole number"


def classes(obs: "pd.DataFrame", role: str, column: str) -> np.ndarray | None:
    """(observation,) values of the label or batch column as text; None when no column is named.

    Raises
    ------
    VaebioError
        When the column does not exist or an observation has no value in it.
    """
    if not column:
        return None
    if column not in obs.columns:
        raise no_column(role, column, list(obs.columns), "the columns about the observations")
    if column in OWN_COLUMNS:
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
            hint=f"name the class of these (for instance `unknown`), take them out, or leave "
            f"{role} empty",
        )
    return text.to_numpy(dtype=str)


def _refuse_unusable(adata: "AnnData", values: Matrix) -> None:
    """Refuse values that are missing or infinite in single precision."""
    kept = stored(values)
    _refuse_where(
        np.isnan(kept),
        "missing values (NaN)",
        "this version does not fill them in: do so, or drop the features or observations with them",
        adata,
        values,
    )
    _refuse_where(
        np.abs(kept) > np.finfo(np.float32).max,
        "infinite values",
        "look for a division by 0 or a logarithm of 0; numbers beyond 3e38 count as infinite too",
        adata,
        values,
    )


def _refuse_where(bad: np.ndarray, what: str, hint: str, adata: "AnnData", values: Matrix) -> None:
    if not bad.any():
        return
    row, column = position(values, int(np.argmax(bad)))
    raise VaebioError(
        found=f"{np.count_nonzero(bad):,} {what}, the first in observation "
        f"`{adata.obs_names[row]}`, feature `{adata.var_names[column]}`",
        expected="a finite number everywhere",
        hint=hint,
    )


def _unlike_counts(values: Matrix) -> str | None:
    """What keeps the values from being counts, as a phrase; None when nothing does."""
    kept = stored(values)
    negative = np.count_nonzero(kept < 0)
    if negative:
        return f"{negative:,} values are negative (for instance {kept[kept < 0][0]:g})"
    if kept.max(initial=0) > _LARGEST_COUNT:
        return f"values go up to {kept.max():g}, beyond what can be counted exactly"
    if kept.dtype.kind != "f":
        return None
    broken = kept != np.rint(kept)
    if broken.any():
        n = values.shape[0] * values.shape[1]
        return (
            f"{np.count_nonzero(broken):,} of {n:,} values are not whole numbers "
            f"(for instance {kept[broken][0]:g})"
        )
    return None
