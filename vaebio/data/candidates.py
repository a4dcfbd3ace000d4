"""Columns that could be the label or the technical batch, and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from vaebio.data.check import OWN_COLUMNS
from vaebio.data.tables import MISSING

Role = Literal["label", "batch", "unknown"]

HINTS: dict[Role, str] = {
    "label": r"(cell|tissue|tumou?r|cancer|sample|sub|bio)?[ _.-]?(type|state|class)s?"
    r"|(cell|cluster|leiden|louvain)([ _.-]?(name|line|ontology|label)s?)?|labels?|clusters?"
    r"|louvain|leiden|seurat|tissues?|organs?|subtypes?|diagnos[ie]s|disease|condition|phenotype"
    r"|classification|annotations?|lineage|population|subpop|celltypes?|treatment|stage|response",
    "batch": r"batch(es)?|donors?|samples?|librar(y|ies)|sites?|plates?|patients?|runs?|lanes?"
    r"|cent(er|re)s?|subjects?|individuals?|experiments?|stud(y|ies)|datasets?|chemistry"
    r"|channels?|protocols?|platforms?|assays?|replicates?|tech(nology)?|mouse|array|slides?",
}
"""Words of a column's name that tell its role, most telling role first."""

_MOST_NUMBERED = 60  # distinct whole numbers that can still be classes


@dataclass(frozen=True)
class Candidate:
    """A column with classes.

    Parameters
    ----------
    role
        `unknown` when the name does not tell.
    hint
        Word of the name that tells the role, or empty.
    classes, singletons, missing
        Numbers of classes, of classes with one observation, of observations without a value.
    smallest, smallest_size
        The smallest class and its number of observations.
    same_as
        An earlier column that divides the observations in the same way, or empty.
    """

    column: str
    role: Role
    hint: str
    classes: int
    smallest: str
    smallest_size: int
    singletons: int
    missing: int
    same_as: str = ""


def candidates(obs: pd.DataFrame) -> list[Candidate]:
    """Columns with at least two classes and at most one for every five observations.

    Text, categories and truth values. When the name tells a role, whole numbers too, and up to one
    class for every two observations. In the order label, batch, unknown, then complete ones and the
    most telling names first.
    """
    found = [c for name in obs if (c := _candidate(obs[name], str(name)))]
    order = ("label", "batch", "unknown")
    found.sort(key=lambda c: (order.index(c.role), c.missing > 0, -_weight(c)))
    return [
        replace(candidate, same_as=_twin(obs, candidate, found[:i]))
        for i, candidate in enumerate(found)
    ]


def text_of(values: pd.Series) -> pd.Series:
    """Values as text, None where there is none."""
    if isinstance(values.dtype, pd.CategoricalDtype):  # a text for each class, not observation
        classes = text_of(pd.Series(values.cat.categories)).to_numpy(dtype=object)
        return pd.Series(np.append(classes, None)[values.cat.codes], values.index, dtype=object)
    text = values.astype(object).map(str).str.strip()
    return text.astype(object).where(~(values.isna() | text.isin(MISSING)), None)


def role_of(column: str) -> tuple[Role, str]:
    """Role that the name of a column tells, and the word that tells it."""
    words = [w for w in re.split(r"[^A-Za-z]+", _spaced(column)) if w]
    for role, pattern in HINTS.items():
        for phrase in _phrases(words):
            if re.fullmatch(pattern, phrase, re.IGNORECASE):
                return role, phrase
    return "unknown", ""


def alike(obs: pd.DataFrame, inner: str, outer: str) -> Literal["equal", "nested", "crossed"]:
    """How the classes of two columns lie to each other.

    Returns
    -------
    `nested` when every class of `inner` lies inside one class of `outer`, `equal` when that holds
    both ways.
    """
    pairs = pd.DataFrame({"i": text_of(obs[inner]), "o": text_of(obs[outer])}).dropna()
    pairs = pairs.drop_duplicates()
    if not pairs["i"].is_unique:
        return "crossed"
    return "equal" if pairs["o"].is_unique else "nested"


def _candidate(values: pd.Series, name: str) -> Candidate | None:
    role, hint = role_of(name)
    text = text_of(values)
    if name in OWN_COLUMNS or not _classlike(text.dropna(), named=role != "unknown"):
        return None
    sizes = text.value_counts()
    most = len(values) // (5 if role == "unknown" else 2)
    if not 2 <= len(sizes) <= max(2, most):
        return None
    return Candidate(
        column=name,
        role=role,
        hint=hint,
        classes=len(sizes),
        smallest=str(sizes.index[-1]),
        smallest_size=int(sizes.iloc[-1]),
        singletons=int((sizes == 1).sum()),
        missing=int(text.isna().sum()),
    )


def _twin(obs: pd.DataFrame, candidate: Candidate, earlier: list[Candidate]) -> str:
    """Name of the first earlier column that is the same division; empty when there is none."""
    for other in earlier:
        alike_in_size = (other.classes, other.missing) == (candidate.classes, candidate.missing)
        if alike_in_size and _same(obs, candidate.column, other.column):
            return other.column
    return ""


def _same(obs: pd.DataFrame, column: str, other: str) -> bool:
    """Whether two columns divide the observations alike, those without a value included."""
    missing = [text_of(obs[name]).isna().to_numpy() for name in (column, other)]
    return bool(np.array_equal(*missing)) and alike(obs, column, other) == "equal"


def _classlike(text: pd.Series, named: bool) -> bool:
    """Whether values are words, or a few whole numbers under a name that tells a role."""
    distinct = text.unique()
    try:
        numbers = np.asarray(distinct, dtype=float)
    except ValueError:
        return True
    return named and len(numbers) <= _MOST_NUMBERED and bool(np.all(numbers == np.rint(numbers)))


def _weight(candidate: Candidate) -> float:
    """Names of cells before clusters of an algorithm, known classes before everything else."""
    found_by_algorithm = re.fullmatch(r"louvain|leiden|seurat|clusters?", candidate.hint, re.I)
    exact = candidate.hint.lower() == candidate.column.lower().replace("_", " ")
    return exact - bool(found_by_algorithm)


def _spaced(column: str) -> str:
    """Words of a name in camel case, apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)


def _phrases(words: list[str]) -> Iterable[str]:
    """Every two neighbours, then every word: `cell type` tells more than `cell`."""
    yield from (f"{a} {b}" for a, b in zip(words, words[1:], strict=False))
    yield from words
