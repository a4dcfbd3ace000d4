"""Tidy tables from their files, checked column by column."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.diagnosis.budget import PARTS
from vaebio.diagnosis.causes import CAUSES
from vaebio.diagnosis.symptoms import SYMPTOMS
from vaebio.errors import VaebioError, did_you_mean
from vaebio.terms import COLUMNS, MEASURES
from vaebio.terms.choosing import CHOICES, STABILITY

NUMBERS = {
    "members.tsv": ("beta", "latent", "seed", "epochs", "seconds"),
    "history.tsv": ("epoch", "distortion_nats", "rate_nats", "mse", "beta_now", "learning_rate"),
    "units.tsv": ("rate_nats", "mean_variance", "expected_rate_nats"),
    "metrics.tsv": ("value", "low", "high"),
    "classes.tsv": (
        "train_observations",
        "test_observations",
        "recall",
        "precision",
        "f1",
        "low",
        "high",
    ),
    "features.tsv": tuple(
        c for c in COLUMNS["features.tsv"] if c not in ("member", "feature", "reason")
    ),
    "strata.tsv": tuple(c for c in COLUMNS["strata.tsv"] if c not in ("member", "split", "reason")),
    "choices.tsv": ("value", "low", "high"),
    "differences.tsv": ("latent", "beta", "beta_against", "value", "low", "high", "seeds"),
    "correlations.tsv": ("value", "low", "high", "members", "combinations"),
    "stability.tsv": ("latent", "beta", "value", "low", "high", "pairs"),
    "symptoms.tsv": ("first_epoch", "last_epoch"),
    "probes.tsv": ("latent", "beta", "seed", "mse_test", "explained_test", "seconds"),
    "probe_measures.tsv": ("seed", "value"),
    "verdicts.tsv": ("gain", "low", "high", "predicted_mse"),
    "budget.tsv": ("mse", "low", "high"),
    "follow_up.tsv": (
        *("predicted_mse", "predicted_low", "predicted_high"),
        *("achieved_mse", "achieved_low", "achieved_high", "seeds"),
    ),
    "diagnoses.tsv": ("mse", "null", "floor"),
}
WORDS = {
    "choices.tsv": {"choice": CHOICES},
    "differences.tsv": {"measure": MEASURES},
    "correlations.tsv": {"reconstruction": MEASURES, "measure": MEASURES},
    "stability.tsv": {"measure": [measure.name for measure in STABILITY]},
    "symptoms.tsv": {"symptom": SYMPTOMS},
    "verdicts.tsv": {"cause": CAUSES, "supported": ("True", "False")},
    "budget.tsv": {"part": PARTS},
    "follow_up.tsv": {"kept": ("True", "False", "")},
}
"""Columns in which only known words may stand."""


def read_table(path: Path, name: str) -> pd.DataFrame:
    """One tidy table with the columns `terms.COLUMNS[name]`; non-finite numbers become NaN."""
    try:
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise VaebioError(
            found=f"no file {path}", expected=f"the table {name}", hint="check the path"
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise VaebioError(
            found=f"{path} is not a table: {' '.join(str(error).split())}",
            expected=f"tab-separated columns {', '.join(COLUMNS[name])}",
            hint="write it again by the step that makes it",
        ) from None
    for column in COLUMNS[name]:
        if column not in table:
            raise VaebioError(
                found=f"no column `{column}` in {path}",
                expected=f"columns {', '.join(COLUMNS[name])}, separated by tabs",
                hint=did_you_mean(column, table.columns, "write it again by its step"),
            )
    return table.assign(**{c: _numbers(table, c, path) for c in NUMBERS.get(name, ())})


def optional(path: Path | None, name: str) -> pd.DataFrame:
    """A table that may be absent: then it has its columns and no row."""
    if path is None:
        return pd.DataFrame(columns=list(COLUMNS[name]))
    table = read_table(path, name)
    for column, words in WORDS.get(name, {}).items():
        known(table, column, words, path)
    return table


def known(table: pd.DataFrame, column: str, words: Collection[str], path: Path) -> None:
    """Refuse a column with a word that is none of the known ones."""
    for word in table[column].unique():
        if word not in words:
            raise VaebioError(
                found=f"unknown {column} `{word}` in {path}",
                expected=f"one of {', '.join(words)}",
                hint=did_you_mean(word, words, "was it written by another version?"),
            )


def _numbers(table: pd.DataFrame, column: str, path: Path) -> pd.Series:
    numbers = pd.to_numeric(table[column], errors="coerce")
    said = ~table[column].str.strip().str.lower().isin(["", "nan", "inf", "-inf", "na"])
    garbled = table.loc[said & numbers.isna(), column]
    if len(garbled):
        raise VaebioError(
            found=f"`{garbled.iloc[0]}` in column {column} of {path}, line {garbled.index[0] + 2}",
            expected="a number, or nothing",
            hint="write the table again by the step that makes it",
        )
    return numbers.where(np.isfinite(numbers))
