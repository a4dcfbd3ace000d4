"""Learning curves of all members, compact enough to travel inside the page."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from vaebio.report.colours import NULL, SHADE, beta_colours, latent_colours
from vaebio.report.figures import blank
from vaebio.report.headline import reconstruction
from vaebio.report.read import Results
from vaebio.report.seeds import baseline
from vaebio.terms import MEASURES

DIGITS = 4
"""Significant digits that a curve keeps."""
MOST_POINTS = 400
"""Longer curves are thinned to about this many epochs, the first and the last among them."""
QUANTITIES = ("mse", "rate_nats")


def data(results: Results) -> dict[str, Any]:
    """Members, their curves, and which of them are drawn first."""
    betas = beta_colours(list(results.members["beta"]))
    latents = latent_colours(list(results.members["latent"]))
    members = [
        {
            "name": row.member,
            "beta": row.beta,
            "latent": row.latent,
            "seed": row.seed,
            "diverged": row.status == "diverged",
            "colours": {"beta": betas[row.beta], "latent": latents[row.latent]},
        }
        for row in results.members.itertuples()
    ]
    null = baseline(results, "null", "mse", "validation")
    return {
        "members": members,
        "curves": {name: _curve(rows) for name, rows in results.history.groupby("member")},
        "picked": first_shown(results, results.config.report.curves),
        "warmup": results.config.train.warmup,
        "null": _digits(null.value) if null else None,
        "base": _base(),
        "shade": SHADE,
        "grey": NULL,
        "axes": {quantity: MEASURES[quantity].axis for quantity in QUANTITIES},
    }


def first_shown(results: Results, number: int) -> list[str]:
    """The members drawn before the reader picks any, at most `number`.

    In this order: the combination with the lowest validation MSE; then the corners of the grid,
    largest latent first, lowest beta first; then the order of the table. Each with its first seed.
    """
    members = results.members[results.members["member"].isin(results.history["member"])]
    error = reconstruction(results)
    places = [(error.beta, error.latent)] if error else []
    for latent in (members["latent"].max(), members["latent"].min()):
        places += [(beta, latent) for beta in (members["beta"].min(), members["beta"].max())]
    places += list(members[["beta", "latent"]].itertuples(index=False, name=None))
    ordered = members.sort_values("seed", kind="stable")
    found = ordered.drop_duplicates(["beta", "latent"]).set_index(["beta", "latent"])["member"]
    return list(dict.fromkeys(found[place] for place in places if place in found))[:number]


def rule() -> str:
    """How the members drawn first are chosen, for the page."""
    return (
        "Drawn first: one seed of the lowest validation MSE, then the corners of the grid (largest "
        "latent first). Pick any others."
    )


def thinned(number: int) -> list[int]:
    """Positions kept of a curve with `number` points.

    Examples
    --------
    >>> thinned(5), len(thinned(2000)), thinned(2000)[-1]
    ([0, 1, 2, 3, 4], 400, 1999)
    """
    if number <= MOST_POINTS:
        return list(range(number))
    return [round(i * (number - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)]


def _base() -> dict[str, Any]:
    """Axes and letters that the curves share with the other figures."""
    layout = blank(100).to_plotly_json()["layout"]
    return {k: v for k, v in layout.items() if k not in ("template", "height", "legend")}


def _curve(rows: pd.DataFrame) -> dict[str, Any]:
    """Columns of one member: split → epoch, mse, rate_nats."""
    curve = {}
    for split, part in rows.sort_values("epoch").groupby("split"):
        kept = part.iloc[thinned(len(part))]
        columns: dict[str, Sequence[Any]] = {"epoch": [int(e) for e in kept["epoch"]]}
        columns |= {q: [_digits(v) for v in kept[q]] for q in QUANTITIES}
        curve[str(split)] = columns
    return curve


def _digits(value: float) -> float | None:
    return None if pd.isna(value) else float(f"{value:.{DIGITS}g}")
