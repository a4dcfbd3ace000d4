"""The frame of the waterfall: where the error of a diagnosed member goes."""

import html
import math

import pandas as pd

from vaebio.diagnosis.budget import PARTS
from vaebio.report import why_figures as figures
from vaebio.report.diagnosis import Diagnosis
from vaebio.report.numbers import rounded, with_interval
from vaebio.report.views import Plot, View
from vaebio.terms import MEASURES
from vaebio.terms.diagnosis import PART_NAMES

ENDS = ("null", "noise_floor")
ABSENT = "could not be determined"
PAD = 0.12
"""Room on both sides of what is left, as a share of it."""


def budget(diagnosis: Diagnosis, name: str) -> Plot:
    """The whole error, and what the member leaves of it above the floor."""
    question = f"Where does the error of {name} go?"
    rows = diagnosis.of("budget", name)
    if rows.empty:
        return Plot(f"budget-{name}", question, [])
    steps = placed(rows)
    spans = {"the whole error": None, "what is left above the floor": _left(steps)}
    if spans["what is left above the floor"] is None:
        spans = {"the whole error": None}
    views = [_view(rows, steps, word, span) for word, span in spans.items()]
    return Plot(f"budget-{name}", question, views)


def placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Each part with where it starts and ends, the train mean first and down to 0.

    Returns
    -------
    Columns part, name, text, start, end, low, high (interval of the end) and hover; start to high
    are NaN for a part that could not be determined.
    """
    own = rows.set_index("part")
    own = own.loc[[part for part in PARTS if part in own.index]]
    at, found = own["mse"].get("null", math.nan), []
    for part, row in own.iterrows():
        text = ABSENT if math.isnan(row["mse"]) else with_interval(*row[["mse", "low", "high"]])
        start, end = (at, at - row["mse"]) if part != "null" else (row["mse"], 0.0)
        bounds = [math.nan, math.nan]
        if part not in ENDS and not math.isnan(row["low"]):
            bounds = [start - row["high"], start - row["low"]]
        if math.isnan(row["mse"]):
            start, end = math.nan, math.nan
        elif part != "null":
            at = end
        hover = f"{html.escape(PART_NAMES[part])}: {text}<br>{html.escape(PARTS[part])}"
        found.append((part, PART_NAMES[part], text, start, end, *bounds, hover))
    columns = ["part", "name", "text", "start", "end", "low", "high", "hover"]
    return pd.DataFrame(found, columns=columns)


def _left(steps: pd.DataFrame) -> tuple[float, float] | None:
    """From the lowest to the highest end of what lies between explained and noise floor."""
    inner = steps[~steps["part"].isin((*ENDS, "explained"))]
    levels = pd.concat([inner[column] for column in ("start", "end", "low", "high")]).dropna()
    if levels.empty or levels.max() <= levels.min():
        return None
    pad = PAD * (levels.max() - levels.min())
    return float(levels.min() - pad), float(levels.max() + pad)


def _view(
    rows: pd.DataFrame, steps: pd.DataFrame, word: str, span: tuple[float, float] | None
) -> View:
    reading = (
        "From the error of the train mean, each step takes off what it names, down to the noise "
        "floor; a step to the right adds. Whiskers: 95 % intervals over seeds. The steps sum to "
        "the error of the train mean."
    )
    if span:
        reading += " The axis does not begin at 0."
    return View(
        choice={"axis": word},
        reading=reading,
        figure=figures.waterfall(steps, span),
        columns=["part", MEASURES["mse"].axis, "low", "high", "what it is"],
        rows=[_row(part, *own) for part, *own in rows[["part", "mse", "low", "high"]].to_numpy()],
    )


def _row(part: str, mse: float, low: float, high: float) -> list[str]:
    half = (high - low) / 2
    known = math.isfinite(half) and half > 0
    cells = [
        ("" if math.isnan(v) else rounded(v, half if known else None)) for v in (mse, low, high)
    ]
    note = f"; {ABSENT}" if math.isnan(mse) else ""
    return [PART_NAMES[part], *cells, f"{PARTS[part]}{note}"]
