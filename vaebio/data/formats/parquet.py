"""parquet: a table with a column for each feature, and one with the names of the rows."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vaebio.data.formats.parquet_names import names_column, numbers_of_rows
from vaebio.data.formats.row_numbers import RowNumbers
from vaebio.data.formats.stored import gathered
from vaebio.data.formats.wanted import Wanted
from vaebio.data.raw import CHUNK_NUMBERS, Raw
from vaebio.data.sources import PARQUET, reading
from vaebio.errors import VaebioError

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a .parquet; names are its index, or else its first column of text."""
    from pyarrow.parquet import ParquetFile

    with reading(path, PARQUET), ParquetFile(path) as file:
        schema = file.schema_arrow
        at = names_column(schema)
        features = [i for i in range(len(schema)) if i != at]
        _refuse_text(schema, features, path)
        columns = schema.names
        numbered = RowNumbers([columns[i] for i in features])
        names, blocks = [], []
        for batch in file.iter_batches(max(1, CHUNK_NUMBERS // max(1, len(features)))):
            names += [] if at is None else map(str, batch.column(at).to_pylist())
            blocks.append(_numbers(batch, features))
            numbered.add(blocks[-1])
        numbered.refuse(path)
        x = gathered(blocks or [np.empty((0, len(features)))])
    var = pd.DataFrame(index=pd.Index(numbered.names, dtype=object))
    cautions = numbered.cautions(path)
    if at is None and (numbers := numbers_of_rows(schema, x.shape[0])):
        names = [f"{n}" for n in numbers]
    elif at is None:
        names = [f"{n}" for n in range(1, x.shape[0] + 1)]
        cautions += [f"No column of {path} holds names, so the rows are numbered from 1."]
    return Raw(pd.DataFrame(index=pd.Index(names, dtype=object)), var, x, warnings=cautions)


def read_table(path: Path) -> pd.DataFrame:
    """Table about observations: names of rows as its index, text as classes."""
    from pyarrow.parquet import ParquetFile

    with reading(path, PARQUET), ParquetFile(path) as file:
        at = names_column(file.schema_arrow)
        if at is None:
            raise VaebioError(
                found=f"no column of {path} holds names",
                expected="the names of the observations as its index or in a column of text",
                hint="write the table again with the names in the first column",
            )
        table = file.read().to_pandas(ignore_metadata=True)
    name = table.columns[at]
    content = table.drop(columns=name).set_axis(pd.Index(table[name].astype(str), name=None))
    return content.apply(lambda c: c.astype("category") if c.dtype == object else c)


def _refuse_text(schema: "pa.Schema", features: list[int], path: Path) -> None:
    import pyarrow.types as types

    numeric = types.is_integer, types.is_floating, types.is_boolean, types.is_decimal, types.is_null
    kinds = schema.types  # a new list each time it is asked for
    for i in features:
        if not any(is_kind(kinds[i]) for is_kind in numeric):
            raise VaebioError(
                found=f"the column `{schema.names[i]}` of {path} holds {kinds[i]}",
                expected="numbers in every column but the one with the names",
                hint="move columns of text to a table of their own and give that as annotation",
            )


def _numbers(batch: "pa.RecordBatch", features: list[int]) -> np.ndarray:
    """(row, feature) values; NaN where there is none."""
    import pyarrow as pa

    kinds = batch.schema.types
    single = all(kinds[i] in (pa.float32(), pa.float16()) for i in features)
    kind = pa.float32() if single else pa.float64()
    block = np.empty((batch.num_rows, len(features)), kind.to_pandas_dtype())
    for place, i in enumerate(features):
        column = batch.column(i)
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.uint8())
        block[:, place] = column.cast(kind, safe=False).to_numpy(zero_copy_only=False)
    return block
