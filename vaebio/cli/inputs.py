"""Files that several verbs read, refused in the user's words when they are not whole."""

from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from anndata import AnnData


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
