"""A prepared data set as the verbs read it, refused in the user's words when it is not whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from anndata import AnnData
    from numpy.typing import NDArray

    from vaebio.training.inputs import Inputs
    from vaebio.training.suitable import Facts

ROWS_TIMES_FEATURES = 2**25
"""Numbers looked at together, were they dense."""


def read_prepared(path: Path) -> "AnnData":
    """A prepared data set, its values mapped from the file."""
    from vaebio.data.mapped import read_mapped

    try:
        adata = read_mapped(path)
    except (OSError, KeyError) as error:
        raise VaebioError(
            found=f"{path} cannot be read: {error}",
            expected="the prepared.h5ad that `vaebio prepare` writes",
            hint="run `vaebio prepare` again",
        ) from None
    if "vaebio" not in adata.uns or "split" not in adata.obs:
        raise VaebioError(
            found=f"{path} is an h5ad, but not one that `vaebio prepare` wrote",
            expected="`uns['vaebio']` and `obs['split']` in it",
            hint="run `vaebio prepare` on it first",
        )
    return adata


def inputs_of(adata: "AnnData", *, ignore_imputed: bool = True) -> "Inputs":
    """All observations of a prepared data set, as the models get them.

    With `ignore_imputed`, values that were filled in reach the encoder but have no say in any
    error.
    """
    from vaebio.data.constants import Preparation
    from vaebio.training.inputs import Inputs

    constants = Preparation.of(adata)
    counted = "counts" in adata.layers
    return Inputs(
        values=adata.X,
        mean=constants.mean,
        scale=constants.scale,
        clip=constants.clip,
        counts=adata.layers["counts"] if counted else None,
        size=adata.obs["total"].to_numpy(float) / constants.target_total if counted else None,
        batch=adata.obs[constants.batch].cat.codes.to_numpy(int) if constants.batch else None,
        imputed=adata.layers.get("imputed") if ignore_imputed else None,
    )


def by_split(
    adata: "AnnData", splits: Sequence[str], *, ignore_imputed: bool = True
) -> "dict[str, Inputs]":
    """The same, split by split."""
    everything = inputs_of(adata, ignore_imputed=ignore_imputed)
    return {name: everything.take((adata.obs["split"] == name).to_numpy()) for name in splits}


def facts_of(adata: "AnnData") -> "Facts":
    """What decides which likelihood can have produced a prepared data set."""
    from vaebio.training.suitable import Facts

    low, high = _extremes(adata)
    at = low.argmin(), high.argmax()
    return Facts(
        name=str(adata.uns["vaebio"]["name"]),
        counts="counts" in adata.layers,
        low=float(low[at[0]]),
        high=float(high[at[1]]),
        lowest=str(adata.var_names[at[0]]),
        highest=str(adata.var_names[at[1]]),
    )


def _extremes(adata: "AnnData") -> "tuple[NDArray, NDArray]":
    """(feature,) smallest and largest value, a part of the observations at a time."""
    import numpy as np

    size = max(1, ROWS_TIMES_FEATURES // adata.n_vars)
    found = []
    for start in range(0, adata.n_obs, size):
        part = adata.X[start : start + size]
        both = part.min(axis=0), part.max(axis=0)
        found.append([b.toarray().ravel() if hasattr(b, "toarray") else b for b in both])
    low, high = zip(*found, strict=True)
    return np.min(low, axis=0), np.max(high, axis=0)
