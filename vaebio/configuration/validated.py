"""Values checked against the types of settings, or refused in the user's words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from vaebio.errors import VaebioError, did_you_mean
from vaebio.settings import Config


def validated(model: type[BaseModel], content: Any, source: str) -> Any:  # noqa: ANN401
    """The settings that a mapping holds.

    Parameters
    ----------
    source
        Where it came from, for the message.

    Raises
    ------
    VaebioError
        For a key that does not exist or a value out of range.
    """
    _refuse_circle(content, source)
    _refuse_truth(model, content, source)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explained(error, model, source) from None


def _refuse_circle(
    content: Any,  # noqa: ANN401
    source: str,
    key: str = "",
    above: tuple[int, ...] = (),
) -> None:
    """Refuse a value that holds itself, as an alias of YAML can that stands in its own anchor."""
    if id(content) in above:
        raise VaebioError(
            found=f"`{key}` in {source} is an alias of what it stands in",
            expected="values that end",
            hint="write the value out in place of the alias (`*name`)",
        )
    parts = content.items() if isinstance(content, Mapping) else ()
    if isinstance(content, list | tuple):
        parts = enumerate(content)
    for name, value in parts:
        below = f"{key}.{name}" if key else str(name)
        _refuse_circle(value, source, below, (*above, id(content)))


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
    hint = f"see config/{'config.yaml' if model is Config else 'README.md'} for what it means"
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
    return _type_at(model, path[:-1]).model_fields[path[-1]]


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    return list(_type_at(model, path).model_fields)


def _type_at(model: Any, path: Sequence[str]) -> Any:  # noqa: ANN401
    """The type of what stands under some keys, and in places of lists."""
    for part in path:
        fields = getattr(model, "model_fields", None)
        items = [one for one in get_args(model) if one is not Ellipsis]
        model = fields[part].annotation if fields else items[-1]
    return model
