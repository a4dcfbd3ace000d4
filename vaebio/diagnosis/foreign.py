"""The history of a VAE that was trained elsewhere: its symptoms, and what its settings mean here.

Causes need probes, and probes need the data and the model: `told` ends by saying so.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from vaebio.data.tables import check_fields, records_of
from vaebio.diagnosis.carried import Carried, sentences
from vaebio.diagnosis.curve import Curve, curves
from vaebio.diagnosis.known import Known
from vaebio.diagnosis.reduced import (
    UNKNOWN,
    Loss,
    Reduction,
    effective_beta,
    kl_at_the_end,
    reduced,
)
from vaebio.diagnosis.reduced import told as reduction
from vaebio.diagnosis.symptoms import symptoms
from vaebio.errors import VaebioError, did_you_mean

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Symptoms

NAMES = {"kl": "rate_nats", "rate": "rate_nats", "beta": "beta_now"}
"""Other names of the columns."""

NEEDED = {"epoch": "epoch", "mse": "mse", "rate_nats": "kl"}
"""Columns that must be there, and what to call them in a message."""

OPTIONAL = ("member", "split", "beta_now")

ESTIMATED = -0.05
"""Nats down to which a KL is the noise of an estimate and taken as 0. Near a KL of d the mean of
log q - log p over n observations, one sample each, has the standard deviation sqrt(2 d / n): three
of them reach 9 / 2n below 0, which is this for the 90 observations of a small validation split."""

PLACE = "check the line, and that the column holds what its name says"
SIGN = (
    "a KL is a sum over units, in nats, and never negative: a negative one is often the KL term of "
    "the ELBO with its sign turned (give -1 times the column), or a mean of log q - log p over few "
    "samples (give the analytic KL)"
)


def read_history(path: Path) -> list[Curve]:
    """Curves of a .csv or .tsv with the columns epoch, mse and kl.

    Columns `split` (train and any other word), `beta` and `member` are read where they are there;
    others are passed over. A value that is `nan` or `inf` is one: the training diverged. A KL that
    is negative by no more than an estimate from samples can be is 0.

    Raises
    ------
    VaebioError
        For a file that is no such table, naming line and column.
    """
    records = records_of(path)
    _, header = next(records, (1, []))
    columns = [NAMES.get(name.strip().lower(), name.strip().lower()) for name in header]
    _check_columns(columns, header, path)
    rows = [_row(line, fields, columns, path) for line, fields in records]
    if not rows:
        raise VaebioError(
            found=f"{path} has a header but no rows",
            expected="one line for every epoch",
            hint="check how the file was written",
        )
    _check_places(rows, path)
    return curves(pd.DataFrame([row for _, row in rows]))


def told(
    curve: Curve,
    settings: "Symptoms",
    *,
    loss: Loss = UNKNOWN,
    null: float | None = None,
    latents: Carried | None = None,
) -> list[str]:
    """Sentences about one foreign history: symptoms, audit, and what cannot be said.

    Parameters
    ----------
    null
        MSE of the train mean, where known.
    latents
        What the latents of its end carry, where they are given. They show how the program reduces
        its KL, and that of the curve is then brought to nats before symptoms are read.
    """
    fit: list[Reduction] = []
    said: list[str] = []
    known = Known(null=null)
    if latents:
        units = len(latents.units)
        fit = reduced(kl_at_the_end(curve), latents.rate, units, latents.observations, loss)
        said = [*sentences(latents), *reduction(curve, latents.rate, fit, settings.rate)]
        if len(fit) == 1:
            curve = replace(curve, rate=curve.rate * fit[0].kl_over)
        possible = min(units, loss.features or units)
        known = replace(known, active_units=float(latents.active.sum()), possible_units=possible)
    found = symptoms(curve, known, settings)
    lines = [f"{one.symptom}: {one.evidence}." for one in found]
    lines = lines or ["No symptom: the MSE has fallen, and no more than noise is left of its fall."]
    return [*lines, *said, *effective_beta(loss, fit), *_warmup(curve), _LIMIT]


_LIMIT = (
    "What was given shows symptoms, but no causes. Train the model with vaebio to have them (start "
    "with `vaebio init`): causes need probes, which train it again with single settings changed, "
    "and that needs the data and the model."
)


def _warmup(curve: Curve) -> Iterator[str]:
    beta = curve.beta
    if math.isfinite(beta[0]) and math.isfinite(beta[-1]) and beta[-1] > beta[len(beta) // 2]:
        yield (
            f"Beta still rose in the second half of the run, to {beta[-1]:.3g}: the warm-up takes "
            "more than half of it."
        )


def _check_columns(columns: list[str], header: list[str], path: Path) -> None:
    for needed, called in NEEDED.items():
        if needed not in columns:
            raise VaebioError(
                found=f"no column `{called}` in {path}; its columns: {', '.join(header) or 'none'}",
                expected="columns epoch, mse and kl (optional: split, beta, member)",
                hint=did_you_mean(called, header, "rename the column that holds it"),
            )
    for name in (*NEEDED, *OPTIONAL):
        if columns.count(name) > 1:
            raise VaebioError(
                found=f"{columns.count(name)} columns for `{NEEDED.get(name, name)}` in {path}",
                expected="one column each",
                hint="leave one of them out",
            )


def _row(
    line: int, fields: list[str], columns: list[str], path: Path
) -> tuple[int, dict[str, str | int | float]]:
    check_fields(fields, columns, line, path)
    texts = dict(zip(columns, (field.strip() for field in fields), strict=True))
    numbers = {n: _number(texts.get(n, "nan"), n, line, path) for n in (*NEEDED, "beta_now")}
    words = {"member": texts.get("member") or "history", "split": texts.get("split") or "history"}
    epoch = numbers["epoch"]
    if not (math.isfinite(epoch) and epoch >= 0 and epoch == int(epoch)):
        raise _wrong(texts["epoch"], "epoch", line, path, "a whole number, 0 or more")
    return line, {**words, **numbers, "epoch": int(epoch)}


def _number(text: str, name: str, line: int, path: Path) -> float:
    called = NEEDED.get(name, name)
    try:
        value = float(text)
    except ValueError:
        raise _wrong(text, called, line, path, "a number (nan where training diverged)") from None
    if name == "rate_nats" and ESTIMATED <= value < 0:
        return 0.0
    if value < 0:
        hint = SIGN if name == "rate_nats" else PLACE
        raise _wrong(text, called, line, path, "0 or more", hint)
    return value


def _wrong(
    text: str, name: str, line: int, path: Path, expected: str, hint: str = PLACE
) -> VaebioError:
    found = f"{name} `{text[:40]}` in line {line} of {path}"
    return VaebioError(found=found, expected=expected, hint=hint)


def _check_places(rows: list[tuple[int, dict]], path: Path) -> None:
    """One row for every epoch of a split of a member; at most one split beside train."""
    seen: dict[tuple, int] = {}
    held_out: dict[str, str] = {}
    for line, row in rows:
        place = row["member"], row["split"], row["epoch"]
        other = held_out.setdefault(row["member"], row["split"]) if row["split"] != "train" else ""
        if place in seen or other not in ("", row["split"]):
            what = f"epoch {row['epoch']} a second time" if place in seen else f"split `{place[1]}`"
            before = f"line {seen[place]}" if place in seen else f"`{other}`"
            raise VaebioError(
                found=f"{what} in line {line} of {path}, after {before}",
                expected="one row for every epoch, of train and of one split that is held out",
                hint="name the runs in a column `member`, and keep validation or test",
            )
        seen[place] = line
