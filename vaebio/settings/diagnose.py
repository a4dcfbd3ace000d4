"""Settings of the diagnosis: when a history shows a symptom, when probes support a cause."""

from typing import Annotated

from pydantic import Field, PositiveFloat

from vaebio.settings.base import Settings

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
        description="Share of the squared error that 1 % of the features must carry for the scale "
        "of the input to be suspected.",
    )
    tolerance: Share = Field(
        0.05,
        description="Share above the lowest error of all probes up to which a cheaper combination "
        "is prescribed instead.",
    )


class Diagnose(Settings):
    """Why the error is where it is: symptoms from the histories, causes from probes."""

    symptoms: Symptoms = Symptoms()
    verdict: Verdict = Verdict()
