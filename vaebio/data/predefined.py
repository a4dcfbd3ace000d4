"""A split that the data set brings along in a column, with the words in use for its parts."""

import numpy as np

from vaebio.data.groups import refuse_divided
from vaebio.data.split import assign
from vaebio.errors import VaebioError, did_you_mean
from vaebio.terms import SPLITS

WORDS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
"""Each word for a split, in small letters, and the split it means."""


def predefined(
    values: np.ndarray,
    column: str,
    *,
    labels: np.ndarray | None,
    shares: tuple[float, float, float],
    seed: int,
    groups: np.ndarray | None = None,
) -> tuple[np.ndarray, list[str]]:
    """Split of each observation as its column says, and sentences about it.

    Without a validation split in the column, one is taken from train: stratified by label or by
    whole groups, of train and validation together the part that the shares say.

    Parameters
    ----------
    values
        (observation,) words; those of `WORDS` in large or small letters.
    column
        Where they come from.
    labels, groups
        (observation,) or None.
    shares, seed
        As for `assign`, used only when validation is to be taken from train.

    Raises
    ------
    VaebioError
        For another word, a column without train or test, and a group in two splits.
    """
    split = _translated(values, column)
    if groups is not None:
        refuse_divided(groups, split, column)
    for name in ("train", "test"):
        _refuse_absent(name, split, column)
    told = [f"Took the split from the column `{column}`."]
    if "validation" not in split:
        train = split == "train"
        share = shares[1] / (shares[0] + shares[1])
        split[train] = assign(
            None if labels is None else labels[train],
            np.count_nonzero(train),
            (1 - share, share),
            seed,
            None if groups is None else groups[train],
            names=("train", "validation"),
        )
        told.append(_about_validation(split, train, column))
    return split, told


def _translated(values: np.ndarray, column: str) -> np.ndarray:
    words, word_of = np.unique(np.asarray(values).astype(str), return_inverse=True)
    known = [WORDS.get(word.strip().lower()) for word in words]
    for number, (word, name) in enumerate(zip(words, known, strict=True)):
        if name is None:
            places = np.flatnonzero(word_of == number)
            raise VaebioError(
                found=f"`{word}` as the split of {len(places):,} observations, the first is number "
                f"{places[0] + 1:,}, in the column `{column}`",
                expected=f"one of {', '.join(WORDS)} for every observation",
                hint=did_you_mean(word, WORDS, f"name them {', '.join(SPLITS)}"),
            )
    return np.array(known, dtype=f"U{max(map(len, SPLITS))}")[word_of]


def _refuse_absent(name: str, split: np.ndarray, column: str) -> None:
    if name not in split:
        raise VaebioError(
            found=f"no {name} observation in the column `{column}`",
            expected="train and test observations (validation can be taken from train)",
            hint=f"mark some observations with `{name}`, or leave the column out for a random "
            "split",
        )


def _about_validation(split: np.ndarray, train: np.ndarray, column: str) -> str:
    taken = np.count_nonzero(split[train] == "validation")
    return (
        f"`{column}` has no validation: took {taken:,} of its {np.count_nonzero(train):,} train "
        "observations for it."
    )
