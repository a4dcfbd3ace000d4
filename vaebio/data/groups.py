"""Splits that keep groups of observations whole, such as all cells of a donor."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from vaebio.errors import VaebioError

_PLACINGS = 20_000  # groups placed in all, over the orders that are tried
_MOST_ORDERS = 200


def whole_groups(
    groups: np.ndarray, labels: np.ndarray, shares: np.ndarray, names: tuple[str, ...], seed: int
) -> np.ndarray:
    """Position in `names` of each observation's split, which whole groups share.

    The sizes of the splits, and of every label inside them, come as near to the shares as was
    found, by the sum of (observed - expected)^2 / expected. One group after the other goes where
    that sum rises least, the largest first; then in other orders, as long as groups are few, and
    the best is taken.

    Parameters
    ----------
    groups, labels
        (observation,).
    shares
        (split,) that sum to 1.
    seed
        Of the orders that are tried. Few groups of different sizes may have one best split, which
        every seed finds.

    Returns
    -------
    (observation,) whole numbers; no group is in two splits, no split is empty.

    Raises
    ------
    VaebioError
        When there are fewer groups than splits.
    """
    content, group_of, label_sizes = _content(groups, labels)
    sizes = np.asarray(content.sum(axis=1)).ravel()
    if len(sizes) < len(names):
        raise VaebioError(
            found=f"{len(sizes)} groups of observations ({_shown(groups)})",
            expected=f"at least {len(names)}, as {', '.join(names)} each need a whole group",
            hint="choose a column with more groups, or split by observations",
        )
    expected = np.outer(shares, label_sizes)
    tried = [_placed(content, order, expected) for order in _orders(sizes, seed)]
    return min(tried, key=lambda found: found[0])[1][group_of]


def refuse_divided(groups: np.ndarray, split: np.ndarray, column: str) -> None:
    """Refuse a split with parts of one group in two of its parts.

    Parameters
    ----------
    groups, split
        (observation,) text.
    column
        Where the split comes from.
    """
    known, group_of = np.unique(groups, return_inverse=True)
    names, split_of = np.unique(split, return_inverse=True)
    group, part = np.divmod(np.unique(group_of * len(names) + split_of), len(names))
    again = np.flatnonzero(np.diff(group) == 0)
    if len(again):
        first, second = names[part[again[0]]], names[part[again[0] + 1]]
        raise VaebioError(
            found=f"the group `{known[group[again[0]]]}` in both {first} and {second}, by the "
            f"column `{column}`",
            expected="all observations of a group in one split",
            hint="mend the column, or give no groups",
        )


def _content(
    groups: np.ndarray, labels: np.ndarray
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """(group, label) numbers of observations, the group of each, and the size of each label."""
    _, group_of = np.unique(groups, return_inverse=True)
    _, label_of, label_sizes = np.unique(labels, return_inverse=True, return_counts=True)
    ones = np.ones(len(group_of), dtype=int)
    return sparse.csr_matrix((ones, (group_of, label_of))), group_of, label_sizes


def _orders(sizes: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """(group,) orders to place groups in: by size, then at random."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(sizes))
    yield order[np.argsort(-sizes[order], kind="stable")]
    for _ in range(min(_PLACINGS // len(sizes), _MOST_ORDERS)):
        yield random.permutation(len(sizes))


def _placed(
    content: sparse.csr_matrix, order: np.ndarray, expected: np.ndarray
) -> tuple[float, np.ndarray]:
    """How far the splits are from what is expected, and the (group,) place of each group.

    Parameters
    ----------
    content
        (group, label) numbers of observations.
    order
        (group,) from the first to the last to be placed.
    expected
        (split, label) numbers of observations.
    """
    held, all_held = np.zeros(expected.shape), np.zeros(len(expected))
    all_expected = expected.sum(axis=1)
    distance, place = 0.0, np.full(len(order), -1)
    for position, group in enumerate(order):
        row = slice(content.indptr[group], content.indptr[group + 1])
        label, more = content.indices[row], content.data[row]
        rise = _rise(held[:, label], more, expected[:, label]).sum(axis=1)
        rise += _rise(all_held, more.sum(), all_expected)
        if len(order) - position <= np.count_nonzero(all_held == 0):
            rise[all_held > 0] = np.inf  # the last groups go to splits that have none
        place[group] = chosen = np.argmin(rise)
        held[chosen, label] += more
        all_held[chosen] += more.sum()
        distance += rise[chosen]
    return distance, place


def _rise(held: np.ndarray, more: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """By how much (held - expected)^2 / expected rises when `more` are added."""
    return more * (2 * (held - expected) + more) / expected


def _shown(groups: np.ndarray) -> str:
    return ", ".join(f"`{group}`" for group in np.unique(groups))
