"""Settings of how members and baselines are measured."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vaebio.settings.base import Axis, Settings


class Evaluate(Settings):
    """How members and baselines are measured."""

    neighbours: PositiveInt = Field(
        15, description="Nearest neighbours of each observation in the graph for Leiden."
    )
    knn: PositiveInt = Field(
        15, description="Nearest train observations that vote on the label of a test observation."
    )
    resolutions: Annotated[tuple[PositiveFloat, ...], Field(min_length=1), Axis] = Field(
        (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
        description="Leiden resolutions to try; for every member and baseline alike the one with "
        "the highest NMI is reported, as in scIB.",
    )
    halves: PositiveInt = Field(
        5,
        description="Random halves of the observations on which the stability of Leiden clusters "
        "is judged at each resolution; at the chosen one it is measured on twice as many others.",
    )
    bootstraps: Annotated[int, Field(ge=2)] = Field(
        200, description="Times the observations are drawn again for intervals of NMI and ARI."
    )
    active_threshold: PositiveFloat = Field(
        0.01,
        description="A unit is active when the variance of its posterior mean over observations "
        "is above this (Burda 2016).",
    )
    seed: NonNegativeInt = Field(0, description="Seed of Leiden, k-means, halves and bootstraps.")
