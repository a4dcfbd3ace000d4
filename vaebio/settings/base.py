"""What all settings share: frozen types, refused misspelt keys, and the words they choose from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt

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
