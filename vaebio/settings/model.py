"""Settings of the architecture, and of the grid of members."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from vaebio.settings.base import Axis, Likelihood, Settings, Widths


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
        "more variance than beta; 0 is the deterministic autoencoder.",
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
    autoencoders: bool = Field(
        True,
        description="Train a deterministic autoencoder (beta 0, no sampling) for each "
        "architecture, latent size and seed beside the VAEs: a baseline, what the network can "
        "reach without any rate to pay.",
    )

    @model_validator(mode="after")
    def _a_vae(self) -> "Grid":
        if not any(self.betas):
            raise ValueError("at least one beta above 0: what has beta 0 is no VAE, but a baseline")
        return self

    @property
    def every_beta(self) -> tuple[float, ...]:
        """The betas, with that of the autoencoders."""
        return tuple({*self.betas, 0.0}) if self.autoencoders else self.betas
