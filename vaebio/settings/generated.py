"""The files that are written from the types: settings with their meaning, and JSON Schemas."""

import json
import textwrap
from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from vaebio.settings.config import Config


def as_yaml(settings: Mapping[str, BaseModel], without: Collection[str] = ()) -> str:
    """Settings as YAML text, one top-level key each; keys of theirs can be left out."""
    content = {
        key: value.model_dump(mode="json", exclude=set(without)) for key, value in settings.items()
    }
    return yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=100)


def commented_yaml() -> str:
    """`config/config.yaml`: every key with its default and its description."""
    head = (
        "# yaml-language-server: $schema=../workflow/schemas/config.schema.json\n"
        "# Generated from vaebio/settings/ by `make settings`; edit a copy of it, and give that\n"
        "# with --configfile: what it does not say keeps the value it has here.\n"
    )
    return head + "".join(_commented(Config(), 0))


def json_schema(model: type[BaseModel]) -> str:
    """JSON Schema of a settings class, for editors and for checking files without vaebio."""
    return json.dumps(model.model_json_schema(), indent=2) + "\n"


def _commented(settings: BaseModel, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, field in type(settings).model_fields.items():
        value = getattr(settings, key)
        if isinstance(value, BaseModel):
            summary = (type(value).__doc__ or "").splitlines()[0]
            yield ("\n" if depth == 0 else "") + f"{pad}# {summary}\n{pad}{key}:\n"
            yield from _commented(value, depth + 1)
            continue
        for line in textwrap.wrap(
            _described(field.description or "", field.annotation), 96 - len(pad)
        ):
            yield f"{pad}# {line}\n"
        dumped = settings.model_dump(mode="json")[key]
        yield f"{pad}{key}: {_flow(dumped)}\n"


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML value
    """One value on one line; safe_dump ends a plain scalar with a document mark."""
    return yaml.safe_dump(value, default_flow_style=True, width=10**6).split("\n")[0]


def _described(description: str, annotation: Any) -> str:  # noqa: ANN401 - any type hint
    choices = [str(v) for v in get_args(annotation) if isinstance(v, str)]
    return description + (f" One of: {', '.join(choices)}." if len(choices) > 1 else "")
