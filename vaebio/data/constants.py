"""Everything needed to bring new observations through the same preparation."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True, eq=False)
class Preparation:
    """Constants learned on train, by name of the feature.

    Parameters
    ----------
    kind
        "counts", "continuous", "intensity", "fraction" or "binary".
    features
        (feature,) names of the model's features, in order.
    total_features
        Counts: names of the features whose counts make an observation's total; it has more of
        them than the model, because the total is taken before features are chosen.
    target_total
        Counts: what every total is scaled to; None for other kinds.
    mean, scale
        (feature,) float32, of the values before scaling.
    clip
        Standard deviations beyond which scaled values are cut; None: never.
    batch, batches
        Column of the technical batch and its values in the order models know them; empty where
        the data set has none.
    transform
        What was done to every value, in the words of `vaebio.data.transformed`.
    imputation
        What missing values are filled with, in the form of `vaebio.data.impute`; None where none
        was missing.
    """

    kind: str
    features: tuple[str, ...]
    total_features: tuple[str, ...]
    target_total: float | None
    mean: np.ndarray
    scale: np.ndarray
    clip: float | None
    batch: str = ""
    batches: tuple[str, ...] = ()
    transform: str = "none"
    imputation: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, prepared: "AnnData") -> "Preparation":
        """The constants a prepared data set carries."""
        facts = prepared.uns["vaebio"]
        batch = str(facts["batch"])
        return cls(
            kind=str(facts["kind"]),
            features=tuple(prepared.var_names),
            total_features=tuple(map(str, facts.get("total_features", ()))),
            target_total=_number(facts.get("target_total")),
            mean=prepared.var["mean"].to_numpy(np.float32),
            scale=prepared.var["scale"].to_numpy(np.float32),
            clip=_number(facts.get("clip")),
            batch=batch,
            batches=tuple(map(str, prepared.obs[batch].cat.categories)) if batch else (),
            transform=str(facts["transform"]),
            imputation=facts.get("imputation"),
        )

    def to_json(self) -> str:
        """JSON text; every number comes back exactly."""
        content = vars(self) | {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
        return json.dumps(content, default=_packed)

    @classmethod
    def from_json(cls, text: str) -> "Preparation":
        """Inverse of `to_json`."""
        content = json.loads(text, object_hook=_unpacked)
        for key in ("features", "total_features", "batches"):
            content[key] = tuple(content[key])
        for key in ("mean", "scale"):
            content[key] = np.array(content[key], np.float32)
        return cls(**content)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _packed(value: Any) -> Any:  # noqa: ANN401 - whatever JSON does not know
    """Numbers of numpy, and arrays as their bytes: as text they would be five times as long."""
    if not isinstance(value, np.ndarray):
        return value.item()
    content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"array": content, "dtype": value.dtype.str, "shape": value.shape}


def _unpacked(content: dict[str, Any]) -> Any:  # noqa: ANN401 - an array or the content itself
    if content.keys() != {"array", "dtype", "shape"}:
        return content
    flat = np.frombuffer(base64.b64decode(content["array"]), content["dtype"])
    return flat.reshape(content["shape"])
