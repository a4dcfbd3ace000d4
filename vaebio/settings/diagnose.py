"""Settings of the diagnosis: when a history shows a symptom, when probes support a cause."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vaebio.settings.base import Axis, Settings

Share = Annotated[float, Field(gt=0, lt=1)]
Confidence = Annotated[float, Field(ge=0.5, lt=1)]


class Symptoms(Settings):
    """When a history shows a symptom. Shares are of null - noise floor unless said."""

    gain: Share = Field(
        0.01,
        description="Share by which the validation MSE must fall over the last quarter of the run, "
        "or at that speed, not to be flat.",
    )
    explained: Share = Field(
        0.9, description="Explained fraction from which on a flat MSE is a good fit, no stall."
    )
    overfit: Share = Field(
        0.05,
        description="Share by which the validation MSE must have risen above its minimum while "
        "that of train did not, or lie above that of train, to be overfitting.",
    )
    units: Share = Field(
        0.5, description="Share of the units that can be active below which a member has collapsed."
    )
    rate: PositiveFloat = Field(0.1, description="Rate in nats below which a member has collapsed.")
    rate_fall: Share = Field(
        0.1, description="Share of its own level by which a rate must fall to be falling."
    )
    shortest: Annotated[int, Field(ge=4)] = Field(
        5, description="Fewest epochs that a slope is judged by."
    )
    confidence: Confidence = Field(0.95, description="Confidence of the intervals of slopes.")


class Verdict(Settings):
    """When probes support a cause. Shares are of null - noise floor."""

    gain: Share = Field(
        0.05,
        description="Smallest share of the error that a cause must account for to be supported.",
    )
    confidence: Confidence = Field(
        0.95, description="Confidence of the intervals over seeds, which must exclude 0."
    )
    rise: Share = Field(
        0.1,
        description="Share by which the MSE may rise when one more factor is relaxed. A factor's "
        "part has a single rise with a weight of at most a quarter, so less than this moves no "
        "part by half of the gain that counts; more, beyond the spread of the seeds, and the probe "
        "has failed.",
    )
    floor: Share = Field(
        0.1,
        description="Share above the noise floor, or above the lowest error of all probes, up to "
        "which a member is near it.",
    )
    concentration: Share = Field(
        0.5,
        description="Share of the member's squared error, or of the train mean's, that 1 % of the "
        "features must carry for the scale of the input to be suspected.",
    )
    explainable: Share = Field(
        0.03,
        description="Share of the null that must lie above the noise floor, or be explained by "
        "some probe or baseline, for a cause to be heeded. Of less the data are called noise: a "
        "model of few features takes off as much by copying noise.",
    )
    tolerance: Share = Field(
        0.05,
        description="Share above the lowest error of all probes up to which a cheaper combination "
        "is prescribed instead.",
    )


class Probes(Settings):
    """What probes are worth. Shares are of null - noise floor."""

    gain: Share = Field(
        0.02,
        description="Smallest share by which the validation MSE must fall when a member is "
        "trained on, for its probes to be trained otherwise than it was: less is not worth the "
        "longer training of all of them.",
    )
    rise: Share = Field(
        0.05,
        description="Smallest share by which the MSE must rise with one more factor relaxed, for "
        "that probe to be trained again from the weights of a less relaxed one.",
    )
    steps: PositiveInt = Field(
        300, description="Steps of the descent that optimises the posterior of an observation."
    )


class Diagnose(Settings):
    """Why the error is where it is: symptoms from the histories, causes from probes."""

    members: NonNegativeInt = Field(
        1,
        description="How many combinations of beta, latent size and architecture are diagnosed: "
        "the recommended one, then those with the most severe symptoms. Each takes some 25 "
        "trainings for every seed. 0: symptoms alone.",
    )
    seeds: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1), Axis] | None = Field(
        None,
        description="Seeds that every probe is trained with; null: those of the member in the "
        "grid, at most three. One seed shows no spread, and supports no cause.",
    )
    follow_up: NonNegativeInt = Field(
        3,
        description="Fresh seeds with which what is prescribed is trained, to hold the error that "
        "is predicted against the one that is reached. 0: none.",
    )
    probes: Probes = Probes()
    symptoms: Symptoms = Symptoms()
    verdict: Verdict = Verdict()
