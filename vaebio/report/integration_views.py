"""How far latents mix the technical batches and keep the labels apart, beside the baselines."""

import math
from collections.abc import Iterator

from vaebio.report import downstream_figures as figures
from vaebio.report.headline import ranked
from vaebio.report.numbers import rounded
from vaebio.report.placed import Level, against_pca, in_focus, levels, places
from vaebio.report.read import Results
from vaebio.report.seeds import splits
from vaebio.report.views import Plot, View, mean_and_spread, model_choice, split_word
from vaebio.terms import MEASURES
from vaebio.terms.integration import INTEGRATION

AGGREGATES = ("batch_correction", "bio_conservation", "integration_total")
NAMES = [term.name for term in INTEGRATION]
ORDER = [*AGGREGATES, *(name for name in NAMES if name not in AGGREGATES)]
"""The means first, then what they are made of."""

FINEST = 0.01
"""What a tile rounds to at most: more has no room."""

Found = dict[tuple[str, str], Level]
"""Levels by the name of their row and by measure."""


def integration(results: Results) -> Plot:
    """A table of measures for each model; no views without a batch."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("integration", "Are batches mixed, and labels still apart?", views)


def _views(results: Results, model: str) -> Iterator[View]:
    own = results.of(model)
    where = {name: found[0] for name in ORDER if (found := splits(own, name))}
    if not where:
        return
    found = {
        (level.place.name, name): level
        for name, split in where.items()
        for level in levels(own, name, split)
    }
    rows = [p.name for p in places(own) if any((p.name, m) in found for m in where)]
    focus = in_focus(results, model)
    framed = f"beta {focus[0]:g}, latent {focus[1]}" if focus else ""
    cells = {key: _cell(level, *key) for key, level in found.items()}
    yield View(
        choice=model_choice(model),
        reading=_reading(results, model, where, framed),
        figure=figures.panel(rows, list(where), cells, framed),
        columns=["what", "measure", "split", "value", "spread over seeds", "low", "high"],
        rows=list(_table(found, rows, where)),
    )


def _cell(level: Level, name: str, measure: str) -> tuple[float, str, str]:
    low, high = level.interval()
    label = f"{name}<br>{MEASURES[measure].label} {level.text(measure)}"
    label += f"<br>95 % interval {low} to {high}" if low else ""
    known = [v for v in (level.spread, level.half) if math.isfinite(v)]
    return level.value, rounded(level.value, max([FINEST, *known[:1]])), label


def _table(found: Found, rows: list[str], where: dict[str, str]) -> Iterator[list[str]]:
    for name in rows:
        for measure, split in where.items():
            if (name, measure) in found:
                level = found[name, measure]
                value = mean_and_spread(level.text(measure))
                start = [name, MEASURES[measure].label, split_word(split)]
                yield [*start, *value, *level.interval()]


def _reading(results: Results, model: str, where: dict[str, str], framed: str) -> str:
    told = [
        against_pca(results, model, name, where[name]) for name in AGGREGATES[:2] if name in where
    ]
    parts = (
        f"Model: {model}." if model else "",
        *told,
        "A tile is the mean over seeds; stronger colour is better, the scale is 0 to 1. Mixing "
        "alone is no success: noise without any signal mixes them too, so read batch correction "
        "with bio conservation.",
        "Frame: the combination of the sentence." if framed and told else "",
        _uncorrected(results),
    )
    return " ".join(filter(None, parts))


def _uncorrected(results: Results) -> str:
    if results.config.model.batch:
        return ""
    return "The models were not told the batch (model.batch), so nothing removed it on purpose."
