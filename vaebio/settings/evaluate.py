"""Settings of how members and baselines are measured."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vaebio.settings.base import Axis, Settings


class Evaluate(Settings):
    """How members and baselines are measured."""

    neighbours: PositiveInt = Field(
        15, description="Nearest neighbours of each observation in the graph for Leiden."
    )
    resolutions: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), Axis] = Field(
        (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
        description="Leiden resolutions to try; for every member and baseline alike the one with "
        "the highest NMI is reported, as in scIB.",
    )
    active_threshold: PositiveFloat = Field(
        0.01,
        description="A unit is active when the variance of its posterior mean over observations "
        "is above this (Burda 2016).",
    )
    seed: NonNegativeInt = Field(0, description="Seed of Leiden, k-means and NMF.")
    scvi: bool = Field(
        False,
        description="Train scVI by scvi-tools with its own defaults for every latent size and "
        "seed as a further baseline of counts; needs `pip install 'vaebio[scvi]'`.",
    )
