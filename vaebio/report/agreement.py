"""Whether members that reconstruct well serve well downstream, in words."""

import math

import pandas as pd

from vaebio.report.headline import Headline
from vaebio.report.numbers import listed, rounded
from vaebio.report.read import Results
from vaebio.terms import ALL, MEASURES

WORDS = {
    "agree": ("agrees with the reconstruction", "agree with the reconstruction"),
    "disagree": ("disagrees", "disagree"),
    "unsure": ("cannot be told", "cannot be told"),
}
"""Verdicts on one measure, and on several."""


def sentence(results: Results, clusters: Headline | None) -> str:
    """Whether members that reconstruct well also serve well downstream, by ranks."""
    rows = results.correlations[results.correlations["reconstruction"] == "mse"]
    if clusters is not None:
        own = rows[(rows["measure"] == clusters.measure) & (rows["split"] == clusters.split)]
        main = _of_one(own.iloc[0]) if len(own) else ""
    else:
        main = ""
    return " ".join(filter(None, [main, _of_all(rows)]))


def _of_one(row: pd.Series) -> str:
    label = MEASURES[row["measure"]].label
    start = "Whether reconstruction and downstream quality agree cannot be said"
    if math.isnan(row["value"]):
        return f"{start}: {row['reason']}."
    half = (row["high"] - row["low"]) / 2
    value, low, high = (rounded(row[key], half) for key in ("value", "low", "high"))
    numbers = (
        f"rank correlation of test MSE and {label} over {row['members']:.0f} members of "
        f"{row['combinations']:.0f} combinations {value} (95 % interval {low} to {high}; below "
        "zero they agree)"
    )
    verdict = _verdict(row)
    if verdict == "unsure":
        return f"{start}: {numbers}."
    return f"Reconstruction and downstream quality {verdict}: {numbers}."


def _of_all(rows: pd.DataFrame) -> str:
    """How many of the downstream measures go with the error; each on one split."""
    known = rows[rows["value"].notna()]
    known = known.sort_values("split", key=lambda s: s != ALL, kind="stable")
    verdicts = [_verdict(row) for _, row in known.drop_duplicates("measure").iterrows()]
    if len(verdicts) < 2:
        return ""
    counts = {word: verdicts.count(word) for word in WORDS}
    said = [f"{number} {WORDS[word][number > 1]}" for word, number in counts.items() if number]
    return f"Of {len(verdicts)} downstream measures, {listed(said)}."


def _verdict(row: pd.Series) -> str:
    """By the interval alone: an error is low when it is good, and so are some measures."""
    if not (row["low"] > 0 or row["high"] < 0):
        return "unsure"
    alike = MEASURES[row["measure"]].better == "lower"
    return "agree" if (row["value"] > 0) == alike else "disagree"
