"""Settings and sheet from their files, merged and checked, or refused in the user's words."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import BUILTIN, Config, Dataset

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
        content = yaml.safe_load(path.read_text()) or {}
    except FileNotFoundError:
        raise VaebioError(
            found=f"no settings file {path}", expected="a YAML file", hint="check the path"
        ) from None
    except yaml.YAMLError as error:
        raise VaebioError(
            found=f"{path} is not YAML: {' '.join(str(error).split())}",
            expected="keys and values, indented with spaces",
            hint="compare with config/config.yaml; tabs are not allowed in YAML",
        ) from None
    return parse_config(content, str(path))


def read_sheet(path: Path) -> dict[str, Dataset]:
    """Rows of the sheet of data sets by name, in the order of the sheet.

    Raises
    ------
    VaebioError
        When the sheet, a column, or a file it names is missing, or a name stands twice.
    """
    if not path.is_file():
        raise VaebioError(
            found=f"no sheet of data sets at {path.resolve()}",
            expected="a tab-separated file with the columns name and matrix",
            hint="set `datasets:` in the settings to its path",
        )
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream, delimiter="\t")
        _check_columns(list(reader.fieldnames or []), path)
        rows = list(reader)
    if not rows:
        raise VaebioError(
            found=f"{path} has no rows", expected="one row per data set", hint="add a row"
        )
    sheet: dict[str, Dataset] = {}
    for line, row in enumerate(rows, start=2):
        if None in row:
            raise VaebioError(
                found=f"line {line} of {path} has more fields than the header ({row[None][0]!r})",
                expected="as many tab-separated fields as columns",
                hint="name the column, or remove the field",
            )
        dataset = _validate(Dataset, _filled(row), f"{path}, line {line}")
        if dataset.name in sheet:
            raise VaebioError(
                found=f"the name `{dataset.name}` stands twice in {path} (line {line})",
                expected="every data set with a name of its own",
                hint="rename one of them",
            )
        _check_files(dataset, path)
        sheet[dataset.name] = dataset
    return sheet


def check_overrides(config: Config, sheet: Mapping[str, Dataset]) -> None:
    """Refuse overrides for a data set that is not in the sheet: they would have no effect."""
    for name in config.overrides:
        if name not in sheet:
            raise VaebioError(
                found=f"`overrides.{name}`, but {config.datasets} has no data set `{name}`",
                expected=f"one of {', '.join(sheet)}",
                hint=did_you_mean(name, sheet, "remove the override"),
            )


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _filled(row: Mapping[str, str | None]) -> dict[str, str]:
    """Fields of a row that say something; the others take their defaults."""
    return {k: v.strip() for k, v in row.items() if v and v.strip()}


def _check_columns(columns: list[str], path: Path) -> None:
    known = list(Dataset.model_fields)
    for column in columns:
        if column not in known:
            raise VaebioError(
                found=f"unknown column `{column}` in {path}",
                expected=f"columns {', '.join(known)}, separated by tabs",
                hint=did_you_mean(column, known, "remove the column"),
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
            found=f"no file {Path(value).resolve()}, the {column} of `{dataset.name}` in {sheet}",
            expected="an existing file; paths are relative to the folder snakemake is started in",
            hint=did_you_mean(Path(value).name, siblings, "check the path"),
        )


def _validate(model: type[BaseModel], content: Any, source: str) -> Any:  # noqa: ANN401
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explained(error, model, source) from None


def _explained(error: ValidationError, model: type[BaseModel], source: str) -> VaebioError:
    """The first problem pydantic found, in the user's words."""
    problem = error.errors(include_url=False)[0]
    path = [str(part) for part in problem["loc"]]
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
    message = re.sub(r"^(Value error, |Input should be )", "", problem["msg"])
    value = "" if isinstance(problem["input"], Mapping) else f": {problem['input']!r}"
    return VaebioError(
        found=f"`{key}{value}` in {source}" if key else f"settings that are no mapping in {source}",
        expected=message,
        hint="see config/config.yaml for what each key means",
    )


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        model = model.model_fields[part].annotation  # type: ignore[assignment]
    return list(model.model_fields)
