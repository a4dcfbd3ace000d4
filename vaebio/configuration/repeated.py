"""Keys that stand twice in a YAML file, of which the first would be forgotten."""

from pathlib import Path

import yaml

from vaebio.errors import VaebioError


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
