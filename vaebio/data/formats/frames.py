"""What a file says about its observations or features, as anndata has written it over the years."""

import warnings

import numpy as np
import pandas as pd
from anndata import OldFormatWarning
from anndata.io import read_elem

from vaebio.data.formats.stored import Element, text_of


def frame(group: Element, key: str) -> pd.DataFrame:
    """Table `key` of an open HDF5 or zarr group, its index the names as text.

    Raises
    ------
    KeyError, ValueError, TypeError
        When there is no such table.
    """
    element = group[key]
    if not hasattr(element, "keys"):
        table = _of_records(element, group["uns"] if "uns" in group else {})
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OldFormatWarning)
            table = read_elem(element)
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"`{key}` is no table")
    return table.set_axis(named(table.index))


def named(names: pd.Index) -> pd.Index:
    """A nameless index of text: some writers number the rows."""
    return names.astype(str).rename(None)


def _of_records(array: Element, uns: Element) -> pd.DataFrame:
    """A table of before anndata 0.7: an array of records, and categories elsewhere in the file."""
    records = array[()]
    names, *columns = records.dtype.names
    content = {name: _column(records[name], name, uns) for name in columns}
    return pd.DataFrame(content, index=pd.Index(_decoded(records[names])))


def _column(values: np.ndarray, name: str, uns: Element) -> np.ndarray | pd.Categorical:
    key = f"{name}_categories"
    if key in uns and values.dtype.kind in "iu":
        # Observations and features share these, so they may be those of the other's column.
        categories = _decoded(np.atleast_1d(uns[key][()]))
        if values.max(initial=-1) < len(categories):
            return pd.Categorical.from_codes(values, categories)
    return _decoded(values)


def _decoded(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "SOU":
        return values.astype(values.dtype.newbyteorder("="))
    return np.array([text_of(value) for value in values], dtype=object)
