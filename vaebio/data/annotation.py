"""The table about the observations, joined to the matrix by name."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.data.formats.anndata_files import obs_of
from vaebio.data.formats.parquet import read_table
from vaebio.data.raw import Raw
from vaebio.data.tables import MISSING, open_table
from vaebio.errors import VaebioError

_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


def read_annotation(path: Path) -> pd.DataFrame:
    """Table with the names as index; text is numbers where these say all of it, else classes.

    Raises
    ------
    VaebioError
        When the file is no table, or a row or column name stands twice.
    """
    suffix = path.suffix.lower()
    if suffix not in (".parquet", ".h5ad"):
        return _of_text(path)
    table = read_table(path) if suffix == ".parquet" else obs_of(path)
    _refuse_repeated(list(table.index), "row", path)
    _refuse_repeated(list(table.columns), "column", path)
    return table


def _of_text(path: Path) -> pd.DataFrame:
    columns, rows = open_table(path)
    rows = list(rows)
    _refuse_repeated([row.name for row in rows], "row", path)
    _refuse_repeated([name for name in columns if name], "column", path)
    content = {
        name: _typed([row.fields[i].strip() for row in rows])
        for i, name in enumerate(columns)
        if name  # spreadsheets leave empty columns at the right
    }
    return pd.DataFrame(content, index=pd.Index([row.name for row in rows], dtype=object))


def join(raw: Raw, table: pd.DataFrame, path: Path) -> str:
    """Add the columns of the table to the observations in place; they replace those of equal name.

    A warning is added when the two may count the observations from different numbers.

    Returns
    -------
    A sentence with the numbers of matched rows.

    Raises
    ------
    VaebioError
        When an observation has no row.
    """
    n = len(raw.obs)
    missing = raw.obs.index.difference(table.index, sort=False)
    if len(missing) == n:
        raise _nothing_matches(raw, table, path)
    if len(missing):
        raise VaebioError(
            found=f"{len(missing):,} of {n:,} observations have no row in {path}, "
            f"for example `{missing[0]}`",
            expected="one row for every observation, with its name in the first column",
            hint="add the rows, or take these observations out of the matrix",
        )
    if "0" in table.index and list(raw.obs.index) == [f"{i}" for i in range(1, n + 1)]:
        raw.warnings.append(
            f"The observations are named 1 to {n:,}, and {path} has a row `0` as well: if it "
            "counts them from 0, each has got the row of its neighbour; then name them alike."
        )
    replaced = [name for name in table.columns if name in raw.obs.columns]
    raw.obs = raw.obs.drop(columns=replaced).join(table.loc[raw.obs.index])
    sentence = f"Joined {table.shape[1]} columns of {path} to all {n:,} observations"
    if len(table) > n:
        sentence += f"; {len(table) - n:,} of its rows match no observation"
    if replaced:
        sentence += f"; it replaced the matrix's own {', '.join(replaced)}"
    return sentence + "."


def _typed(fields: list[str]) -> np.ndarray | pd.Categorical:
    """Numbers where these say all that was written, else classes."""
    values = pd.Series([None if field in MISSING else field for field in fields], dtype=object)
    written = values.dropna().unique()
    if not _are_numbers(written):
        return pd.Categorical(values)
    return pd.to_numeric(values).to_numpy()


def _are_numbers(written: np.ndarray) -> bool:
    """Whether different texts are different numbers, written as numbers are.

    Whole numbers have one way: `01`, `1e2` and `1.0` beside `1` are names. With fractions among
    them it is a measurement, of which the ends may differ (`7` and `7.5`; `0.50` and `0.25`, but
    not `1.10` and `1.2`, which look like versions).
    """
    if not all(_NUMBER.fullmatch(text) for text in written):
        return False
    numbers = [float(text) for text in written]
    if all(number.is_integer() for number in numbers):
        return all(map(_WHOLE.fullmatch, written)) or all(str(float(t)) == t for t in written)
    decimals = {len(text.partition(".")[2]) for text in written}
    padded = any("." in text and text.endswith("0") for text in written)
    return len(set(numbers)) == len(numbers) and (len(decimals) == 1 or not padded)


def _refuse_repeated(names: list[str], what: str, path: Path) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise VaebioError(
            found=f"the {what} name `{repeated[0]}` stands more than once in {path}"
            + (f" ({len(repeated):,} such names)" if len(repeated) > 1 else ""),
            expected=f"every {what} name once",
            hint="rename or remove the repeated ones",
        )


def _nothing_matches(raw: Raw, table: pd.DataFrame, path: Path) -> VaebioError:
    features = table.index.isin(raw.var.index).sum()
    fitting = [name for name in table if table[name].astype(str).isin(raw.obs.index).any()]
    hint = "make the names equal; they are compared letter by letter"
    if features:
        hint = (
            f"{features:,} of them are names of features: the matrix lies the other way, so "
            "change `orientation`"
        )
    elif fitting:
        hint = f"the names stand in the column `{fitting[0]}`: move it to the front"
    return VaebioError(
        found=f"none of the {len(table):,} row names of {path} (`{table.index[0]}`, ...) is the "
        f"name of an observation (`{raw.obs.index[0]}`, ...)",
        expected="one row for every observation, with its name in the first column",
        hint=hint,
    )
