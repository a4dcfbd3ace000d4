"""The table of all members against the baselines, grouped by model, beta and latent size."""

import math
from dataclasses import dataclass, field

import pandas as pd

from vaebio.report.comparison import density_rule
from vaebio.report.headline import ranked
from vaebio.report.numbers import rounded, with_spread
from vaebio.report.read import Results
from vaebio.report.seeds import (
    baseline,
    behind,
    comparable,
    means,
    splits,
    typical_spread,
    values,
)
from vaebio.report.sized import SIZED
from vaebio.report.variants import shown, varying
from vaebio.report.views import split_word
from vaebio.terms import AUTOENCODER, MEASURES

FIRST = (
    "mse",
    "explained",
    "r2",
    "distortion_nats",
    "elbo_nats",
    "rate_nats",
    "active_units",
    "mutual_information_nats",
    "kmeans_ari",
    "leiden_ari",
    "silhouette",
    "leiden_stable_ari",
    "knn_accuracy",
    "linear_accuracy",
    "batch_correction",
    "bio_conservation",
)
"""What the table shows before the reader asks for every measure; with labels."""
UNLABELLED = ("cluster_stability", "clusters", "silhouette_clusters")
"""What it shows besides where there are no labels."""
MARKS = "abcdefghijklmnopqrstuvwxyz"
ABSENT = "\N{EM DASH}"
CONTROLS = {"control-labels": "control: labels", "control-random": "control: noise"}


@dataclass(frozen=True)
class Column:
    """A measure on a split; `more` is what is shown only when the reader asks for it."""

    measure: str
    split: str
    rule: str = ""
    more: bool = False

    @property
    def label(self) -> str:
        """Name in the head of the table."""
        return MEASURES[self.measure].label

    @property
    def where(self) -> str:
        """The split, in words."""
        return split_word(self.split)

    @property
    def title(self) -> str:
        """Unit and meaning."""
        measure = MEASURES[self.measure]
        text = f"{measure.unit + ': ' if measure.unit else ''}{measure.meaning}".replace("`", "")
        return f"{text} {self.rule}".strip()


@dataclass(frozen=True)
class Cell:
    """A printed value, what it sorts by, and why it is absent."""

    text: str
    sort: float | None
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """A member, a baseline or the mean of a combination."""

    name: str
    latent: str
    beta: str
    status: str
    cells: list[Cell]
    architecture: list[str]
    members: list["Row"] = field(default_factory=list)
    model: str = ""


@dataclass
class Listing:
    """Columns, rows and the reasons behind the marks.

    `architecture` are the columns by which the models differ; none with a single model.
    """

    columns: list[Column]
    architecture: list[str] = field(default_factory=list)
    baselines: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def further(self) -> list[bool]:
        """Of each cell of a row whether it is shown only when the reader asks for it."""
        return [*(column.more for column in self.columns), False, False]

    def mark(self, reason: str) -> str:
        """A small letter for a reason; equal reasons share theirs."""
        if reason not in self.reasons:
            number = len(self.reasons)
            self.reasons[reason] = MARKS[number % 26] * (1 + number // 26)
        return self.reasons[reason]


def listing(results: Results) -> Listing:
    """Everything the table shows, printed."""
    first = (*FIRST, *(() if results.prepared["label"] else UNLABELLED))
    columns = [
        Column(m, splits(results, m)[0], density_rule(results, m), more=m not in first)
        for m in comparable(results)
    ]
    made = Listing(columns, varying(results.members))
    tables = {model: _Tables(results.of(model), columns) for model in ranked(results)}
    # A baseline has as many digits as the best model allows: it belongs to no other.
    made.baselines = _baselines(results, made, next(iter(tables.values())).means)
    for model, own in tables.items():
        grid = own.members[["latent", "beta"]].drop_duplicates().sort_values(["latent", "beta"])
        for latent, beta in grid.itertuples(index=False, name=None):
            made.groups.append(_group(made, own, model, latent, beta))
    return made


class _Tables:
    """Members of one model, their values and their means for each column."""

    def __init__(self, own: Results, columns: list[Column]) -> None:
        self.members = own.members
        self.single = {c: values(own, c.measure, c.split) for c in columns}
        self.means = {c: means(own, c.measure, c.split) for c in columns}


def _group(made: Listing, own: _Tables, model: str, latent: int, beta: float) -> Row:
    members = own.members
    members = members[(members["latent"] == latent) & (members["beta"] == beta)]
    members = members.sort_values("seed")
    cells, rows = [], {name: [] for name in members["member"]}
    for column in made.columns:
        table = own.means[column]
        mean = table[(table["latent"] == latent) & (table["beta"] == beta)].iloc[0]
        cells.append(_mean_cell(made, mean, column.measure))
        each = own.single[column].set_index("member")
        for name in rows:
            digits = mean["spread"] if math.isfinite(mean["spread"]) else _half(each.loc[name])
            rows[name].append(_member_cell(made, each.loc[name], digits, column.measure))
    parts = [shown(column, members[column].iloc[0]) for column in made.architecture]
    place = f"{latent}", f"{beta:g}"
    children = [
        Row(m.member, *place, m.status, [*rows[m.member], *_effort([m])], parts)
        for m in members.itertuples()
    ]
    name, effort = f"beta {beta:g}, latent {latent}", _effort(list(members.itertuples()))
    return Row(name, *place, _status(members), [*cells, *effort], parts, children, model)


def _status(members: pd.DataFrame) -> str:
    diverged = int((members["status"] == "diverged").sum())
    status = f"{len(members)} seeds" if len(members) > 1 else "1 seed"
    return status + (f", {diverged} diverged" if diverged else "")


def _mean_cell(made: Listing, mean: pd.Series, measure: str) -> Cell:
    if math.isnan(mean["mean"]):
        return Cell(ABSENT, None, made.mark(mean["reason"]))
    text = with_spread(
        mean["mean"], mean["spread"], MEASURES[measure].unit == "units", mean["half"]
    )
    mark = made.mark(mean["reason"]) if mean["counted"] < mean["members"] else ""
    return Cell(text, float(mean["mean"]), mark)


def _member_cell(made: Listing, row: pd.Series, digits: float | None, measure: str) -> Cell:
    if math.isnan(row["value"]):
        return Cell(ABSENT, None, made.mark(row["reason"]))
    whole = MEASURES[measure].unit == "units" and float(row["value"]).is_integer()
    text = f"{row['value']:.0f}" if whole else rounded(row["value"], digits)
    mark = "" if row["counted"] else made.mark("diverged, so in no mean")
    return Cell(text, float(row["value"]), mark)


def _half(row: pd.Series) -> float | None:
    half = (row["high"] - row["low"]) / 2
    return float(half) if math.isfinite(half) else None


def _effort(members: list) -> list[Cell]:
    """Epochs and seconds: of one member, or the means of several."""
    cells = []
    for attribute in ("epochs", "seconds"):
        known = [v for m in members if math.isfinite(v := getattr(m, attribute))]
        if not known:
            cells.append(Cell(ABSENT, None))
            continue
        mean = sum(known) / len(known)
        text = f"{mean:.0f}" if attribute == "epochs" else rounded(mean)
        cells.append(Cell(text, mean))
    return cells


def _baselines(results: Results, made: Listing, means: dict[Column, pd.DataFrame]) -> list[Row]:
    rows = []
    # An autoencoder has the architecture of one model; the others belong to all.
    every, first = ranked(results), results.of(ranked(results)[0])
    names = [("null", "null", "", first, "")]
    for one in SIZED:
        models = every if one.key == AUTOENCODER else every[:1]
        names += [
            (one.name(k), one.row(k), f"{k}", results.of(model), model * (len(models) > 1))
            for model in models
            for k in sorted(results.members["latent"].unique())
        ]
    names += [(key, word, "", first, "") for key, word in CONTROLS.items()]
    for key, name, latent, own, model in names:
        cells = [_baseline_cell(own, made, key, c, means[c]) for c in made.columns]
        if any(cell.sort is not None for cell in cells):
            empty = [Cell("", None), Cell("", None)]
            parts = [""] * len(made.architecture)
            if model:
                parts = [shown(c, own.members[c].iloc[0]) for c in made.architecture]
            rows.append(Row(name, latent, "", "baseline", [*cells, *empty], parts))
    return rows


def _baseline_cell(
    results: Results, made: Listing, key: str, column: Column, table: pd.DataFrame
) -> Cell:
    level = baseline(results, key, column.measure, column.split)
    if level:
        return Cell(rounded(level.value, typical_spread(table)), level.value)
    rows = behind(results, key)
    rows = rows[rows["measure"] == column.measure]
    reasons = [reason for reason in rows["reason"] if reason]
    # What a baseline cannot have (a rate) needs no reason; what failed does.
    return Cell(ABSENT if reasons else "", None, made.mark(reasons[0]) if reasons else "")
