"""Settings and sheet from their files, merged and checked, or refused in the user's words."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import BUILTIN, Config, Dataset

PAGES = ("report.html", "compare.log")
"""Files beside the folders of the data sets, in `results` and in `logs`."""

SECTIONS = ("prepare", "model", "grid", "train", "evaluate", "report")


def parse_config(config: Mapping[str, Any], source: str) -> Config:
    """Check a merged configuration and its overrides.

    Parameters
    ----------
    config
        Nested mapping as read from YAML.
    source
        Where it came from, for the message.

    Raises
    ------
    VaebioError
        For a key that does not exist or a value out of range.
    """
    parsed = _validate(Config, config, source)
    _check_results(parsed.results, source)
    for name, sections in parsed.overrides.items():
        unknown = sorted(set(sections) - set(SECTIONS))
        if unknown:
            raise VaebioError(
                found=f"unknown section `overrides.{name}.{unknown[0]}` in {source}",
                expected=f"one of {', '.join(SECTIONS)}",
                hint=did_you_mean(unknown[0], SECTIONS, "remove it"),
            )
        resolve(parsed, name, source)
    return parsed


def resolve(config: Config, dataset: str, source: str = "the settings") -> Config:
    """The settings of one data set: its overrides laid over the common ones."""
    overrides = config.overrides.get(dataset, {})
    merged = _merge(config.model_dump(exclude={"overrides"}), overrides)
    return _validate(Config, merged, f"overrides.{dataset} of {source}" if overrides else source)


def read_config(path: Path) -> Config:
    """Settings from a YAML file; absent keys take their defaults."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except FileNotFoundError:
        raise VaebioError(
            found=f"no settings file {path}", expected="a YAML file", hint="check the path"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VaebioError(
            found=f"{path} is not YAML: {' '.join(str(error).split())}",
            expected="keys and values, indented with spaces",
            hint="compare with config/config.yaml; tabs are not allowed in YAML",
        ) from None
    refuse_repeated_keys(path)
    return parse_config(content, str(path))


def refuse_repeated_keys(path: Path) -> None:
    """Refuse a key that stands twice in a YAML file, of which the first would be forgotten.

    Says nothing of a file that is no YAML: whoever reads its values does.
    """
    try:
        nodes = [yaml.compose(path.read_text(encoding="utf-8-sig"))]
    except yaml.YAMLError:
        return
    seen = set()  # an alias may lead back to where it stands
    while nodes:
        node = nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif isinstance(node, yaml.MappingNode):
            _refuse_repeated([key for key, _ in node.value], path)
            nodes += [value for _, value in node.value]


def _refuse_repeated(keys: list[yaml.Node], path: Path) -> None:
    seen: dict[str, int] = {}
    for key in keys:
        line = key.start_mark.line + 1
        if str(key.value) in seen:
            raise VaebioError(
                found=f"the key `{key.value}` stands twice in {path} (lines "
                f"{seen[str(key.value)]} and {line})",
                expected="every key once in its section",
                hint="put what belongs to it in one place",
            )
        seen[str(key.value)] = line


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
    sheet: dict[str, Dataset] = {}
    for line, row in _rows(path):
        dataset = _validate(Dataset, row, f"{path}, line {line}")
        check_name(dataset.name, sheet, f"{path} (line {line})")
        _check_files(dataset, path)
        sheet[dataset.name] = dataset
    if not sheet:
        raise VaebioError(
            found=f"{path} has no rows", expected="one row per data set", hint="add a row"
        )
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


def check_overrides(config: Config, sheet: Mapping[str, Dataset]) -> None:
    """Refuse overrides for a data set that is not in the sheet: they would have no effect."""
    for name in config.overrides:
        if name not in sheet:
            raise VaebioError(
                found=f"`overrides.{name}`, but {config.datasets} has no data set `{name}`",
                expected=f"one of {', '.join(sheet)}",
                hint=did_you_mean(name, sheet, "remove the override"),
            )


def _check_results(folder: str, source: str) -> None:
    if not folder.strip() or set(folder) & set("{}"):
        raise VaebioError(
            found=f"`results: {folder!r}` in {source}",
            expected="the path of a folder, without braces, which Snakemake takes for wildcards",
            hint="name a folder, for instance `results`",
        )


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


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


def _validate(model: type[BaseModel], content: Any, source: str) -> Any:  # noqa: ANN401
    _refuse_truth(model, content, source)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explained(error, model, source) from None


def _refuse_truth(model: Any, content: Any, source: str, key: str = "") -> None:  # noqa: ANN401
    """Refuse yes, no, true and false where they would pass for the numbers 1 and 0."""
    if isinstance(content, bool) and model not in (bool, Any):
        raise VaebioError(
            found=f"`{key}: {content}` in {source}",
            expected="another value than yes, no, on, off, true or false",
            hint="write a number, a text in quotes, or null where there is to be none",
        )
    if isinstance(content, Mapping):
        fields = getattr(model, "model_fields", {})
        for name, value in content.items():
            of = fields[name].annotation if name in fields else Any
            _refuse_truth(of, value, source, f"{key}.{name}" if key else str(name))
    if isinstance(content, list | tuple):
        for place, value in enumerate(content):
            _refuse_truth(model, value, source, f"{key}.{place}")


def _explained(error: ValidationError, model: type[BaseModel], source: str) -> VaebioError:
    """The first problem pydantic found, in the user's words."""
    problem = error.errors(include_url=False)[0]
    path = [str(part) for part in problem["loc"]]
    if path and re.fullmatch(r"constrained-\w+|literal\[.*\]", path[-1]):
        del path[-1]  # pydantic's word for one of the types a key may have
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        return VaebioError(
            found=f"unknown key `{key}` in {source}",
            expected=f"one of {', '.join(known)}",
            hint=did_you_mean(path[-1], known, "remove it"),
        )
    if problem["type"] == "missing":
        return VaebioError(
            found=f"no `{key}` in {source}", expected="a value for it", hint="add it"
        )
    value = "" if isinstance(problem["input"], Mapping) else f": {problem['input']!r}"
    expected, hint = _remedy(problem, model)
    return VaebioError(
        found=f"`{key}{value}` in {source}" if key else f"settings that are no mapping in {source}",
        expected=expected,
        hint=hint,
    )


def _remedy(problem: Mapping[str, Any], model: type[BaseModel]) -> tuple[str, str]:
    """What was expected instead of a value, and what to do."""
    hint = f"see config/{'README.md' if model is Dataset else 'config.yaml'} for what it means"
    expected = re.sub(r"^(Value error, |Input should be )", "", problem["msg"])
    expected = re.sub("(?i)tuple", "list", expected)
    kind, path = problem["type"], problem["loc"]
    if kind in ("model_type", "dict_type"):
        return "keys and values beneath it", f"remove it, or give it a key; {hint}"
    if kind == "string_pattern_mismatch":
        return _field_at(model, path).description.rstrip("."), hint
    if kind == "literal_error":
        return expected, did_you_mean(problem["input"], re.findall("'(.*?)'", expected), hint)
    if path[-1:] == ("[key]",):
        return "a text", "put it in quotes"
    return expected, hint


def _field_at(model: type[BaseModel], path: Sequence[str]) -> FieldInfo:
    for part in path[:-1]:
        model = model.model_fields[part].annotation  # type: ignore[assignment]
    return model.model_fields[path[-1]]


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    return list(_field_at(model, path).annotation.model_fields if path else model.model_fields)
