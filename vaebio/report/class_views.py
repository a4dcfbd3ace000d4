"""Which labels are told from the latents: class by class, a member beside PCA of its size."""

import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import downstream_figures as figures
from vaebio.report.chosen import TITLES, choice
from vaebio.report.example import by_error
from vaebio.report.numbers import plural, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import pca
from vaebio.report.views import Plot, View

WORDS = {"knn": "k-NN", "linear": "linear probe"}
MOST_MEMBERS, MOST_ROWS = 24, 2000
"""Members to choose from, and rows of their classes, on a page; the chosen ones come first."""
NUMBERS = ("recall", "low", "high", "precision", "f1")


def classes(results: Results) -> Plot:
    """One view for each member that has room and each classifier."""
    views = list(_views(results))
    return Plot("classes", "Which labels are told from the latents, and which are not?", views)


def _views(results: Results) -> Iterator[View]:
    table = results.classes
    known = table[table["recall"].notna()]
    own = set(known["member"]) & set(results.members["member"])
    names = _members(results, own, len(known["class"].unique()) * known["classifier"].nunique())
    groups = {key: rows for key, rows in table.groupby(["member", "classifier"], sort=False)}
    latents = results.members.set_index("member")["latent"]
    for name, title in names.items():
        for classifier, word in WORDS.items():
            if (name, classifier) not in groups:
                continue
            beside = groups.get((pca(latents[name]), classifier), table.iloc[:0])
            rows = _joined(groups[name, classifier], beside)
            reading = _reading(rows, classifier, len(names), len(own), results)
            yield View(
                choice={"member": title, "classifier": word},
                reading=reading,
                figure=figures.recalls(rows),
                columns=_columns(),
                rows=list(_rows(rows)),
            )


def _members(results: Results, known: set[str], size: int) -> dict[str, str]:
    """Members to choose from, each with its title: the chosen ones, then by validation MSE."""
    titles: dict[str, list[str]] = {}
    for name, word in TITLES.items():
        found = choice(results, name)
        if found and found.member in known:
            titles.setdefault(found.member, []).append(word.lower())
    ordered = [*titles, *(name for name in by_error(results, known) if name not in titles)]
    room = max(1, min(MOST_MEMBERS, MOST_ROWS // max(size, 1)))
    return {
        name: f"{name} ({', '.join(titles[name])})" if name in titles else name
        for name in ordered[:room]
    }


def _joined(own: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """A row for each class, the largest first; the columns of PCA have `pca_` before them."""
    facts = ["class", "train_observations", "test_observations", *NUMBERS, "reason"]
    other = beside[["class", *NUMBERS]].rename(columns={c: f"pca_{c}" for c in NUMBERS})
    both = own[facts].merge(other, on="class", how="left").rename(columns={"class": "name"})
    return both.sort_values("train_observations", ascending=False, kind="stable")


def _columns() -> list[str]:
    words = ["recall", "low", "high", "precision", "F1"]
    return ["class", "train", "test", *words, *(f"PCA {word}" for word in words), "remark"]


def _rows(rows: pd.DataFrame) -> Iterator[list[str]]:
    for row in rows.to_dict("records"):
        counts = [_count(row[f"{split}_observations"]) for split in ("train", "test")]
        numbers = [_printed(row, start, c) for start in ("", "pca_") for c in NUMBERS]
        yield [row["name"], *counts, *numbers, row["reason"]]


def _count(number: float) -> str:
    return "" if math.isnan(number) else f"{number:.0f}"


def _printed(row: dict, start: str, column: str) -> str:
    value, half = row[start + column], (row[f"{start}high"] - row[f"{start}low"]) / 2
    return "" if math.isnan(value) else rounded(value, half if math.isfinite(half) else None)


def _reading(rows: pd.DataFrame, classifier: str, shown: int, there: int, results: Results) -> str:
    told = {
        "knn": f"Each test observation gets the label of most of its {results.config.evaluate.knn} "
        "nearest train observations",
        "linear": "Each test observation gets the label that a linear probe, fitted on train, "
        "finds",
    }
    parts = (
        f"{told[classifier]}. Recall: the share of a class that gets its own label, with its 95 % "
        "Wilson interval; diamond: PCA with as many components. Few test observations, wide "
        "intervals. The largest class of train stands first.",
        _least(rows),
        f"Of {plural(there, 'member')}, {shown} are here: the chosen ones, then those with the "
        "lowest validation MSE."
        if shown < there
        else "",
    )
    return " ".join(filter(None, parts))


def _least(rows: pd.DataFrame) -> str:
    known = rows[rows["recall"].notna()]
    if len(known) < 2:
        return ""
    least = known.loc[known["recall"].idxmin()]
    right, all_of = round(least["recall"] * least["test_observations"]), least["test_observations"]
    return f"Least found: {least['name']}, {right} of {all_of:.0f}."
