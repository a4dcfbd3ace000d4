"""The closed set of causes: what each means and what to change, in sentences."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why an error is where it is.

    Parameters
    ----------
    name
        In tables and settings.
    shown
        The verdict as a reader finds it.
    factor
        The factor whose part is its gain; empty for causes with probes of their own.
    meaning
        What it means that the cause is supported.
    setting
        The key of the settings to change, where it is one.
    """

    name: str
    shown: str
    meaning: str
    factor: str = ""
    setting: str = ""


_ALL = (
    Cause(
        "beta_too_high",
        "beta too high",
        "The KL weighs more than what many units could explain, so that they are switched off or "
        "blurred: the rate falls and the reconstruction cannot improve.",
        factor="beta",
        setting="grid.betas",
    ),
    Cause(
        "beta_too_low",
        "beta too low",
        "The KL weighs so little that the latents learn what is particular to the train "
        "observations; on others the error is higher than it need be.",
        setting="grid.betas",
    ),
    Cause(
        "latent_too_small",
        "latent size too small",
        "The data vary in more directions than there are latent units: what has no unit cannot be "
        "reconstructed, however long the training.",
        factor="latent",
        setting="grid.latents",
    ),
    Cause(
        "decoder_too_weak",
        "decoder too weak",
        "The latents hold more than the decoder can turn into features.",
        factor="decoder",
        setting="model.decoder",
    ),
    Cause(
        "encoder_too_weak",
        "encoder too weak",
        "The encoder does not find the latents that the decoder could use (amortisation).",
        factor="encoder",
        setting="model.encoder",
    ),
    Cause(
        "optimiser",
        "training that could go further",
        "The same model reaches a lower error when it is trained differently: it had not converged "
        "or its steps were of the wrong size.",
        setting="train",
    ),
    Cause(
        "input_scale",
        "scale of the input",
        "A few features have so large values that the error is theirs, and the others are hardly "
        "learned.",
        setting="prepare",
    ),
    Cause(
        "noise_floor",
        "noise floor",
        "What is left of the error is noise of the measurement, which no model can predict: a good "
        "fit, not a failure.",
    ),
    Cause(
        "none",
        "no cause found",
        "The fit is near what can be had with these models: no single change that was tried lowers "
        "the error by an amount that counts, and all of them together lower it by little.",
    ),
    Cause(
        "unknown",
        "not known",
        "The probes do not say why the error is where it is. Rather than a guess, no cause is "
        "named.",
    ),
)

CAUSES: dict[str, Cause] = {cause.name: cause for cause in _ALL}
"""All causes by name."""

REMOVABLE = tuple(cause.name for cause in _ALL[:7])
"""Causes that a change of the settings removes; each is supported by an intervention alone."""

OPTIMISER_CHANGES = {
    "learning_rate_low": "a tenth of the learning rate at the end of the training",
    "learning_rate_high": "three times the learning rate",
    "longer": "twice the epochs",
    "factorial": "trained anew as the probes are",
}
"""What the probes of the optimiser change, in words."""
