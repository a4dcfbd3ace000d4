"""Render the report of one data set: a single HTML file that needs no network.

Reads the tables that `collect` and `evaluate` write, the summary of `prepare`, the settings that
ran and the folder of benchmark files.
"""

import argparse
from pathlib import Path


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
    parser.add_argument(
        "--audit", type=Path, metavar="FILE", help="what `train --audit` wrote (optional)"
    )
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
        audit=arguments.audit,
    )
    with whole(arguments.page) as temporary:
        temporary.write_text(render(results), encoding="utf-8")
