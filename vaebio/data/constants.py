"""Everything needed to bring new observations through the same preparation."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True, eq=False)
class Preparation:
    """Constants learned on train, by name of the feature.

    Parameters
    ----------
    kind
        "counts" or "continuous".
    features
        (feature,) names of the model's features, in order.
    total_features
        Counts: names of the features whose counts make an observation's total; it has more of
        them than the model, because the total is taken before features are chosen.
    target_total
        Counts: what every total is scaled to; None for continuous values.
    mean, scale
        (feature,) float32, of the values before scaling.
    clip
        Standard deviations beyond which scaled values are cut; None: never.
    batch, batches
        Column of the technical batch and its values in the order models know them; empty where
        the data set has none.
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
        )

    def to_json(self) -> str:
        """JSON text; every number comes back exactly."""
        content = vars(self) | {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
        return json.dumps(content)

    @classmethod
    def from_json(cls, text: str) -> "Preparation":
        """Inverse of `to_json`."""
        content = json.loads(text)
        for key in ("features", "total_features", "batches"):
            content[key] = tuple(content[key])
        for key in ("mean", "scale"):
            content[key] = np.array(content[key], np.float32)
        return cls(**content)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
