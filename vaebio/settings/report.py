"""Settings of the page."""

from pydantic import Field, NonNegativeInt

from vaebio.settings.base import Settings


class Report(Settings):
    """Words and selections of the report; changing them re-runs the report alone."""

    title: str = Field("", description="Title of the page; empty: the name of the data set.")
    observations: str = Field("observations", description="What a row is: cells, samples, ...")
    features: str = Field("features", description="What a column is: genes, proteins, ...")
    curves: NonNegativeInt = Field(
        4, description="Members whose learning curves are drawn before the reader picks any."
    )
