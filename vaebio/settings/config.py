"""Everything that can be set for a run, and a row of the sheet of data sets."""

from typing import Annotated, Any

from pydantic import Field

from vaebio.settings.base import NAME_PATTERN, Kind, Orientation, Settings
from vaebio.settings.diagnose import Diagnose
from vaebio.settings.evaluate import Evaluate
from vaebio.settings.model import Grid, Model
from vaebio.settings.prepare import Prepare
from vaebio.settings.report import Report
from vaebio.settings.train import Train


class Config(Settings):
    """Everything that can be set for a run."""

    datasets: str = Field("config/datasets.tsv", description="Sheet of data sets, one row each.")
    results: str = Field("results", description="Folder of all results.")
    prepare: Prepare = Prepare()
    model: Model = Model()
    grid: Grid = Grid()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    diagnose: Diagnose = Diagnose()
    report: Report = Report()
    overrides: dict[str, dict[str, dict[str, Any]]] = Field(
        {},
        description="Settings of single data sets, laid over the above: "
        "{dataset: {section: {key: value}}}.",
    )


class Dataset(Settings):
    """A row of the sheet of data sets."""

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")] = Field(
        description="Name of the data set and of its results folder: letters, digits, _ . -"
    )
    matrix: Annotated[str, Field(min_length=1)] = Field(
        description="Path (.h5ad, .h5mu, .zarr, .loom, .mtx, .parquet, .csv, .tsv, .txt; folder or "
        ".h5 of 10x; text and .mtx also .gz) or builtin:NAME, with the "
        "name pbmc68k, simulated784 or noise784."
    )
    annotation: str = Field(
        "",
        description="Path of a table (.csv, .tsv, .txt, also .gz; .parquet; .h5ad, whose obs "
        "counts) with one row per observation.",
    )
    label: str = Field("", description="Column with the known classes, for evaluation only.")
    batch: str = Field("", description="Column with the technical batch.")
    kind: Kind = Field("auto", description="What the values are.")
    orientation: Orientation = Field(
        "observations_by_features", description="What the rows of the matrix are."
    )
