"""Errors told apart by feature: by abundance, and by name."""

import math
from collections.abc import Iterator

import pandas as pd

from vaebio.report import feature_figures as figures
from vaebio.report.example import Example, example
from vaebio.report.numbers import count, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import pca
from vaebio.report.views import Plot, View, split_word
from vaebio.terms import MEASURES, NOISE_FLOOR

MOST_NAMED, MOST_POINTS = 15, 3000
"""Features named at either end, and points of a figure."""
BOUNDS = {"mse": ("low", "high"), "explained": ("explained_low", "explained_high")}
R2_DIGITS = 0.01
"""An R² of one feature has no interval; two decimals claim little."""


def plots(results: Results) -> list[Plot]:
    """The figures of the section that have something to show."""
    made = (strata(results), extremes(results), scatter(results))
    return [plot for plot in made if plot.views]


def strata(results: Results) -> Plot:
    """Error by abundance of one member, PCA of its size, null and noise floor."""
    question = "Is the error left in the rare features or in the common ones?"
    table = results.strata
    shown = example(results, set(table.loc[table["mse"].notna(), "member"]))
    views = list(_strata(results, shown)) if shown else []
    return Plot("strata", question, views)


def _strata(results: Results, shown: Example) -> Iterator[View]:
    table = results.strata
    names = {
        shown.member: "member",
        pca(shown.latent): "PCA",
        "null": "null",
        NOISE_FLOOR: "noise floor",
    }
    for measure in ("mse", "explained", "r2"):
        for split in ("test", "validation", "train"):
            own = table[(table["split"] == split) & table["member"].isin(names)]
            own = _levels(own.assign(kind=own["member"].map(names)), measure)
            if "member" not in set(own["kind"]):
                continue
            yield View(
                choice={"measure": MEASURES[measure].label, "split": split_word(split)},
                reading=_strata_reading(own, shown, measure),
                figure=figures.strata(own, _ranges(own), measure),
                columns=_strata_columns(measure),
                rows=list(_strata_rows(own, shown)),
            )


def _levels(own: pd.DataFrame, measure: str) -> pd.DataFrame:
    """What has a value, in the order in which it is drawn; of fractions not their own ends."""
    low, high = (own[c] if c else math.nan for c in BOUNDS.get(measure, ("", "")))
    own = own.assign(value=own[measure], low=low, high=high)
    if measure != "mse":
        own = own[own["kind"].isin(("member", "PCA"))]
    order = list(figures.LOOKS)
    own = own[own["value"].notna()]
    places = own["kind"].map(order.index)
    own = own.assign(place=places).sort_values(["place", "stratum"], kind="stable")
    hover = [
        f"{r.kind}, stratum {r.stratum:.0f} ({r.features:.0f} features)<br>"
        f"{MEASURES[measure].label} {_value(r)}"
        for r in own.itertuples()
    ]
    return own.assign(hover=hover)


def _value(row: pd.Series) -> str:
    half = (row.high - row.low) / 2
    if not math.isfinite(half):
        return rounded(row.value)
    value, low, high = (rounded(v, half) for v in (row.value, row.low, row.high))
    return f"{value} (95 % interval {low} to {high})"


def _ranges(own: pd.DataFrame) -> list[str]:
    """Abundances of each stratum, below its number."""
    first = own.drop_duplicates("stratum").sort_values("stratum")
    return [
        f"{r.stratum:.0f}<br>{rounded(r.lowest)} to {rounded(r.highest)}"
        for r in first.itertuples()
    ]


def _strata_columns(measure: str) -> list[str]:
    start = ["stratum", "lowest abundance", "highest abundance", "features", "weight in the MSE"]
    return ["what", *start, MEASURES[measure].axis, "low", "high"]


def _strata_rows(own: pd.DataFrame, shown: Example) -> Iterator[list[str]]:
    for r in own.itertuples():
        half = (r.high - r.low) / 2
        known = math.isfinite(half)
        bounds = [rounded(v, half) for v in (r.low, r.high)] if known else ["", ""]
        name = shown.member if r.kind == "member" else r.kind
        facts = [f"{r.stratum:.0f}", rounded(r.lowest), rounded(r.highest), f"{r.features:.0f}"]
        yield [
            name,
            *facts,
            rounded(r.weight),
            rounded(r.value, half if known else None),
            *bounds,
        ]


def _strata_reading(own: pd.DataFrame, shown: Example, measure: str) -> str:
    there = list(dict.fromkeys(own["kind"]))
    parts = (
        _ends(own, measure),
        f"Member: {shown.member}, {shown.why}"
        + (f"; diamond: PCA with {shown.latent} components." if "PCA" in there else "."),
        "Bars: predicting the train mean (null) and the noise floor; between them lies what could "
        "be explained, and where they meet nothing is left."
        if {"null", "noise floor"} <= set(there)
        else "",
        "Lines: 95 % interval over observations." if own["low"].notna().any() else "",
        MEASURES[measure].meaning,
    )
    return " ".join(filter(None, parts)).replace("`", "")


def _ends(own: pd.DataFrame, measure: str) -> str:
    """The member in the lowest and in the highest stratum."""
    rows = own[own["kind"] == "member"].sort_values("stratum")
    if len(rows) < 2:
        return ""
    low, high = (_value(r) for r in rows.iloc[[0, -1]].itertuples())
    label = MEASURES[measure].label
    return f"{label} of the member: {low} for the rarest features, {high} for the most abundant."


def extremes(results: Results) -> Plot:
    """The features with the highest and the lowest R² of one member, by name."""
    own, shown = _of_member(results)
    if shown is None:
        return Plot("extremes", "Which features are reconstructed best and worst?", [])
    own = own.sort_values("r2", ascending=False, kind="stable").reset_index(drop=True)
    picked = own
    if len(own) > 2 * MOST_NAMED:
        picked = pd.concat([own.head(MOST_NAMED), own.tail(MOST_NAMED)])
    gaps = pd.Series(picked.index, picked.index).diff() > 1
    columns = ["feature", "abundance", "detected", "R²", "R² of PCA", "MSE", "MSE of null"]
    reading = _named_reading(own, shown, len(picked))
    view = View({}, reading, figures.extremes(picked.assign(gap=gaps)), columns, _named(picked))
    return Plot("extremes", "Which features are reconstructed best and worst?", [view])


def _of_member(results: Results) -> tuple[pd.DataFrame, Example | None]:
    """Features of the member that is shown, beside those of PCA, where they have an R²."""
    table = results.features
    known = table[table["r2"].notna()]
    shown = example(results, set(known["member"]))
    if shown is None:
        return known.iloc[:0], None
    beside = known.loc[known["member"] == pca(shown.latent), ["feature", "r2"]]
    beside = beside.drop_duplicates("feature").rename(columns={"r2": "pca_r2"})
    return known[known["member"] == shown.member].merge(beside, on="feature", how="left"), shown


def _named(table: pd.DataFrame) -> list[list[str]]:
    return [
        [
            r.feature,
            rounded(r.abundance),
            _share(r.detected),
            *(_or_empty(v) for v in (r.r2, r.pca_r2)),
            rounded(r.mse),
            rounded(r.null_mse),
        ]
        for r in table.itertuples()
    ]


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{100 * value:.3g} %"


def _or_empty(value: float) -> str:
    return "" if math.isnan(value) else rounded(value, R2_DIGITS)


def _named_reading(own: pd.DataFrame, shown: Example, named: int) -> str:
    useless, median = int((own["r2"] <= 0).sum()), own["r2"].median()
    parts = (
        f"Of {count(len(own))} features, {count(useless)} are met no better than by their own mean "
        f"on test (R² of 0 or less); half have an R² above {rounded(median, R2_DIGITS)}.",
        f"Here are the {MOST_NAMED} with the highest and the {MOST_NAMED} with the lowest R² of "
        f"{shown.member}, {shown.why}. They were picked by this very R², so the first are somewhat "
        "too high and the last too low."
        if named < len(own)
        else f"R² of {shown.member}, {shown.why}.",
        f"Diamond: PCA with {shown.latent} components." if own["pca_r2"].notna().any() else "",
    )
    return " ".join(filter(None, parts))


def scatter(results: Results) -> Plot:
    """R² of every feature against its abundance, and how far it is from that of PCA."""
    question = "Which features does the member explain, by their abundance?"
    own, shown = _of_member(results)
    if shown is None:
        return Plot("abundance", question, [])
    own = own.sort_values("abundance", kind="stable")
    step = math.ceil(len(own) / MOST_POINTS)
    kept = own.iloc[::step]
    kinds = {"R²": kept["r2"], "R² minus that of PCA": kept["r2"] - kept["pca_r2"]}
    views = [
        _scatter_view(kept.assign(value=value), kind, shown, (len(own), step))
        for kind, value in kinds.items()
        if value.notna().any()
    ]
    return Plot("abundance", question, views)


def _scatter_view(table: pd.DataFrame, kind: str, shown: Example, size: tuple[int, int]) -> View:
    table = table[table["value"].notna() & table["abundance"].notna()]
    every, step = size
    parts = (
        f"Each point is a feature, on test; {shown.member}, {shown.why}.",
        f"PCA has {shown.latent} components; above 0 the member explains more than PCA."
        if "PCA" in kind
        else "At 0 or below, a feature is met no better than by its own mean.",
        f"Of {count(every)} features every {step}th by abundance is drawn." if step > 1 else "",
    )
    rows = [
        [r.feature, rounded(r.abundance), _share(r.detected), rounded(r.value, R2_DIGITS)]
        for r in table.itertuples()
    ]
    reading = " ".join(filter(None, parts))
    columns = ["feature", "abundance", "detected", kind]
    return View({"value": kind}, reading, figures.points(table, kind), columns, rows)
