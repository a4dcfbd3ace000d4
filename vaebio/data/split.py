"""Assignment of observations to train, validation and test."""

import numpy as np

from vaebio.data.groups import whole_groups
from vaebio.errors import VaebioError
from vaebio.terms import SPLITS


def assign(
    labels: np.ndarray | None,
    n: int,
    shares: tuple[float, ...],
    seed: int,
    groups: np.ndarray | None = None,
    names: tuple[str, ...] = SPLITS,
) -> np.ndarray:
    """Split of each observation: random, stratified by label, sizes exact over all labels.

    With groups, every group is in one split, and sizes are as near as that allows: see
    `groups.whole_groups`. Without:

    Labels too small to be owed a whole observation in train give one to it first, as long as
    train has room. Of the rest every label gives each split the whole part of its share of the
    room; what is left over goes, label by label from the smallest, to the split with room that
    lacks most of its share of the label.

    Parameters
    ----------
    labels
        (observation,) known classes, or None.
    n
        Number of observations.
    shares
        Of the splits; they sum to 1.
    seed
        Of the order of labels or groups of equal size, and of observations inside a label.
    groups
        (observation,) for instance donors, or None.
    names
        Of the splits, the first is train.

    Returns
    -------
    (observation,) of names. Depends on labels, groups, n, shares and seed alone, never on values.

    Raises
    ------
    VaebioError
        When a split would be empty.
    """
    labels = np.zeros(n, dtype=int) if labels is None else np.asarray(labels)
    if groups is not None:
        return np.array(names)[whole_groups(groups, labels, np.asarray(shares), names, seed)]
    _, label_of, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    random = np.random.default_rng(seed)
    order, priority = random.permutation(n), random.permutation(len(sizes))
    priority = priority[np.argsort(sizes[priority], kind="stable")]
    room = _split_sizes(n, np.asarray(shares), names)
    split = np.empty(n, dtype=f"U{max(map(len, names))}")
    for label, row in enumerate(_seats(sizes, room, shares[0], priority)):
        split[order[label_of[order] == label]] = np.repeat(names, row)
    return split


def told(
    split: np.ndarray, labels: np.ndarray | None = None, groups: np.ndarray | None = None
) -> list[str]:
    """Sentences about labels with a single observation and about groups.

    Parameters
    ----------
    split
        (observation,) names of splits.
    labels, groups
        (observation,) or None.
    """
    found = []
    if labels is not None:
        _, first, sizes = np.unique(labels, return_index=True, return_counts=True)
        found += _about_single(split[first[sizes == 1]])
    if groups is not None:
        _, first = np.unique(groups, return_index=True)
        where = _numbers(split[first])
        found.append(f"Kept each of {len(first):,} groups in one split: {where}.")
    return found


def _about_single(split: np.ndarray) -> list[str]:
    """A sentence about the (label,) splits of labels with one observation, if there are any."""
    if not len(split):
        return []
    who = f"{len(split):,} labels have" if len(split) > 1 else "1 label has"
    where = "; it is in train" if np.all(split == "train") else f": {_numbers(split)}"
    return [f"{who} a single observation{where}."]


def _numbers(split: np.ndarray) -> str:
    here = ((np.count_nonzero(split == name), name) for name in SPLITS)
    return ", ".join(f"{number:,} in {name}" for number, name in here if number)


def _seats(
    sizes: np.ndarray, room: np.ndarray, train_share: float, priority: np.ndarray
) -> np.ndarray:
    """(label, split) numbers of observations: rows sum to `sizes`, columns to `room`."""
    seats = np.zeros((len(sizes), len(room)), dtype=int)
    tiny = [label for label in priority if sizes[label] * train_share < 1]
    seats[tiny[: room[0]], 0] = 1
    room = room - seats.sum(axis=0)
    rest = sizes - seats.sum(axis=1)
    owed = rest[:, None] * room  # in units of 1 / rest.sum(), so that whole parts are exact
    whole, fraction = np.divmod(owed, rest.sum())
    seats, room = seats + whole, room - whole.sum(axis=0)
    for label in priority:
        lacking = fraction[label].copy()
        for _ in range(sizes[label] - seats[label].sum()):
            split = int(np.argmax(np.where(room > 0, lacking, -np.inf)))
            lacking[split] -= rest.sum()
            seats[label, split] += 1
            room[split] -= 1
    return seats


def _split_sizes(n: int, shares: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """(split,) sizes by the largest remainder.

    Raises
    ------
    VaebioError
        When one of them is 0.
    """
    quota = n * shares
    sizes = np.floor(quota).astype(int)
    largest_first = np.argsort(sizes - quota, kind="stable")
    sizes[largest_first[: n - sizes.sum()]] += 1
    if sizes.min() == 0:
        share, empty = min(zip(shares, names, strict=True))
        raise VaebioError(
            found=f"no observation for {empty}: its share is {share:g} of {n:,} observations",
            expected=f"at least one observation in each of {', '.join(names)}",
            hint=f"raise `prepare.split.{empty}`, or use more observations",
        )
    return sizes
