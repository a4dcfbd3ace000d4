"""The list of cases, read and checked."""

from pathlib import Path

from vaebio.configuration.config import loaded
from vaebio.configuration.repeated import refuse_repeated_keys
from vaebio.configuration.validated import validated
from vaebio.errors import VaebioError
from vaebio.settings.cases import Case, Cases


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a list.

    Raises
    ------
    VaebioError
        For a file that is no such list, or a name that stands twice.
    """
    found = validated(Cases, loaded(path), str(path)).cases
    refuse_repeated_keys(path)
    names = [case.name for case in found]
    for name in names:
        if names.count(name) > 1:
            raise VaebioError(
                found=f"the case `{name}` stands twice in {path}",
                expected="every case with a name of its own",
                hint="rename one of them, and its files",
            )
    return found


def folder_of(cases: Path) -> Path:
    """Where the settings and sheets of the cases in a list are.

    Examples
    --------
    >>> folder_of(Path("config/cases.yaml")).as_posix()
    'config/cases'
    """
    return cases.with_suffix("")
