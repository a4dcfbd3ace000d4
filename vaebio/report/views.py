"""What stands in a figure's frame: its question, how to read it, its views and their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vaebio.report import figures
from vaebio.report.headline import Headline, clusterings, reconstructions
from vaebio.report.read import Results
from vaebio.report.seeds import baseline
from vaebio.report.sized import CONTROLS, SIZED
from vaebio.terms import ALL, MEASURES

SPLIT_WORDS = {ALL: "all observations"}


@dataclass(frozen=True)
class View:
    """One state of a figure: what the reader chose, the figure, and the table behind it."""

    choice: Mapping[str, str]
    reading: str
    figure: go.Figure
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def data(self) -> dict[str, Any]:
        """Everything the page's script needs."""
        drawn = self.figure.to_plotly_json()
        drawn["layout"].pop("template", None)
        return {
            "choice": dict(self.choice),
            "reading": self.reading,
            "figure": drawn,
            "table": {"columns": list(self.columns), "rows": [list(row) for row in self.rows]},
        }


@dataclass(frozen=True)
class Plot:
    """A figure with its question as title; the first view is the one shown first."""

    name: str
    question: str
    views: Sequence[View]

    @property
    def choices(self) -> dict[str, list[str]]:
        """What the reader can choose, where there is more than one thing to choose from."""
        found: dict[str, list[str]] = {}
        for view in self.views:
            for dimension, word in view.choice.items():
                found.setdefault(dimension, [])
                if word not in found[dimension]:
                    found[dimension].append(word)
        return {dimension: words for dimension, words in found.items() if len(words) > 1}

    def data(self) -> dict[str, Any]:
        """Everything the page's script needs."""
        return {
            "name": self.name,
            "question": self.question,
            "views": [view.data() for view in self.views],
        }


def answer_plot(results: Results, recommended: Headline | None = None) -> Plot:
    """The best combination of each model beside the baselines.

    Parameters
    ----------
    recommended
        What stands, of its own model, in the place of the lowest validation MSE.
    """
    errors = reconstructions(results)
    if recommended:
        rest = [head for head in errors if head.model != recommended.model]
        errors = [recommended, *rest]
    strips = [heads for heads in (errors, clusterings(results)) if heads]
    if not strips:
        return Plot("levels", "How far from the baselines?", [])
    rows = [row for heads in strips for row in _level_rows(heads)]
    figure = figures.levels(strips, list(results.members["beta"]))
    reading = "Bars: means and baselines; pale dots: single seeds."
    if recommended:
        reading += " The MSE is that of the recommended combination, the ARI the highest of all."
    if len(results.variants) > 1:
        reading += " Each model stands with its own best combination, and PCA with their sizes."
    columns = ["measure", "model", "value", "spread over seeds"]
    return Plot("levels", "How far from the baselines?", [View({}, reading, figure, columns, rows)])


def _level_rows(heads: Sequence[Headline]) -> list[list[str]]:
    label = f"{MEASURES[heads[0].measure].label}, {split_word(heads[0].split)}"
    rows = [[label, f"VAE, {head.place}", *mean_and_spread(head.text)] for head in heads]
    return rows + [[label, name, text, ""] for name, _, text in figures.baseline_levels(heads)]


def model_choice(model: str) -> dict[str, str]:
    """The model as a choice; none where there is only one."""
    return {"model": model} if model else {}


def split_word(split: str) -> str:
    """A split as the page names it."""
    return SPLIT_WORDS.get(split, split)


def mean_and_spread(text: str) -> list[str]:
    """The two parts of a printed number; the second is empty without a spread."""
    mean, _, spread = text.partition(" ± ")
    return [mean, spread]


def baselines(results: Results, measure: str, split: str) -> pd.DataFrame:
    """Rows name (null, or the word of a sized one or control), latent, value where there is one."""
    rows = []
    for latent in sorted(results.members["latent"].unique()):
        sized = [(one.word, one.name(latent)) for one in SIZED]
        for name, key in (*sized, ("null", "null"), *CONTROLS.items()):
            level = baseline(results, key, measure, split)
            if level:
                rows.append({"name": name, "latent": latent, "value": level.value})
    return pd.DataFrame(rows, columns=["name", "latent", "value"])
