"""Settings of how members and baselines are measured."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vaebio.settings.base import Axis, Settings
from vaebio.settings.choose import Choose


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
    active_rate: PositiveFloat = Field(
        0.005,
        description="nats. By the other definition a unit is active when its mean rate is above "
        "this. A mean that varies by 0.01 costs at least half of that in rate, so with both at "
        "their defaults all units that are active by variance are so by rate, and those that are "
        "active by rate alone pay for what hardly varies.",
    )
    information_sample: Annotated[int, Field(ge=2)] = Field(
        1000,
        description="Most observations of a split whose posteriors are averaged for mutual "
        "information, marginal KL and its parts; a sample drawn alike for all members. The "
        "logarithm of their number is the most mutual information they can show.",
    )
    importance_samples: PositiveInt = Field(
        32,
        description="Samples of the posterior of each test observation for the importance-weighted "
        "log-likelihood; more of them bring the bound closer to log p(x).",
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
    seed: NonNegativeInt = Field(
        0,
        description="Seed of Leiden, k-means, NMF, halves, bootstraps and samples of rows.",
    )
    scvi: bool = Field(
        False,
        description="Train scVI by scvi-tools with its own defaults for every latent size and "
        "seed as a further baseline of counts; needs `pip install 'vaebio[scvi]'`.",
    )
    choose: Choose = Field(Choose(), description="Choice of members from what was measured.")
