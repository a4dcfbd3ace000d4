"""Typed settings: the only description of every key of `config.yaml` and `datasets.tsv`.

One file for each group of sections. `config/config.yaml` and the JSON Schemas are generated from
these types (`make settings`), and a test holds them together. `configuration` reads files into
them.
"""

from vaebio.settings.base import (
    BUILTIN,
    NAME_PATTERN,
    Axis,
    Kind,
    Likelihood,
    Orientation,
    Settings,
    Widths,
)
from vaebio.settings.choose import Choose
from vaebio.settings.config import Config, Dataset
from vaebio.settings.diagnose import Diagnose
from vaebio.settings.evaluate import Evaluate
from vaebio.settings.generated import as_yaml, commented_yaml, json_schema
from vaebio.settings.model import Grid, Model
from vaebio.settings.prepare import Prepare, Split
from vaebio.settings.report import Report
from vaebio.settings.train import Train

__all__ = [
    "Axis",
    "BUILTIN",
    "Choose",
    "Config",
    "Dataset",
    "Diagnose",
    "Evaluate",
    "Grid",
    "Kind",
    "Likelihood",
    "Model",
    "NAME_PATTERN",
    "Orientation",
    "Prepare",
    "Report",
    "Settings",
    "Split",
    "Train",
    "Widths",
    "as_yaml",
    "commented_yaml",
    "json_schema",
]
