"""Learning curves of all members, compact enough to travel inside the page."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from vaebio.report.colours import NULL, SHADE, beta_colours, latent_colours, model_colours
from vaebio.report.figures import blank
from vaebio.report.headline import ranked, reconstructions
from vaebio.report.methods_data import has_missing
from vaebio.report.read import Results
from vaebio.report.seeds import Baseline, baseline
from vaebio.report.variants import names
from vaebio.settings import Train
from vaebio.terms import MEASURES

DIGITS = 4
"""Significant digits that a curve keeps."""
MOST_POINTS = 400
"""Longer curves are thinned to about this many epochs, the first and the last among them."""
QUANTITIES = ("mse", "rate_nats")


def data(results: Results) -> dict[str, Any]:
    """Members, their curves, and which of them are drawn first."""
    null = _null(results)
    return {
        "members": _members(results),
        "curves": {name: _curve(rows) for name, rows in results.history.groupby("member")},
        "picked": first_shown(results, results.config.report.curves),
        "warmup": warmup(results.config.train),
        "null": _digits(null.value) if null else None,
        "base": _base(),
        "shade": SHADE,
        "grey": NULL,
        "axes": {quantity: MEASURES[quantity].axis for quantity in QUANTITIES},
    }


def _null(results: Results) -> Baseline | None:
    """The train mean's level; None where curves are also over values that were filled in."""
    if has_missing(results) and not results.config.train.ignore_imputed:
        return None
    return baseline(results, "null", "mse", "validation")


def _members(results: Results) -> list[dict[str, Any]]:
    """What a reader can find a member by, and its colours."""
    betas = beta_colours(list(results.members["beta"]))
    latents = latent_colours(list(results.members["latent"]))
    models = model_colours(results.variants)
    rows = zip(results.members.itertuples(), names(results.members), strict=True)
    return [
        {
            "name": row.member,
            "model": model,
            "beta": row.beta,
            "latent": row.latent,
            "seed": row.seed,
            "diverged": row.status == "diverged",
            "colours": {
                "beta": betas[row.beta],
                "latent": latents[row.latent],
                "model": models[model],
            },
        }
        for row, model in rows
    ]


def first_shown(results: Results, number: int) -> list[str]:
    """The members drawn before the reader picks any, at most `number`.

    In this order: of each model the combination with the lowest validation MSE, the best model
    first; then the corners of the best model's grid, largest latent first, lowest beta first;
    then the order of the table. Each with its first seed.
    """
    own = {model: _first_seeds(results.of(model)) for model in ranked(results)}
    best, found = next(iter(own)), []
    for head in reconstructions(results):
        found.append(own[head.model].get((head.beta, head.latent)))
    members = results.of(best).members
    for latent in (members["latent"].max(), members["latent"].min()):
        for beta in (members["beta"].min(), members["beta"].max()):
            found.append(own[best].get((beta, latent)))
    found += [name for model in results.variants for name in own[model].values()]
    return list(dict.fromkeys(filter(None, found)))[:number]


def _first_seeds(own: Results) -> dict[tuple[float, int], str]:
    """The member with the first seed of each (beta, latent) that has a curve."""
    members = own.members[own.members["member"].isin(own.history["member"])]
    # Backwards, so that the first seed stays; then in the order of the table.
    rows = members.sort_values("seed", ascending=False, kind="stable").itertuples()
    first = {(row.beta, row.latent): row.member for row in rows}
    places = members[["beta", "latent"]].drop_duplicates().itertuples(index=False, name=None)
    return {place: first[place] for place in places}


def rule(results: Results) -> str:
    """How the members drawn first are chosen, for the page."""
    if len(results.variants) > 1:
        return (
            "Drawn first: one seed of the lowest validation MSE of each model, as far as there is "
            "room, then the corners of the best model's grid. Pick any others."
        )
    return (
        "Drawn first: one seed of the lowest validation MSE, then the corners of the grid (largest "
        "latent first). Pick any others."
    )


def warmup(train: Train) -> int:
    """Epochs in which beta, or the capacity instead of it, is not yet what it will be."""
    return 0 if train.beta_schedule == "constant" else min(train.warmup, train.epochs)


def shading(train: Train) -> str:
    """What the shaded epochs are, for the page; empty when there are none."""
    if not warmup(train):
        return ""
    if train.capacity is not None:
        return "Shaded: the warm-up, in which the capacity rises to its value."
    times = train.beta_schedule == "cyclical" and train.cycles > 1
    how = f"rises to its value {train.cycles} times" if times else "rises to its value"
    return f"Shaded: the warm-up, in which beta {how}."


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
