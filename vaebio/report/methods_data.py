"""How the data were prepared, in words: from the facts that the preparation left.

What was not done is not said. No sentence needs the singular of the words for observations and
features, which are the user's.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vaebio.data.say import KINDS
from vaebio.data.transform import OFFSET
from vaebio.report.numbers import count, listed, percent
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.settings import BUILTIN, Report, Split

VALUES = KINDS | {"continuous": "continuous values", "binary": "binary values"}
"""What values of a kind are called."""

CHOSEN_BY = {
    "seurat_v3": ("standardised variance (seurat_v3) of their counts", "stuart2019"),
    "pearson": ("variance of the Pearson residuals of their counts", "lause2021"),
    "variance": ("variance", ""),
    "mad": ("median absolute deviation", ""),
}
"""What features are chosen by, and its source."""

_DETECTED = ("counts", "binary")


def paragraph(results: Results, citations: Citations) -> str:
    """What was done to the values, from the file to the model's input."""
    prepared = results.prepared
    parts = [came_in(results), division(results)]
    if prepared["transform"] != "log1p":
        parts.append(_transformation(prepared, citations))
    parts += [_left_out(results), _choice(results, citations)]
    if prepared["transform"] == "log1p":
        parts.append(_normalisation(results))
    parts += [_imputation(results, citations), _scaling(results), _used(results)]
    return " ".join(filter(None, parts))


def came_in(results: Results) -> str:
    """The file, what was taken of it, and what its values are."""
    prepared, words = results.prepared, results.config.report
    clauses = [_as_clause(_short(s, prepared)) for s in prepared["account"]["reading"]]
    reading = f" On reading: {'; '.join(clauses)}." if clauses else ""
    return (
        f"The data set {prepared['name']} ({source(prepared)}) had "
        f"{count(prepared['observations_in'])} {words.observations} and "
        f"{count(prepared['features_in'])} {words.features}.{reading} Its values were treated as "
        f"{VALUES[prepared['kind']]} ({_as_clause(prepared['kind_reason'])})."
    )


def source(prepared: Mapping[str, Any]) -> str:
    """The form of the data set's file and its name."""
    if prepared["matrix"].startswith(BUILTIN):
        return f"{prepared['form']} {prepared['matrix'].removeprefix(BUILTIN)}"
    return f"{prepared['form']}, {Path(prepared['matrix']).name}"


def division(results: Results) -> str:
    """How train, validation and test came about."""
    settings, words = results.config.prepare.split, results.config.report
    start = f"Before any filter the {words.observations} were divided into train, validation and "
    return f"{start}test {_BY[settings.by](results, settings)}."


def _at_random(results: Results, settings: Split) -> str:
    label = results.prepared["label"]
    how = f"at random and stratified by the label {label}" if label else "at random"
    return f"{how} ({_shares(settings)}; seed {settings.seed})"


def _in_groups(results: Results, settings: Split) -> str:
    prepared, column = results.prepared, settings.group or results.prepared["batch"]
    also = f", for every label of {prepared['label']} too" if prepared["label"] else ""
    return (
        f"by whole groups: none of the groups of {column} is in two of them, and their sizes are "
        f"as near to the shares as was found{also} ({_shares(settings)}; seed {settings.seed})"
    )


def _by_column(results: Results, settings: Split) -> str:
    words, prepared = results.config.report, results.prepared
    text = f"as the column {settings.column} of the data set says"
    if settings.group:
        text += f", which leaves every group of {settings.group} in one of them"
    if not prepared["account"]["validation_taken"]:
        return text
    whole = f"by whole groups of {settings.group}" if settings.group else ""
    how = whole or (f"stratified by {prepared['label']}" if prepared["label"] else "at random")
    share = settings.validation / (settings.train + settings.validation)
    return (
        f"{text}; for validation, which it has not, {percent(share)} of its train "
        f"{words.observations} were taken, {how} (seed {settings.seed})"
    )


_BY = {"label": _at_random, "group": _in_groups, "batch": _in_groups, "column": _by_column}


def _shares(settings: Split) -> str:
    shares = (settings.train, settings.validation, settings.test)
    return f"shares {listed([f'{share:g}' for share in shares])}"


def _transformation(prepared: Mapping[str, Any], citations: Citations) -> str:
    """What was done to every value by itself."""
    transform = prepared["transform"]
    if transform == "log2":
        return "Intensities of 0 were taken for missing, and of the others the logarithm of base 2."
    if transform == "m_values":
        return (
            f"Fractions b became M-values, log2((b + {OFFSET:g}) / (1 − b + {OFFSET:g})) "
            f"{citations.cite('du2010')}."
        )
    if transform == "binarised":
        return "Every value above 0 was taken for 1."
    return "Before scaling no value was transformed."


def _left_out(results: Results) -> str:
    """Observations and features that did not pass a filter."""
    parts = list(filter(None, [_lost_observations(results), *_lost_features(results)]))
    return f"Left out were {listed(parts)}." if parts else ""


def _lost_observations(results: Results) -> str:
    prepared, words = results.prepared, results.config.report
    least, lost = prepared["account"]["least"], _number_lost(prepared)
    if prepared["kind"] not in (*_DETECTED, "intensity"):
        first = f"{words.observations} without any value ({count(lost)})" if lost else ""
        return listed([*filter(None, [first]), *_uncounted(prepared, words)])
    what = f"with fewer than {count(least)} detected {words.features}"
    if least == 1:
        what = f"without any detected {words.features}"
    first = f"{words.observations} {what} ({count(lost)})" if least else ""
    return listed([*filter(None, [first]), *_uncounted(prepared, words)])


def _number_lost(prepared: Mapping[str, Any]) -> int:
    """Observations that did not pass the filter."""
    lost = prepared["observations_in"] - prepared["observations"]
    return lost - prepared["account"]["uncounted"]


def _uncounted(prepared: Mapping[str, Any], words: Report) -> Iterator[str]:
    if number := prepared["account"]["uncounted"]:
        a = "count" if prepared["kind"] == "counts" else "measured value"
        what = f"{words.observations} without a {a} in the {words.features} that were left"
        yield f"{what} ({count(number)})"


def _lost_features(results: Results) -> Iterator[str]:
    prepared, words, settings = results.prepared, results.config.report, results.config.prepare
    account = prepared["account"]
    lost = count(prepared["features_in"] - account["passed"])
    if prepared["kind"] in _DETECTED and (n := settings.min_observations):
        least = "no" if n == 1 else f"fewer than {count(n)}"
        yield f"{words.features} detected in {least} train {words.observations} ({lost})"
    elif prepared["kind"] not in _DETECTED and account["some_missing"]:
        most = f"{percent(settings.max_missing)} of the train {words.observations}"
        yield f"{words.features} missing in more than {most} ({lost})"
    if constant := account["passed"] - account["candidates"]:
        yield f"{words.features} constant on train ({count(constant)})"


def _choice(results: Results, citations: Citations) -> str:
    prepared, words = results.prepared, results.config.report
    account, chosen = prepared["account"], count(prepared["features"])
    if not account["selection"]:
        left = " that were left" if prepared["features"] < prepared["features_in"] else ""
        return f"All {chosen} {words.features}{left} were kept."
    by, key = CHOSEN_BY[account["selection"]]
    if prepared["kind"] == "counts" and not key:
        by += " of their normalised logarithms"
    cited = f" {citations.cite(key)}" if key else ""
    return (
        f"Of the {count(account['candidates'])} {words.features} that were left, the {chosen} with "
        f"the highest {by} on train{cited} were kept. {account['selection_note']}"
    ).strip()


def _normalisation(results: Results) -> str:
    words, account = results.config.report, results.prepared["account"]
    return (
        f"The counts of the {words.observations} were scaled to a common total of "
        f"{results.config.prepare.target_total:,g} over the {count(account['passed'])} "
        f"{words.features} detected often enough, and log(1 + x) was taken."
    )


def _imputation(results: Results, citations: Citations) -> str:
    prepared, words = results.prepared, results.config.report
    if not (missing := prepared["account"]["missing"]):
        return ""
    return (
        f"Of the values of these {words.features}, {count(missing)} "
        f"({percent(prepared['account']['missing_share'])}) were missing and were filled in with "
        f"{filled_with(prepared, words)}"
        f"{' ' + citations.cite('troyanskaya2001') if prepared['imputation'] == 'knn' else ''}."
    )


def filled_with(prepared: Mapping[str, Any], words: Report) -> str:
    """What missing values became."""
    if prepared["imputation"] == "knn":
        return (
            f"the means of the {prepared['neighbours']} nearest train {words.observations} that "
            "have them"
        )
    if prepared["imputation"] == "median":
        return f"the medians of the {words.features} on train"
    return f"half of the smallest intensities of the {words.features} on train"


def _scaling(results: Results) -> str:
    words, clip = results.config.report, results.config.prepare.clip
    there = "the values that were there on train" if has_missing(results) else "train"
    if not results.config.prepare.scale:
        return (
            f"The {words.features} were brought to mean 0 with the mean of {there}; their "
            "variances were left as they were, so that errors are in the units of the values."
        )
    cut = "no scaled value was cut"
    if clip is not None:
        cut = f"scaled values were cut at {clip:g} standard deviations"
    return (
        f"The {words.features} were brought to mean 0 and variance 1 with the mean and standard "
        f"deviation of {there}, and {cut}."
    )


def has_missing(results: Results) -> bool:
    """Whether any value that the models see was filled in."""
    return bool(results.prepared["account"]["missing"])


def over_measured(results: Results) -> str:
    """A sentence on errors where values were missing; empty where none were."""
    if not has_missing(results):
        return ""
    share = percent(results.prepared["account"]["missing_share"])
    return f"Over the measured values alone: {share} were missing and had to be filled in."


def _used(results: Results) -> str:
    prepared, words = results.prepared, results.config.report
    sizes = listed([f"{name} ({count(number)})" for name, number in prepared["split"].items()])
    return (
        f"This left {count(prepared['observations'])} {words.observations} with "
        f"{count(prepared['features'])} {words.features}: {sizes}. All constants of the "
        "preparation were learned on train only."
    )


def _short(sentence: str, prepared: Mapping[str, Any]) -> str:
    """A sentence without the folders of the files in it."""
    for path in filter(None, (prepared["matrix"], prepared["annotation"])):
        sentence = sentence.replace(path, Path(path).name)
    return sentence


def _as_clause(sentence: str) -> str:
    """A sentence as part of a longer one; a word such as PCA keeps its capitals."""
    text = sentence.replace("`", "").rstrip(". ")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
