"""What splits, labels and batches cannot show, in sentences: the reader of results must know."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd

from vaebio.data.candidates import Candidate, alike, role_of, text_of
from vaebio.data.say import SHOWN, some
from vaebio.terms import SPLITS

FEW_TRAIN = 100


def about_split(split: np.ndarray) -> list[str]:
    """Warnings about the number of train observations."""
    n = np.count_nonzero(split == "train")
    if n >= FEW_TRAIN:
        return []
    return [f"Only {n} train observations: the measures will vary much from seed to seed."]


def about_classes(role: str, column: str, values: np.ndarray) -> list[str]:
    """Warnings about a label or batch column that says little."""
    n = len(np.unique(values))
    if n == 1:
        return [
            f"All observations have the same {role} (`{values[0]}` in `{column}`): "
            f"nothing can be measured against it."
        ]
    if n == len(values):
        return [
            f"Every observation has a {role} of its own in `{column}`: it names observations, "
            "not classes."
        ]
    return []


def about_absent(labels: np.ndarray, split: np.ndarray) -> list[str]:
    """Warnings about labels that a split does not have."""
    found = []
    for name in SPLITS:
        absent = sorted(set(labels) - set(labels[split == name]))
        if absent:
            shown = ", ".join(f"`{label}`" for label in absent[:SHOWN])
            more = f" and {len(absent) - SHOWN} more" if len(absent) > SHOWN else ""
            found.append(f"No {name} observation of {shown}{more}: too few of them.")
    return found


def about_columns(obs: pd.DataFrame, known: Sequence[Candidate]) -> Iterator[str]:
    """Warnings about columns that could be label and batch."""
    for name in obs:
        if role_of(str(name))[0] == "unknown":
            continue
        classes = text_of(obs[name]).dropna().unique()
        if len(classes) == 1:
            yield f"`{name}` is the same everywhere (`{classes[0]}`): it tells nothing apart."
    labels = [c for c in known if c.role == "label"]
    for label in labels:
        yield from _about_label(obs, label)
    for batch in (c for c in known if c.role == "batch"):
        flaws = (confounded(obs, batch.column, label.column) for label in labels)
        yield from islice(filter(None, flaws), 1)  # the others say the same of coarser classes


def about_confounding(obs: pd.DataFrame, batch: str, label: str) -> list[str]:
    """A warning about a batch and a label that cannot be told apart, both of several classes."""
    n = len(obs)
    if not all(1 < obs[column].nunique() < n for column in (batch, label)):
        return []
    flaw = confounded(obs, batch, label)
    return [flaw] if flaw else []


def confounded(obs: pd.DataFrame, batch: str, label: str) -> str | None:
    """Why batch and label cannot be told apart, as a sentence; None when they can."""
    how = alike(obs, batch, label)
    if how == "equal":
        return (
            f"`{batch}` and `{label}` are the same division: effects of batch and label cannot be "
            "told apart."
        )
    if how == "nested":
        return (
            f"Every class of `{batch}` holds one class of `{label}` only: differences between "
            "batches cannot be told from those between labels."
        )
    if alike(obs, label, batch) == "nested":
        return (
            f"Every class of `{label}` lies in one class of `{batch}` only: labels of different "
            "batches cannot be compared without the batch."
        )
    return None


def _about_label(obs: pd.DataFrame, label: Candidate) -> Iterator[str]:
    if not label.singletons:
        return
    sizes = text_of(obs[label.column]).value_counts()
    single = sorted(sizes.index[sizes == 1])
    yield (
        f"{label.singletons:,} of {label.classes:,} classes of `{label.column}` have one "
        f"observation ({some(single)}): they cannot be in train, validation and test."
    )
