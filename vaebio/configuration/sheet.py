"""The sheet of data sets, read and checked row by row."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from vaebio.configuration.validated import validated
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import BUILTIN, Dataset

PAGES = ("report.html", "cases.html", "compare.log", "cases.log")
"""Files beside the folders of the data sets, in `results` and in `logs`."""


def read_sheet(path: Path) -> dict[str, Dataset]:
    """Rows of the sheet of data sets by name, in the order of the sheet.

    Raises
    ------
    VaebioError
        When the sheet, a column, or a file it names is missing, or a name stands twice.
    """
    if not path.is_file():
        raise VaebioError(
            found=f"no sheet of data sets at {path.absolute()}",
            expected="a tab-separated file with the columns name and matrix",
            hint="set `datasets:` in the settings to its path",
        )
    sheet = read_rows(path)
    if not sheet:
        raise VaebioError(
            found=f"{path} has no rows", expected="one row per data set", hint="add a row"
        )
    return sheet


def read_rows(path: Path) -> dict[str, Dataset]:
    """The same of a file that is there and may have a header alone."""
    sheet: dict[str, Dataset] = {}
    for line, row in _rows(path):
        dataset = validated(Dataset, row, f"{path}, line {line}")
        check_name(dataset.name, sheet, f"{path} (line {line})")
        _check_files(dataset, path)
        sheet[dataset.name] = dataset
    return sheet


def check_name(name: str, sheet: Mapping[str, Dataset], where: str) -> None:
    """Refuse a name whose results would lie where others do."""
    if name in sheet:
        raise VaebioError(
            found=f"the name `{name}` stands twice in {where}",
            expected="every data set with a name of its own",
            hint="rename one of them",
        )
    alike = next((other for other in sheet if other.lower() == name.lower()), None)
    if alike:
        raise VaebioError(
            found=f"the names `{alike}` and `{name}` differ in capitals alone in {where}",
            expected="names of their own also where the file system ignores capitals",
            hint="rename one of them",
        )
    if name in PAGES:
        raise VaebioError(
            found=f"the name `{name}` in {where}, which a file of all data sets has",
            expected=f"another name than {', '.join(PAGES)}",
            hint="rename it",
        )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields that say something of every row that has any."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if "\0" in text:
            raise UnicodeError
        reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
        columns = [name.strip() for name in next(reader, [])]
        _check_columns([name for name in columns if name], path)
        for fields in reader:
            row = _row([field.strip() for field in fields], columns, path, reader.line_num)
            if row:
                yield reader.line_num, row
    except UnicodeError:
        raise VaebioError(
            found=f"{path} is not UTF-8 text",
            expected="a tab-separated text file in UTF-8",
            hint="in a spreadsheet, export it as text with tabs in UTF-8",
        ) from None
    except csv.Error as error:
        raise _unclosed(path, f"{error}") from None


def _row(fields: list[str], columns: list[str], path: Path, line: int) -> dict[str, str]:
    """Fields by column; spreadsheets leave empty ones at the right, with and without a column."""
    if any("\n" in field or "\r" in field for field in fields):
        raise _unclosed(path, f"a field over several lines, the last is line {line}")
    names = columns + [""] * (len(fields) - len(columns))
    nameless = [field for name, field in zip(names, fields, strict=False) if field and not name]
    if nameless:
        raise VaebioError(
            found=f"line {line} of {path} has more fields than the header ({nameless[0]!r})",
            expected="as many tab-separated fields as columns",
            hint="name the column, or remove the field",
        )
    return {name: field for name, field in zip(names, fields, strict=False) if field}


def _unclosed(path: Path, found: str) -> VaebioError:
    return VaebioError(
        found=f"{path} is no sheet: {found}",
        expected="a text file with one row per line",
        hint="look for a quotation mark that is never closed",
    )


def _check_columns(columns: list[str], path: Path) -> None:
    known = list(Dataset.model_fields)
    for column in columns:
        if column not in known:
            raise VaebioError(
                found=f"unknown column `{column}` in {path}",
                expected=f"columns {', '.join(known)}, separated by tabs",
                hint=did_you_mean(column, known, "remove the column"),
            )
        if columns.count(column) > 1:
            raise VaebioError(
                found=f"the column `{column}` stands more than once in {path}",
                expected="every column once",
                hint="remove one of them",
            )
    missing = [c for c in ("name", "matrix") if c not in columns]
    if missing:
        raise VaebioError(
            found=f"{path} has no column `{missing[0]}`",
            expected="a header line with at least name and matrix, separated by tabs",
            hint="see config/README.md",
        )


def _check_files(dataset: Dataset, sheet: Path) -> None:
    for column in ("matrix", "annotation"):
        value = getattr(dataset, column)
        if not value or value.startswith(BUILTIN) or Path(value).exists():
            continue
        folder = Path(value).parent
        siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        raise VaebioError(
            found=f"no file {Path(value).absolute()}, the {column} of `{dataset.name}` in {sheet}",
            expected="an existing file; paths are relative to the folder snakemake is started in",
            hint=did_you_mean(Path(value).name, siblings, "check the path"),
        )
