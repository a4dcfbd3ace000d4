"""Render the page that compares data sets: one row each, with links to their reports.

Each folder holds what the workflow leaves there: members.tsv, metrics.tsv, prepared.json,
settings.yaml and timing/. Links are relative to the page, so the results can be moved as a whole.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Folders of the data sets, and the page."""
    parser.add_argument(
        "--datasets",
        type=Path,
        nargs="+",
        required=True,
        metavar="FOLDER",
        help="results folders, one for each data set, in the order of the rows",
    )
    parser.add_argument(
        "--page", type=Path, required=True, metavar="FILE", help="HTML file to write"
    )


def run(arguments: argparse.Namespace) -> None:
    """Read every folder, render, and write the page whole."""
    from vaebio.files import whole
    from vaebio.report.overview import render

    with whole(arguments.page) as temporary:
        temporary.write_text(render(arguments.datasets, arguments.page), encoding="utf-8")
