"""Which attribute of a loom names its observations or features, and which describe them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py

OBSERVATION_NAMES = ("CellID", "obs_names", "cell_names", "CellName", "Barcode")
FEATURE_NAMES = ("Gene", "var_names", "gene_names", "GeneName", "Accession")


def names_key(attributes: "Mapping[str, h5py.Dataset]", known: tuple[str, ...]) -> str | None:
    """The attribute that holds the names; None when there is none."""
    return next((name for name in known if name in attributes), None)


def columns_of(attributes: "Mapping[str, h5py.Dataset]", known: tuple[str, ...]) -> list[str]:
    """Attributes with one value for each row or column; others hold embeddings, for instance."""
    key = names_key(attributes, known)
    return [name for name in attributes if len(attributes[name].shape) == 1 and name != key]
