"""Settings and sheet from their files, merged and checked, or refused in the user's words."""

from vaebio.configuration.cases import folder_of, read_cases
from vaebio.configuration.config import (
    SECTIONS,
    check_overrides,
    loaded,
    parse_config,
    read_config,
    resolve,
)
from vaebio.configuration.repeated import refuse_repeated_keys
from vaebio.configuration.sheet import check_name, read_rows, read_sheet

__all__ = [
    "SECTIONS",
    "check_name",
    "check_overrides",
    "folder_of",
    "loaded",
    "parse_config",
    "read_cases",
    "read_config",
    "read_rows",
    "read_sheet",
    "refuse_repeated_keys",
    "resolve",
]
