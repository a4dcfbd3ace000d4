"""Render the page of the cases with a known answer: what is planted, expected and found.

The list of cases has their settings and sheets in the folder of the same name beside it. The
results of each are those that its settings lead to; what has not run yet is said.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The list of cases, their results, and the page."""
    parser.add_argument(
        "--cases",
        type=Path,
        required=True,
        metavar="FILE",
        help="list of the cases: config/cases.yaml",
    )
    parser.add_argument(
        "--results",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder with a results folder for each data set of each case",
    )
    parser.add_argument(
        "--page", type=Path, required=True, metavar="FILE", help="HTML file to write"
    )


def run(arguments: argparse.Namespace) -> None:
    """Read the list and every folder, render, and write the page whole."""
    from vaebio.files import whole
    from vaebio.report.cases import render

    with whole(arguments.page) as temporary:
        text = render(arguments.cases, arguments.results, arguments.page)
        temporary.write_text(text, encoding="utf-8")
