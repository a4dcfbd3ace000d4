"""Which column of a parquet names its rows; by the schema alone, so that the workflow can ask."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def numbers_of_rows(schema: "pa.Schema", n: int) -> range | None:
    """What pandas numbered the n rows by, without a column for it; None when they are just counted.

    A table counted from 0 is as good as nameless, a part that was cut out of one is not. Programs
    that cut without pandas leave the numbers of the whole behind.
    """
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    numbered = [one for one in index if isinstance(one, dict)]
    ranges = [range(*(one[k] for k in ("start", "stop", "step"))) for one in numbered]
    return next((r for r in ranges if len(r) == n and (r.start, r.step) != (0, 1)), None)


def names_column(schema: "pa.Schema") -> int | None:
    """Position of the column with the names of the rows; None when there is none.

    Raises
    ------
    ValueError
        When several columns together make the names.
    """
    import pyarrow.types as types

    index = (schema.pandas_metadata or {}).get("index_columns", [])
    stored = [name for name in index if isinstance(name, str)]
    if len(stored) > 1:
        raise ValueError(f"the names of its rows stand in {len(stored)} columns")
    if stored:
        return schema.names.index(stored[0])
    for i, kind in enumerate(schema.types):
        value = kind.value_type if types.is_dictionary(kind) else kind
        if types.is_string(value) or types.is_large_string(value) or types.is_string_view(value):
            return i
    return None
