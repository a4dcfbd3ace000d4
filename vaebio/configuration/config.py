"""Settings of a run, merged and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vaebio.configuration.repeated import refuse_repeated_keys
from vaebio.configuration.validated import validated
from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Config, Dataset

SECTIONS = ("prepare", "model", "grid", "train", "evaluate", "diagnose", "report")


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
    parsed = validated(Config, config, source)
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
    return validated(Config, merged, f"overrides.{dataset} of {source}" if overrides else source)


def read_config(path: Path) -> Config:
    """Settings from a YAML file; absent keys take their defaults."""
    content = loaded(path)
    refuse_repeated_keys(path)
    return parse_config(content, str(path))


def loaded(path: Path) -> Any:  # noqa: ANN401 - what YAML can hold
    """Content of a YAML file; of an empty one no keys.

    Raises
    ------
    VaebioError
        When it is not there, or no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
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
