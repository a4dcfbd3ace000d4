"""The page across data sets: one row each, and how much of the error is left."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from vaebio.report import figures, methods, verdicts
from vaebio.report.colours import dark_for
from vaebio.report.headline import Headline, clustering, reconstruction
from vaebio.report.numbers import rounded
from vaebio.report.read import Results, read_results
from vaebio.report.render import page
from vaebio.report.timing import total
from vaebio.report.views import Plot, View
from vaebio.terms import MEASURES

DIAGNOSED = ("diagnoses", "verdicts")
"""Tables of the diagnosis that a row of the overview is made of."""


def read(folder: Path) -> Results:
    """The tables of a data set's folder that the overview needs."""
    return read_results(
        members=folder / "members.tsv",
        history=None,
        metrics=folder / "metrics.tsv",
        units=None,
        prepared=folder / "prepared.json",
        settings=folder / "settings.yaml",
        timing=folder / "timing",
        diagnosis={name: path for name in DIAGNOSED if (path := folder / f"{name}.tsv").is_file()},
    )


def render(folders: Sequence[Path], target: Path) -> str:
    """The page as HTML.

    Parameters
    ----------
    folders
        One results folder for each data set.
    target
        Where the page will stand; its links to the reports are relative to this.
    """
    read_in = [(folder, read(folder)) for folder in folders]
    plot = _plot([results for _, results in read_in])
    betas = [beta for _, results in read_in for beta in results.members["beta"]]
    latents = [latent for _, results in read_in for latent in results.members["latent"]]
    sections = {"datasets": "Data sets"} | ({"left": "Error left"} if plot.views else {})
    context: dict[str, Any] = {
        "title": "Data sets",
        "sections": sections,
        "entries": [_entry(results, folder, target) for folder, results in read_in],
        "plot": plot,
        "versions": methods.versions(),
        "dark": dark_for(betas, latents),
    }
    return page("overview.html", context)


def _entry(results: Results, folder: Path, target: Path) -> dict[str, Any]:
    """One row of the table, printed."""
    link = os.path.relpath(folder / "report.html", target.parent)
    took = total(results.timing)
    diverged = int((results.members["status"] == "diverged").sum())
    return {
        "name": results.prepared["name"],
        "link": quote(Path(link).as_posix()),
        "prepared": results.prepared,
        "classes": len(results.prepared["labels"]),
        "members": len(results.members),
        "diverged": diverged,
        "error": _cells(reconstruction(results)),
        "clusters": _cells(clustering(results)),
        "seconds": took.seconds if took else None,
        "warnings": len(results.prepared["warnings"]),
        "cause": _cause(results),
    }


def _cells(head: Headline | None) -> dict[str, Any] | None:
    if head is None:
        return None
    return {
        "label": MEASURES[head.measure].label,
        "text": head.text,
        "sort": head.mean,
        "place": head.row,
        "pca": head.level(head.pca) if head.pca else "",
        "pca_sort": head.pca.value if head.pca else "",
        "null": head.level(head.null) if head.null else "",
        "null_sort": head.null.value if head.null else "",
    }


def _cause(results: Results) -> dict[str, str] | None:
    """What limits the combination that was diagnosed first; None where none was."""
    own = results.diagnosis
    if not own.names:
        return None
    cause, share = verdicts.main(own, own.names[0])
    return {"name": cause, "where": ", ".join(filter(None, [own.names[0], share]))}


def _plot(read_in: Sequence[Results]) -> Plot:
    """Test MSE as a part of the null's, members beside PCA of the same size."""
    rows = []
    for results in read_in:
        head = reconstruction(results)
        if head and head.null:
            null = head.null.value
            pca = head.pca.value / null if head.pca else None
            name, place = results.prepared["name"], (head.model, head.beta, head.latent)
            rows.append((name, *place, head.mean / null, pca))
    question = "How much of the error of predicting the mean is left?"
    if not rows:
        return Plot("left", question, [])
    columns = ["name", "model", "beta", "latent", "member", "pca"]
    table = pd.DataFrame(rows, columns=columns)
    reading = (
        "Test MSE divided by that of the null: further left is better, 1 is no better than the "
        "mean. Dot: the combination with the lowest validation MSE of all models; bar: PCA of the "
        "same size. What is left need not be avoidable: the page of each data set says how much of "
        "it is noise."
    )
    head = ["data set", "model", "beta", "latent", "VAE / null", "PCA / null"]
    printed = [
        [r.name, r.model, f"{r.beta:g}", f"{r.latent}", rounded(r.member), _or_empty(r.pca)]
        for r in table.itertuples(index=False)
    ]
    return Plot("left", question, [View({}, reading, figures.shares(table), head, printed)])


def _or_empty(value: float | None) -> str:
    return "" if value is None or pd.isna(value) else rounded(value)
