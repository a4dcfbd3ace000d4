"""The frame of the probes: what each intervention reached."""

import html
import math

import pandas as pd

from vaebio.diagnosis.named import named
from vaebio.diagnosis.probe import PROBES, read_word
from vaebio.report import why_figures as figures
from vaebio.report.diagnosis import Diagnosis
from vaebio.report.numbers import plural, rounded
from vaebio.report.views import Plot, View
from vaebio.terms import MEASURES

OTHER_UNITS = ("rescaled", "measured_rescaled")
"""Probes whose error is in other units."""


def probes(diagnosis: Diagnosis, name: str) -> Plot:
    """Test error of every probe that has that of the member's units."""
    question = f"What did each intervention on {name} reach?"
    own = diagnosis.of("probes", name)
    if own.empty:
        return Plot(f"probes-{name}", question, [])
    kinds = own["probe"].map(lambda probe: read_word(probe)[0])
    drawn = own[~kinds.isin(OTHER_UNITS)]
    rows, words = _drawn(drawn), list(dict.fromkeys(drawn["probe"]))
    facts = diagnosis.of("diagnoses", name).iloc[0]
    known = {"null": facts["null"], "noise floor": facts["floor"]}
    levels = {word: value for word, value in known.items() if not math.isnan(value)}
    chosen = facts["prescribed"]
    at = words.index(chosen) if chosen in words else None
    measures = diagnosis.of("probe_measures", name)
    again = measures.loc[measures["measure"] == "trained_again", "probe"].nunique()
    view = View(
        choice={},
        reading=_reading(own, rows, at, again),
        figure=figures.probes(rows, levels, at),
        columns=[
            *("probe", "what was done", "seed", f"{MEASURES['mse'].axis}, test", "train"),
            *("test, first training", "explained fraction, test"),
            *("encoder", "decoder", "latent", "beta", "seconds"),
        ],
        rows=_table(own, measures),
    )
    return Plot(f"probes-{name}", question, [view])


def _drawn(own: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for probe, part in own.groupby("probe", sort=False):
        sound = part[part["mse_test"].notna()]
        errors = {
            f"{seed:g}": float(e) for seed, e in zip(sound["seed"], sound["mse_test"], strict=True)
        }
        rows.append(
            {
                "label": html.escape(named(probe)),
                "errors": errors,
                "mean": float(sound["mse_test"].mean()) if errors else None,
                "diverged": len(part) - len(sound),
            }
        )
    return rows


def _reading(
    own: pd.DataFrame, rows: list[dict[str, object]], prescribed: int | None, again: int
) -> str:
    seeds = plural(own["seed"].nunique(), "seed")
    parts = [
        f"Each row is the member with something changed, {seeds}: dots are single seeds, the bar "
        "their mean; further left is better. Relaxed: a larger encoder or decoder, more latent "
        "units, a lower beta."
    ]
    if prescribed is not None:
        parts.append("Square: what is prescribed.")
    if "refined_posterior" in set(own["probe"]):
        parts.append(
            "A refined posterior is fitted to the very values it is held against, so that it is no "
            "error of a model."
        )
    if again:
        parts.append(
            f"{plural(again, 'combination')} came out worse than with less relaxed and went on "
            "from the weights of that; the first error, by which it may be prescribed, is in the "
            "table."
        )
    failed = sum(int(row["diverged"]) for row in rows)
    if failed:
        parts.append(f"✕: diverged with a seed, which has no error ({failed} in all).")
    if own["probe"].map(lambda probe: read_word(probe)[0] in OTHER_UNITS).any():
        parts.append(
            "Probes on rescaled features have errors in other units: they stand in the table alone."
        )
    return " ".join(parts)


def _table(own: pd.DataFrame, measures: pd.DataFrame) -> list[list[str]]:
    wanted = {"train": ("mse", "train"), "first": ("mse_first", "test")}
    others = {
        name: measures[(measures["measure"] == measure) & (measures["split"] == split)]
        .set_index(["probe", "seed"])["value"]
        .to_dict()
        for name, (measure, split) in wanted.items()
    }
    found = []
    for r in own.itertuples():
        kind, _ = read_word(r.probe)
        failed = math.isnan(r.mse_test)
        cells = [table.get((r.probe, r.seed), math.nan) for table in others.values()]
        shown = ["diverged" if failed else rounded(r.mse_test, 0.0001)]
        shown += ["" if math.isnan(v) else rounded(v, 0.0001) for v in (*cells, r.explained_test)]
        widths = [str(r.encoder), str(r.decoder), f"{r.latent:g}", f"{r.beta:.3g}"]
        what = f"{named(r.probe)}: {PROBES[kind]}"
        found.append([r.probe, what, f"{r.seed:g}", *shown, *widths, rounded(r.seconds)])
    return found
