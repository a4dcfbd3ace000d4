"""Settings of one data set, for a verb that is run by hand with the file of a whole run."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaebio.settings import Config


def settings_of(path: Path, dataset: str) -> "Config":
    """Settings from a file, what it overrides for the data set laid over the common ones."""
    from vaebio.configuration import read_config, resolve

    config = read_config(path)
    if config.overrides and dataset not in config.overrides:
        print(
            f"Warning: {path} overrides settings of {', '.join(config.overrides)}, none of the "
            f"data set `{dataset}`.",
            file=sys.stderr,
        )
    return resolve(config, dataset, str(path))
