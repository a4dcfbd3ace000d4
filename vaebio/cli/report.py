"""Render the report of one data set: a single HTML file that needs no network.

Reads the tables that `collect`, `evaluate`, `choose` and `diagnose` write, the summary of
`prepare`, the settings that ran and the folder of benchmark files.
"""

import argparse
from pathlib import Path

OPTIONAL = {
    "audit": "what `train --audit` wrote",
    "classes": "each label as classifiers tell it from the latents",
    "features": "the error of every feature",
    "strata": "errors by the abundance of features",
    "choices": "the members to take, each with its rule",
    "differences": "what a larger beta changes, seed by seed",
    "correlations": "ranks of reconstruction and of downstream measures",
    "stability": "agreement of latents and clusters between seeds",
}
"""Tables that a page can do without; a section appears when its table is there."""
DIAGNOSIS = {
    "symptoms": "symptoms.tsv: what the histories of all members show",
    "probes": "probes.tsv: members trained with single settings changed",
    "probe_measures": "probe_measures.tsv: what else was measured of them",
    "verdicts": "verdicts.tsv: causes, supported by the probes or not",
    "budget": "budget.tsv: where the squared error goes",
    "follow_up": "follow_up.tsv: what was predicted and what was reached",
    "diagnoses": "diagnoses.tsv: the diagnosed combinations, each in sentences",
    "prescription": "prescription.yaml: what to set",
}
"""What `vaebio diagnose` wrote; without it the page does not say why an error is what it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Paths of the tables and of the page."""
    paths = {
        "members": "members.tsv: the members and how their training ended",
        "history": "history.tsv: the learning curves",
        "metrics": "metrics.tsv: every measure of members and baselines",
        "units": "units.tsv: the latent units",
        "prepared-summary": "prepared.json: what came in and what was done with it",
        "settings": "settings.yaml: the settings that ran",
    }
    for name, meaning in paths.items():
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FILE", help=meaning)
    for name, meaning in OPTIONAL.items():
        said = f"{name}.tsv: {meaning} (optional)"
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=said)
    for name, meaning in DIAGNOSIS.items():
        word = name.replace("_", "-")
        parser.add_argument(f"--{word}", type=Path, metavar="FILE", help=f"{meaning} (optional)")
    parser.add_argument(
        "--timing", type=Path, metavar="FOLDER", help="benchmark files of Snakemake (optional)"
    )
    parser.add_argument(
        "--page", type=Path, required=True, metavar="FILE", help="HTML file to write"
    )


def run(arguments: argparse.Namespace) -> None:
    """Read the tables, render, and write the page whole."""
    from vaebio.files import whole
    from vaebio.report.page import render
    from vaebio.report.read import read_results

    results = read_results(
        members=arguments.members,
        history=arguments.history,
        metrics=arguments.metrics,
        units=arguments.units,
        prepared=arguments.prepared_summary,
        settings=arguments.settings,
        timing=arguments.timing,
        diagnosis={name: getattr(arguments, name) for name in DIAGNOSIS},
        **{name: getattr(arguments, name) for name in OPTIONAL},
    )
    with whole(arguments.page) as temporary:
        temporary.write_text(render(results), encoding="utf-8")
