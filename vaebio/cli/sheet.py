"""One more row in a sheet of data sets."""

import csv
import io
from pathlib import Path

from vaebio.configuration import check_name, read_rows
from vaebio.errors import VaebioError
from vaebio.settings import Dataset


def with_row(sheet: Path, row: Dataset) -> str:
    """Text of a sheet with a row at its end; of a new sheet when there is none.

    Raises
    ------
    VaebioError
        When the sheet cannot be read, has another row of that name or one that differs in capitals
        alone, or lacks a column for the row.
    """
    fields = row.model_dump()
    if not sheet.exists():
        check_name(row.name, {}, f"{sheet}")
        return _text([list(fields), list(fields.values())])
    known = read_rows(sheet)
    before = sheet.read_text(encoding="utf-8-sig")
    if known.get(row.name) == row:
        return before
    if row.name in known:
        raise _taken(sheet, known[row.name], row)
    check_name(row.name, known, f"{sheet}")
    line = next(csv.reader(before.splitlines(), delimiter="\t"))
    header = [column.strip() for column in line]
    _refuse_narrow(sheet, header, row)
    ended = before if before.endswith("\n") else before + "\n"
    return ended + _text([[fields.get(column, "") for column in header]])


def _taken(sheet: Path, known: Dataset, row: Dataset) -> VaebioError:
    differs = next(key for key, value in row if getattr(known, key) != value)
    return VaebioError(
        found=f"{sheet} has a data set `{row.name}` already, with another {differs} "
        f"(`{getattr(known, differs)}`, not `{getattr(row, differs)}`)",
        expected="every data set with a name of its own",
        hint="choose another name with --name, or take the row out of the sheet",
    )


def _refuse_narrow(sheet: Path, header: list[str], row: Dataset) -> None:
    for column, field in Dataset.model_fields.items():
        value = getattr(row, column)
        if column not in header and value != field.default:
            raise VaebioError(
                found=f"{sheet} has no column `{column}`, which has to hold `{value}`",
                expected=f"the columns {', '.join(Dataset.model_fields)}, separated by tabs",
                hint=f"add `{column}` at the end of its first line, or choose another --folder",
            )


def _text(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter="\t", lineterminator="\n").writerows(rows)
    return stream.getvalue()
