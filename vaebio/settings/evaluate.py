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
    strata: PositiveInt = Field(
        5,
        description="Strata of features, by quantiles of their mean abundance on train, in which "
        "errors are told apart.",
    )
    feature_rows: PositiveInt = Field(
        200_000,
        description="Most rows of features.tsv; where members x features are more, it holds those "
        "with the lowest MSE on validation.",
    )
    seed: NonNegativeInt = Field(0, description="Seed of Leiden and k-means.")
