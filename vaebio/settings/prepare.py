"""Settings of the preparation: splits, filters, choice of features, missing values."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from vaebio.settings.base import Settings


class Split(Settings):
    """How the observations are divided, before anything is learned from them."""

    by: Literal["label", "group", "batch", "column"] = Field(
        "label",
        description="label: at random, stratified by the label where there is one. group, batch: "
        "whole groups (all observations of a donor, of a technical batch) go to one split, so "
        "that test holds groups no model has seen. column: as a column says.",
    )
    group: str = Field(
        "",
        description="Column of what must not be divided, for instance the donor; for `by: group`, "
        "and as a check for `by: column`.",
    )
    column: str = Field(
        "",
        description="Column with train, validation and test, for `by: column`. Without validation "
        "in it, that is taken from train.",
    )
    train: PositiveFloat = Field(0.7, description="Share the model and all constants learn from.")
    validation: PositiveFloat = Field(0.15, description="Share that stops the training.")
    test: PositiveFloat = Field(0.15, description="Share that is only ever measured.")
    seed: NonNegativeInt = Field(0, description="Seed of the assignment.")

    @model_validator(mode="after")
    def _sums_to_one(self) -> "Split":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train + validation + test to be 1, not {total:g}")
        return self

    @model_validator(mode="after")
    def _columns_are_used(self) -> "Split":
        for key, users in (("group", ("group", "column")), ("column", ("column",))):
            if self.by == key and not getattr(self, key):
                raise ValueError(f"the name of a column as `{key}`, for `by: {key}`")
            if getattr(self, key) and self.by not in users:
                raise ValueError(f"`by: {key}`, or no `{key}`: `by: {self.by}` does not use it")
        return self


class Prepare(Settings):
    """From the raw matrix to the model's input. Every constant is learned on train only."""

    layer: str = Field(
        "auto",
        description="Values of an .h5ad, .h5mu, .zarr or .loom to take: `X`, `raw`, or the name "
        "of a layer. `auto`: X, unless it holds no counts, the file holds counts elsewhere, and "
        "`kind` is auto or counts; the log says what was taken.",
    )
    modality: str = Field(
        "",
        description="Modality of an .h5mu to take, or type of the features of 10x files (empty: "
        "the only one, and of 10x files Gene Expression).",
    )
    genome: str = Field(
        "", description="Genome to take of a 10x .h5 with several (empty: the only one, or all)."
    )
    split: Split = Field(Split(), description="Train, validation and test.")
    transform: Literal["auto", "none", "m_values"] = Field(
        "auto",
        description="Fractions: M-values, log2(b / (1 - b)) with an offset of 0.001, or none, "
        "which keeps them in [0, 1] for the bernoulli likelihood. auto: m_values.",
    )
    binarise: bool = Field(
        False, description="Binary values: take everything above 0 for 1, as of counts of peaks."
    )
    min_features: NonNegativeInt = Field(
        1,
        description="Counts, binary values and intensities: drop observations with fewer detected "
        "features than this. Of other kinds those without any value are dropped.",
    )
    min_observations: NonNegativeInt = Field(
        3,
        description="Counts and binary values: drop features detected in fewer train observations "
        "than this.",
    )
    target_total: PositiveFloat = Field(
        1e4,
        description="Counts: every observation is scaled to this total before log1p "
        "(a fixed number: a median over all observations would let test into train).",
    )
    max_missing: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.5,
        description="Other kinds: drop features missing in more than this share of the train "
        "observations. Missing is what has no value, and of intensities what is 0.",
    )
    impute: Literal["auto", "none", "median", "knn", "half_minimum"] = Field(
        "auto",
        description="What missing values are filled with: the feature's median, the mean of the "
        "5 nearest observations, or half of the feature's smallest intensity (what an instrument "
        "does not find is mostly what there is little of). auto: half_minimum for intensities, "
        "median else; none: missing values are refused. knn keeps the train values with "
        "every model.",
    )
    features: PositiveInt = Field(
        2000, description="Keep this many features: the most variable ones on train."
    )
    select: Literal["auto", "seurat_v3", "pearson", "variance", "mad", "none"] = Field(
        "auto",
        description="What variable means: variance of the counts over what is usual at their mean "
        "(seurat_v3), variance of Pearson residuals of the counts (pearson), variance or median "
        "absolute deviation (mad) of the transformed values; none keeps all features. auto: "
        "seurat_v3 for counts, variance else. pearson, mad, and variance of counts need the train "
        "split in memory.",
    )
    scale: bool = Field(
        True,
        description="Divide every feature by its standard deviation on train; false: its mean is "
        "taken off and no more, nothing is cut, and the features with the largest values carry "
        "the squared error.",
    )
    clip: PositiveFloat | None = Field(
        10.0,
        description="Scaled values beyond this many standard deviations are cut; null: never. "
        "Without it a rarely detected feature can dominate the squared error.",
    )
