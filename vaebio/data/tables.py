"""Delimited text with row names: the one reader of csv, tsv and txt, plain or gzip.

The first column holds the row names. The header names the other columns, with a field above the
row names or without one (as R writes it). Standard library alone.
"""

import csv
import gzip
import itertools
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from vaebio.data.sources import damaged, disguise
from vaebio.errors import VaebioError

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null"})
"""Fields that say that there is no value."""

_NAMED = 12  # columns in a sentence


class Row(NamedTuple):
    """A row of a table: its last line in the file, its name and its fields without the name."""

    line: int
    name: str
    fields: list[str]


def open_table(path: Path) -> tuple[list[str], Iterator[Row]]:
    """Column names (without that of the row names) and the rows, read as they are asked for.

    Raises
    ------
    VaebioError
        For a file that is no table: cut off, a web page, without rows, with ragged rows.
    """
    records = records_of(path)
    _, header = next(records, (1, []))
    first = next(records, None)
    if first is None:
        raise VaebioError(
            found=f"{path} has {'a header but no rows' if header else 'no content'}",
            expected="a header line and one line per row",
            hint="check how the file was written",
        )
    width = len(first[1])
    glued = len(header) == 1 and any(mark in header[0] for mark in "\t;")
    if width < 2 or glued:
        raise _one_column(path, header)
    if len(header) not in (width, width - 1):
        raise _ragged(path, first[0], width, f"the header has {len(header)}")
    columns = header[1:] if len(header) == width else header
    return [name.strip() for name in columns], _rows(path, itertools.chain([first], records), width)


def numbers(row: Row, columns: list[str], path: Path) -> list[float]:
    """The fields of a row as numbers; NaN where a value is missing.

    Raises
    ------
    VaebioError
        For a field that is neither, with its line and column.
    """
    try:
        if "_" in "".join(row.fields):  # `1_2` is 12 for Python, and for nobody else
            raise ValueError
        return [*map(float, row.fields)]
    except ValueError:
        found = [_number(field) for field in row.fields]
    if None in found:
        raise _no_number(row, columns, [i for i, n in enumerate(found) if n is None], path)
    return found


def _number(field: str) -> float | None:
    """A field as a number, NaN when there is no value; None when it is neither."""
    if field.strip() in MISSING:
        return float("nan")
    try:
        return None if "_" in field else float(field)
    except ValueError:
        return None


def _no_number(row: Row, columns: list[str], where: list[int], path: Path) -> VaebioError:
    """The refusal of a row with text at some places."""
    field = row.fields[where[0]]
    more = f", and text in {len(where) - 1:,} more columns of this line" if where[1:] else ""
    return VaebioError(
        found=f"`{field[:60]}` in line {row.line} (row `{row.name}`), column "
        f"`{columns[where[0]]}` of {path}{more}",
        expected="a number in every field but the names",
        hint=_way_out(row.fields, where, columns),
    )


def _way_out(fields: list[str], where: list[int], columns: list[str]) -> str:
    """What to do about the text at some places of a row."""
    field = fields[where[0]].strip()
    if re.fullmatch(r"[-+]?\d+,\d+", field):
        return "write decimals with a point"
    if re.fullmatch(r"[-+]?\d+(_\d+)+", field):
        return f"write `{field.replace('_', '')}` if that is meant"
    if len(where) == len(fields):
        return "the whole line is text: move lines of text to a table of their own, or out"
    shown = ", ".join(f"`{columns[i]}`" for i in where[:_NAMED])
    more = f" and {len(where) - _NAMED:,} more" if len(where) > _NAMED else ""
    return (
        "correct or empty what should be a number; columns of text "
        f"({shown}{more}), and of numbers that are no measurements, go to a table of their own "
        "with the names in front, to be given as annotation"
    )


def _rows(path: Path, records: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Row]:
    for line, fields in records:
        if len(fields) != width:
            raise _ragged(path, line, len(fields), f"the lines before it have {width}")
        yield Row(line, fields[0].strip(), fields[1:])


def records_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of every line that is not blank, read as they are asked for.

    Raises
    ------
    VaebioError
        For a file that is cut off, no text, or a web page.
    """
    try:
        with _opened(path) as stream:
            top = _top(stream)
            _refuse_web_page(path, top[-1])
            lines = itertools.chain(top, stream)
            mark = _delimiter(path, top[-1])
            # Columns that are aligned with spaces have several between two fields.
            reader = csv.reader(lines, delimiter=mark, skipinitialspace=mark == " ")
            for fields in reader:
                if fields:
                    yield reader.line_num, fields
    except UnicodeDecodeError as error:
        truth = disguise(path) or f"not UTF-8 text (byte {error.start})"
        raise VaebioError(
            found=f"{path} is {truth}",
            expected="a text table in UTF-8, as the name of the file says",
            hint="give the file the name that fits its form, or save it as UTF-8 csv",
        ) from None
    except (EOFError, zlib.error, OSError, csv.Error) as error:
        form = "gzip-compressed text" if path.suffix.lower() == ".gz" else "text table"
        raise damaged(path, form, error) from None


def _top(stream: TextIO) -> list[str]:
    """Lines up to the first with something in it; one that is empty at the end of the file."""
    lines = [stream.readline()]
    while lines[-1] and not lines[-1].strip():
        lines.append(stream.readline())
    return lines


def _opened(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _delimiter(path: Path, start: str) -> str:
    """What the name of the file says; for txt the first of tab, comma, space the header holds."""
    form = path.name.lower().removesuffix(".gz")[-4:]
    if form == ".txt":
        return next((mark for mark in "\t, " if mark in start), "\t")
    return "," if form == ".csv" else "\t"


def _refuse_web_page(path: Path, start: str) -> None:
    if start.lstrip().lower().startswith(("<!doctype", "<html", "<?xml")):
        raise VaebioError(
            found=f"{path} is a web page, not a table: it begins with `{start.strip()[:40]}`",
            expected="a header line with the column names",
            hint="download the file itself, not the page that shows it",
        )


def _one_column(path: Path, header: list[str]) -> VaebioError:
    seen = next((word for mark, word in _MARKS.items() if any(mark in h for h in header)), None)
    found = f"only one column in {path}"
    return VaebioError(
        found=found + (f", but its header holds {seen}" if seen else ""),
        expected="commas between the columns of a .csv, tabs between those of a .tsv",
        hint="write the file again with the separator its name says and decimals with a point, or "
        "rename it",
    )


def _ragged(path: Path, line: int, fields: int, other: str) -> VaebioError:
    return VaebioError(
        found=f"{fields} fields in line {line} of {path}, but {other}",
        expected="as many fields in every line, and in the header as many or one fewer",
        hint="look for a line that is cut off, a separator inside a name, or a missing quote",
    )


_MARKS = {"\t": "tabs", ",": "commas", ";": "semicolons", " ": "spaces"}


def check_fields(fields: list[str], columns: list[str], line: int, path: Path) -> None:
    """Refuse a line that has not as many fields as the header."""
    if len(fields) != len(columns):
        raise VaebioError(
            found=f"{len(fields)} fields in line {line} of {path}, but the header has "
            f"{len(columns)}",
            expected="as many fields in every line",
            hint="look for a line that is cut off",
        )
