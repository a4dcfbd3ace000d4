"""The `vaebio` command: parses the verb, runs it, and tells the user's mistakes in three lines."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NoReturn

from vaebio.errors import VaebioError, did_you_mean, of_the_system

VERBS = {
    "inspect": "say what is in a matrix: kind, orientation, possible labels, what looks odd",
    "init": "write the sheet and the settings for a matrix, and say what to run",
    "prepare": "turn a raw matrix into the model's input: filter, normalise, select, split, scale",
    "train": "train the members of one stack in one pass",
    "collect": "gather the trained stacks of a data set into its tables and models",
    "evaluate": "measure every member and baseline",
    "choose": "choose members, compare betas and seeds, from what was measured",
    "diagnose": "say why the error is where it is: symptoms, probes, causes, what to set",
    "report": "render the report of one data set",
    "compare": "render the page that compares data sets",
    "cases": "render the page of the cases with a known answer",
}


class Parser(argparse.ArgumentParser):
    """A parser that refuses in three lines, with the nearest option or verb."""

    def error(self, message: str) -> NoReturn:
        """Refuse what argparse says it does not understand."""
        unknown = re.search(r"(?:arguments: |choice: ')(-{0,2}\w[\w-]*)", message)
        otherwise = f"run `{self.prog} --help`"
        raise VaebioError(
            found=f"{message.rstrip('.')}, given to `{self.prog}`",
            expected="a verb, and the options it has",
            hint=did_you_mean(unknown[1], _known(self), otherwise) if unknown else otherwise,
        )


def _known(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Options and verbs of a parser and of the parsers of its verbs."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices
            for verb in action.choices.values():
                yield from _known(verb)


def parser() -> argparse.ArgumentParser:
    """The parser of all verbs. Each verb's module imports heavy libraries only when it runs."""
    root = Parser(
        prog="vaebio",
        description="Train a grid of VAEs on omics data, measure them honestly, and report. "
        "The whole way in one command: `snakemake --cores all`. The verbs below are its steps.",
    )
    root.add_argument("--version", action="store_true", help="print the version and stop")
    verbs = root.add_subparsers(dest="verb", metavar="VERB")
    for verb, sentence in VERBS.items():
        module = import_module(f"vaebio.cli.{verb}")
        sub = verbs.add_parser(verb, help=sentence, description=module.__doc__)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return root


def _wait_patiently() -> None:
    """Let threads that wait for each other spin for a moment only, unless the user has decided.

    Spinning threads take the cores from each other as soon as anything else runs on them; without
    any spinning small steps take a third longer on idle cores. Read once, when torch is loaded.
    """
    if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & set(os.environ):
        os.environ.update(OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="10000")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; 0 when it worked, 2 when the user can repair what stopped it."""
    _wait_patiently()
    try:
        return _run(argv)
    except VaebioError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except OSError as error:
        # A disk that is full or a folder that may not be written is no fault of the program.
        if error.strerror is None:
            raise
        print(of_the_system(error), file=sys.stderr)
        return 2


def _run(argv: Sequence[str] | None) -> int:
    root = parser()
    arguments = root.parse_args(argv)
    if arguments.version:
        from vaebio import __version__

        print(f"vaebio {__version__}")
        return 0
    if arguments.verb is None:
        root.print_help()
        return 2
    arguments.run(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
