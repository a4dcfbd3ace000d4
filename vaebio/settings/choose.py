"""Settings of how members are chosen and compared once they are measured."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from vaebio.settings.base import Settings


class Choose(Settings):
    """How members are chosen and compared; changing it measures nothing again."""

    clustering: Literal["kmeans_ari", "kmeans_nmi", "leiden_ari", "leiden_nmi"] = Field(
        "kmeans_ari",
        description="Measure of clusters against the labels by which the best clustering is "
        "chosen; without labels it is the agreement of clusters between seeds.",
    )
    standard_errors: NonNegativeFloat = Field(
        1.0,
        description="The simplest combination whose validation MSE is within so many standard "
        "errors of the lowest is recommended.",
    )
    reference_beta: NonNegativeFloat | None = Field(
        1.0,
        description="Beta that every other is compared with, besides its neighbours; null, or one "
        "that the grid does not have: that of the recommended combination.",
    )
    draws: PositiveInt = Field(
        2000, description="Bootstrap draws for the intervals of the rank correlations."
    )
    resolution: PositiveFloat = Field(
        1.0,
        description="Leiden resolution for the clusters compared between seeds, without labels.",
    )
    observations: PositiveInt = Field(
        5000,
        description="Compare the latents and clusters of seeds on at most so many observations, "
        "drawn by the seed and the same for all.",
    )
