"""Assignment of observations to train, validation and test."""

import numpy as np

from vaebio.errors import VaebioError
from vaebio.terms import SPLITS


def assign(
    labels: np.ndarray | None, n: int, shares: tuple[float, float, float], seed: int
) -> np.ndarray:
    """Split of each observation: random, stratified by label, sizes exact over all labels.

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
        Of train, validation and test; they sum to 1.
    seed
        Of the order of labels of equal size, and of observations inside each.

    Returns
    -------
    (observation,) of "train", "validation" and "test". Depends on labels, n, shares and seed
    alone, never on values.

    Raises
    ------
    VaebioError
        When a split would be empty.
    """
    labels = np.zeros(n, dtype=int) if labels is None else np.asarray(labels)
    _, label_of, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    random = np.random.default_rng(seed)
    order, priority = random.permutation(n), random.permutation(len(sizes))
    priority = priority[np.argsort(sizes[priority], kind="stable")]
    seats = _seats(sizes, np.asarray(shares), priority)
    split = np.empty(n, dtype=f"U{max(map(len, SPLITS))}")
    for label, row in enumerate(seats):
        split[order[label_of[order] == label]] = np.repeat(SPLITS, row)
    return split


def _seats(sizes: np.ndarray, shares: np.ndarray, priority: np.ndarray) -> np.ndarray:
    """(label, split) numbers of observations: rows sum to `sizes`, columns to the split sizes."""
    room = _split_sizes(int(sizes.sum()), shares)
    seats = np.zeros((len(sizes), len(SPLITS)), dtype=int)
    tiny = [label for label in priority if sizes[label] * shares[0] < 1]
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


def _split_sizes(n: int, shares: np.ndarray) -> np.ndarray:
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
        share, empty = min(zip(shares, SPLITS, strict=True))
        raise VaebioError(
            found=f"no observation for {empty}: its share is {share:g} of {n:,} observations",
            expected="at least one observation in each of train, validation and test",
            hint=f"raise `prepare.split.{empty}`, or use more observations",
        )
    return sizes
