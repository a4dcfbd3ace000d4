"""Settings of the training."""

from typing import Annotated, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from vaebio.settings.base import Settings


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
    ignore_imputed: bool = Field(
        True,
        description="Values that the preparation filled in reach the encoder but have no say in "
        "the loss; false: they count like measured ones. Measures never count them.",
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
