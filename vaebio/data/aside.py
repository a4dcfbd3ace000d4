"""Columns of the input that step aside: for names that preparing gives away, or no h5ad holds."""

from collections.abc import Collection, Iterable

RESERVED = "_index"
"""What anndata calls the names of the rows."""


def aside(columns: Iterable[str], own: Collection[str]) -> dict[str, str]:
    """New names of the columns that cannot keep theirs, all of them different.

    Parameters
    ----------
    columns
        Names as they came.
    own
        Names that preparing gives to columns of its own.
    """
    columns = [str(name) for name in columns]
    taken, found = {*columns, *own}, {}
    for name in columns:
        wanted = _holdable(f"input_{name}" if name in (*own, RESERVED) else name)
        if wanted != name:
            found[name] = _free(wanted, taken)
            taken.add(found[name])
    return found


def told(renamed: dict[str, str], what: str = "") -> list[str]:
    """A sentence for every new name; `what` says of which table, when it is not the usual one."""
    return [
        f"The column `{old}` of the input{what} is now called `{new}`{_reason(old)}."
        for old, new in renamed.items()
    ]


def _holdable(name: str) -> str:
    """A name that can be one step of a path inside a file: a slash would begin another."""
    name = name.replace("/", "|").replace("\0", "")
    return name if name.strip(".") else f"column{name}"


def _free(wanted: str, taken: Collection[str]) -> str:
    """The name itself, or the first with a number behind it that is not taken."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _reason(old: str) -> str:
    if "/" in old:
        return ": in an h5ad a slash parts a name in two"
    return f": every h5ad has a `{RESERVED}` of its own" if old == RESERVED else ""
