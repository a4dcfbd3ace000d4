"""The facts of the section on the data: a name, a value and a note each."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vaebio.report.methods_data import CHOSEN_BY, VALUES, filled_with, has_missing
from vaebio.report.numbers import count, percent
from vaebio.report.read import Results


class Fact(NamedTuple):
    """What stands in one place of the section; the note may be empty."""

    name: str
    value: str
    note: str


SCALES = {
    "log1p": "log(1 + counts)",
    "log2": "logarithm of base 2",
    "m_values": "M-values",
    "binarised": "above 0 or not",
}
"""What a transformation made of the values; without one they stay as they are."""


def facts(results: Results) -> list[Fact]:
    """What came in and what was made of it; what does not apply is not there."""
    prepared, words = results.prepared, results.config.report
    sizes = f"{words.observations} × {words.features}"
    return [
        Fact("read from", prepared["form"], Path(prepared["matrix"]).name),
        Fact("came in", _size(prepared["observations_in"], prepared["features_in"]), sizes),
        Fact("used", _size(prepared["observations"], prepared["features"]), sizes),
        Fact("values", VALUES[prepared["kind"]], prepared["kind_reason"]),
        Fact("scale", *_scale(results)),
        Fact(words.features, *_choice(results)),
        *_zeros(results),
        *_missing(results),
        Fact("split", *_split(results)),
        Fact("label", prepared["label"] or "none", _classes(len(prepared["labels"]))),
        Fact("batch", prepared["batch"] or "none", _batch(results)),
    ]


def _size(observations: int, features: int) -> str:
    return f"{count(observations)} × {count(features)}"


def _scale(results: Results) -> tuple[str, str]:
    transform, clip = results.prepared["transform"], results.config.prepare.clip
    note = "then variance 1 on train, " + ("never cut" if clip is None else f"cut at ±{clip:g}")
    if not results.config.prepare.scale:
        note = "then mean 0 on train; the variances stay"
    if transform == "log1p":
        note = f"at a total of {results.config.prepare.target_total:,g}; {note}"
    return SCALES.get(transform, "as they came"), note


def _choice(results: Results) -> tuple[str, str]:
    account, chosen = results.prepared["account"], results.prepared["features"]
    if not account["selection"]:
        return f"all {count(chosen)}", "that passed the filters"
    by, _ = CHOSEN_BY[account["selection"]]
    return f"{count(chosen)} of {count(account['candidates'])}", f"highest {by} on train"


def _zeros(results: Results) -> Iterator[Fact]:
    """Zeros mean nothing on a scale that has no place for them."""
    prepared = results.prepared
    if prepared["sparsity"] and prepared["transform"] not in ("log2", "m_values"):
        yield Fact("zeros", percent(prepared["sparsity"]), "of the values before scaling")


def _missing(results: Results) -> Iterator[Fact]:
    prepared = results.prepared
    if has_missing(results):
        account = prepared["account"]
        how = filled_with(prepared, results.config.report)
        note = f"{count(account['missing'])} values, filled in with {how}; in no measure"
        yield Fact("missing", percent(account["missing_share"]), note)
    elif prepared["kind"] not in ("counts", "binary"):
        yield Fact("missing", "none", "of the values that were used")


def _split(results: Results) -> tuple[str, str]:
    prepared, settings = results.prepared, results.config.prepare.split
    if settings.by == "column":
        taken = prepared["account"]["validation_taken"]
        return f"by {settings.column}", "validation taken from its train" if taken else "as it says"
    if settings.by in ("group", "batch"):
        return f"by {settings.group or prepared['batch']}", "whole groups, none in two splits"
    if prepared["label"]:
        return "at random", f"stratified by {prepared['label']}"
    return "at random", "no label to stratify by"


def _classes(number: int) -> str:
    if not number:
        return "no labels"
    return f"{'1 class' if number == 1 else f'{count(number)} classes'}, for evaluation only"


def _batch(results: Results) -> str:
    if not results.prepared["batch"]:
        return ""
    told = results.config.model.batch
    return "told to encoder and decoder" if told else "not used by the model"
