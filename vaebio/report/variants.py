"""Models that one grid compares, named by what sets them apart.

A model is a likelihood with an encoder and a decoder; `nb with encoder 256-128` is one. Where a
grid has a single model it needs no name, and its name is empty.
"""

import pandas as pd

ARCHITECTURE = ("likelihood", "encoder", "decoder")
PARTS = ("encoder", "decoder")


def varying(members: pd.DataFrame) -> list[str]:
    """Columns of the architecture in which the members differ, the likelihood first."""
    return [column for column in ARCHITECTURE if members[column].nunique() > 1]


def names(members: pd.DataFrame) -> pd.Series:
    """Name of each member's model, in words; empty when there is only one model."""
    said = {column: members[column] for column in varying(members)}
    rows = zip(*said.values(), strict=True) if said else [()] * len(members)
    return pd.Series([_name(dict(zip(said, row, strict=True))) for row in rows], members.index, str)


def shown(column: str, value: str) -> str:
    """A likelihood, or the hidden widths of a part.

    Examples
    --------
    >>> shown("encoder", "256x128"), shown("decoder", "linear"), shown("likelihood", "nb")
    ('256-128', 'linear', 'nb')
    """
    return value.replace("x", "-") if column in PARTS else value


def _name(said: dict[str, str]) -> str:
    parts = " and ".join(_part(part, said[part]) for part in PARTS if part in said)
    return " with ".join(filter(None, [said.get("likelihood", ""), parts]))


def _part(part: str, widths: str) -> str:
    return f"linear {part}" if widths == "linear" else f"{part} {shown(part, widths)}"
