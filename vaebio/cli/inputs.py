"""A prepared data set as the verbs read it, refused in the user's words when it is not whole."""

from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from anndata import AnnData

    from vaebio.training.inputs import Inputs
    from vaebio.training.suitable import Facts


def read_prepared(path: Path) -> "AnnData":
    """A prepared data set."""
    import anndata

    try:
        adata = anndata.read_h5ad(path)
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


def inputs_of(adata: "AnnData") -> "Inputs":
    """All observations of a prepared data set, as the models get them."""
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
    )


def facts_of(adata: "AnnData") -> "Facts":
    """What decides which likelihood can have produced a prepared data set."""
    from vaebio.training.suitable import Facts

    low, high = (_extreme(adata, way) for way in ("min", "max"))
    return Facts(
        name=str(adata.uns["vaebio"]["name"]),
        counts="counts" in adata.layers,
        low=low[0],
        high=high[0],
        lowest=low[1],
        highest=high[1],
    )


def _extreme(adata: "AnnData", way: str) -> tuple[float, str]:
    """Smallest or largest value and the feature it stands in."""
    by_feature = getattr(adata.X, way)(axis=0)
    if hasattr(by_feature, "toarray"):
        by_feature = by_feature.toarray().ravel()
    at = getattr(by_feature, f"arg{way}")()
    return float(by_feature[at]), str(adata.var_names[at])
