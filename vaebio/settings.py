"""Typed settings: the only description of every key of `config.yaml` and `datasets.tsv`.

`config/config.yaml` and the JSON Schemas are generated from these types (`make settings`), and a
test holds them together. `configuration.py` reads files into them.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

BUILTIN = "builtin:"
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]*"

Kind = Literal["auto", "counts", "continuous", "intensity", "fraction", "binary"]
Orientation = Literal["observations_by_features", "features_by_observations"]


def _distinct(values: tuple) -> tuple:
    repeated = sorted({v for v in values if values.count(v) > 1})
    if repeated:
        raise ValueError(f"every value once, but {', '.join(map(str, repeated))} stands twice")
    return values


Axis = AfterValidator(_distinct)
Widths = Annotated[tuple[PositiveInt, ...], Field(min_length=0)]
Likelihood = Literal["auto", "gaussian", "nb", "zinb", "poisson", "bernoulli"]


class Settings(BaseModel):
    """Base of every settings class: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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
        description="Counts and binary values: drop observations with fewer detected features "
        "than this.",
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
        "median else; none: missing values are refused.",
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
    clip: PositiveFloat | None = Field(
        10.0,
        description="Scaled values beyond this many standard deviations are cut; null: never. "
        "Without it a rarely detected feature can dominate the squared error.",
    )


class Model(Settings):
    """The architecture of every member. Hidden widths in the order data flow through them."""

    likelihood: Likelihood = Field(
        "gaussian",
        description="Distribution of a feature given the latents. `gaussian` is that of the "
        "scaled values; `nb`, `zinb` and `poisson` are those of the counts, with the "
        "observation's size factor; `bernoulli` is that of values in [0, 1]. `auto`: nb for "
        "counts, bernoulli for values in [0, 1], gaussian else.",
    )
    sigma: Literal["unit", "shared", "feature"] = Field(
        "unit",
        description="Standard deviation of the gaussian: `unit` is 1, the plain MSE + KL VAE; "
        "`shared` is learned, one of each member (Rybkin 2021); `feature` is learned for every "
        "feature. Learned, beta = 1 is the calibrated ELBO.",
    )
    encoder: Widths = Field(
        (128,), description="Hidden widths between the features and the latent; [] is linear."
    )
    decoder: Widths = Field(
        (128,), description="Hidden widths between the latent and the features; [] is linear."
    )
    activation: Literal["relu", "silu", "gelu", "elu", "tanh"] = Field(
        "relu", description="Nonlinearity after every hidden layer."
    )
    normalisation: Literal["layer", "none"] = Field(
        "layer", description="Layer norm before every activation, or nothing."
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="Share of hidden units left out in each step of training."
    )
    batch: bool = Field(
        False,
        description="Tell encoder and decoder the technical batch (the column `batch` of the "
        "sheet), one-hot, so that the latents need not hold it.",
    )


class Grid(Settings):
    """Which members are trained: every beta with every latent size and every seed."""

    betas: Annotated[tuple[NonNegativeFloat, ...], Field(min_length=1), Axis] = Field(
        (0.1, 0.3, 1.0, 3.0, 10.0),
        description="Weights of the rate (KL), both terms in nats per observation. "
        "1 is the ELBO; with sigma `unit` a unit is worth its rate only if it explains "
        "more variance than beta.",
    )
    latents: Annotated[tuple[PositiveInt, ...], Field(min_length=1), Axis] = Field(
        (2, 8, 16, 32), description="Latent sizes (numbers of latent units)."
    )
    seeds: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1), Axis] = Field(
        (0, 1, 2), description="Seeds of initialisation and noise; three or more show the spread."
    )
    encoders: Annotated[tuple[Widths, ...], Axis] = Field(
        (), description="Encoders to compare, each a list of hidden widths; []: model.encoder."
    )
    decoders: Annotated[tuple[Widths, ...], Axis] = Field(
        (), description="Decoders to compare, each a list of hidden widths; []: model.decoder."
    )
    likelihoods: Annotated[tuple[Likelihood, ...], Axis] = Field(
        (), description="Likelihoods to compare; []: model.likelihood."
    )


class Train(Settings):
    """How the members are trained."""

    epochs: PositiveInt = Field(200, description="Most passes over the train split.")
    minibatch: PositiveInt = Field(128, description="Observations per optimiser step.")
    learning_rate: PositiveFloat = Field(2e-3, description="Step size of Adam at the start.")
    learning_rate_schedule: Literal["constant", "linear", "cosine"] = Field(
        "constant", description="How the step size falls to `learning_rate_end` over all epochs."
    )
    learning_rate_end: Annotated[float, Field(gt=0, le=1)] = Field(
        0.01, description="Share of the step size that is left at the last step of a schedule."
    )
    weight_decay: NonNegativeFloat = Field(
        0.0, description="Decoupled weight decay (AdamW) of weights; never of biases and norms."
    )
    warmup: NonNegativeInt = Field(
        20, description="Epochs in which beta rises from 0 to its value; cut to `epochs`."
    )
    beta_schedule: Literal["constant", "linear", "cosine", "logistic", "cyclical"] = Field(
        "linear",
        description="How beta rises over the warm-up; `constant` has none, `cyclical` rises "
        "`cycles` times from 0, each time over half of a cycle (Fu 2019).",
    )
    cycles: PositiveInt = Field(4, description="Rises of beta in a cyclical warm-up.")
    free_bits: NonNegativeFloat = Field(
        0.0,
        description="Nats that every latent unit may carry without cost, as the mean of a "
        "minibatch (Kingma 2016).",
    )
    capacity: NonNegativeFloat | None = Field(
        None,
        description="Target of the rate in nats: the loss is distortion + beta x |rate - "
        "capacity|, and the capacity instead of beta rises over the warm-up (Burgess 2018); "
        "null: none.",
    )
    stopping: Literal["objective", "elbo"] = Field(
        "objective",
        description="What early stopping and the choice of the best weights look at, on "
        "validation: the member's own objective, or the ELBO without any weight.",
    )
    patience: PositiveInt = Field(
        30,
        description="Stop a member after this many epochs without improvement on validation; "
        "counted from the end of the warm-up. The best weights are restored.",
    )
    clip: PositiveFloat = Field(
        100.0, description="Largest norm of one member's gradient in nats; longer ones are cut."
    )
    checkpoint: NonNegativeFloat = Field(
        60.0,
        description="Seconds between checkpoints; a killed training goes on from the last one "
        "when the same command is given again. 0: after every epoch.",
    )
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")] = Field(
        "auto", description="auto, cpu, cuda, cuda:N or mps; auto takes a GPU when there is one."
    )
    precision: Literal["float32", "tf32"] = Field(
        "float32",
        description="Of matrix products on CUDA: `tf32` is faster and keeps 10 bits of each "
        "factor's mantissa; elsewhere it changes nothing.",
    )
    memory: PositiveFloat | Literal["auto"] = Field(
        "auto",
        description="GB that data and models may take on the device; auto: most of what is free. "
        "Members that do not fit together are trained in several passes.",
    )
    stacks: PositiveInt | Literal["auto"] = Field(
        "auto",
        description="Into how many jobs the grid is divided; auto: 1. More than one pays only "
        "with several GPUs or cluster nodes.",
    )

    @model_validator(mode="after")
    def _one_target_of_the_rate(self) -> "Train":
        if self.capacity is not None and self.free_bits:
            raise ValueError("either free_bits or capacity: each says where the rate should be")
        return self


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
    seed: NonNegativeInt = Field(0, description="Seed of Leiden and k-means.")


class Report(Settings):
    """Words and selections of the report; changing them re-runs the report alone."""

    title: str = Field("", description="Title of the page; empty: the name of the data set.")
    observations: str = Field("observations", description="What a row is: cells, samples, ...")
    features: str = Field("features", description="What a column is: genes, proteins, ...")
    curves: NonNegativeInt = Field(
        4, description="Members whose learning curves are drawn before the reader picks any."
    )


class Config(Settings):
    """Everything that can be set for a run."""

    datasets: str = Field("config/datasets.tsv", description="Sheet of data sets, one row each.")
    results: str = Field("results", description="Folder of all results.")
    prepare: Prepare = Prepare()
    model: Model = Model()
    grid: Grid = Grid()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
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
        ".h5 of 10x; text and .mtx also .gz) or builtin:pbmc68k."
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


def as_yaml(settings: Mapping[str, BaseModel]) -> str:
    """Settings as YAML text, one top-level key each."""
    content = {key: value.model_dump(mode="json") for key, value in settings.items()}
    return yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=100)


def commented_yaml() -> str:
    """`config/config.yaml`: every key with its default and its description."""
    head = (
        "# yaml-language-server: $schema=../workflow/schemas/config.schema.json\n"
        "# Generated from vaebio/settings.py by `make settings`; edit a copy of it, and give that\n"
        "# with --configfile: what it does not say keeps the value it has here.\n"
    )
    return head + "".join(_commented(Config(), 0))


def json_schema(model: type[BaseModel]) -> str:
    """JSON Schema of a settings class, for editors and for checking files without vaebio."""
    return json.dumps(model.model_json_schema(), indent=2) + "\n"


def _commented(settings: BaseModel, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, field in type(settings).model_fields.items():
        value = getattr(settings, key)
        if isinstance(value, BaseModel):
            summary = (type(value).__doc__ or "").splitlines()[0]
            yield ("\n" if depth == 0 else "") + f"{pad}# {summary}\n{pad}{key}:\n"
            yield from _commented(value, depth + 1)
            continue
        for line in textwrap.wrap(
            _described(field.description or "", field.annotation), 96 - len(pad)
        ):
            yield f"{pad}# {line}\n"
        dumped = settings.model_dump(mode="json")[key]
        yield f"{pad}{key}: {_flow(dumped)}\n"


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML value
    """One value on one line; safe_dump ends a plain scalar with a document mark."""
    return yaml.safe_dump(value, default_flow_style=True, width=10**6).split("\n")[0]


def _described(description: str, annotation: Any) -> str:  # noqa: ANN401 - any type hint
    choices = [str(v) for v in get_args(annotation) if isinstance(v, str)]
    return description + (f" One of: {', '.join(choices)}." if len(choices) > 1 else "")


def main() -> None:
    """Write the generated files: `python -m vaebio.settings`, called by `make settings`."""
    schemas = Path("workflow/schemas")
    Path("config/config.yaml").write_text(commented_yaml())
    (schemas / "config.schema.json").write_text(json_schema(Config))
    (schemas / "datasets.schema.json").write_text(json_schema(Dataset))


if __name__ == "__main__":
    main()
