"""Settings and sheet from their files, merged and checked, or refused in the user's words."""

from vaebio.configuration.config import (
    SECTIONS,
    check_overrides,
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
    "parse_config",
    "read_config",
    "read_rows",
    "read_sheet",
    "refuse_repeated_keys",
    "resolve",
]
