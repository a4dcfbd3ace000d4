"""What the report tells about the preparation, as plain values for JSON."""

from typing import Any

import pandas as pd
from anndata import AnnData

from vaebio.terms import SPLITS

_TOLD = ("name", "kind", "kind_reason", "label", "batch", "observations_in", "features_in")


def summary(prepared: AnnData, *, matrix: str, annotation: str) -> dict[str, Any]:
    """Facts about a prepared data set.

    Parameters
    ----------
    prepared
        Without its values.
    matrix, annotation
        Where it came from, as the user wrote it.

    Returns
    -------
    `split` has the number of observations of each split, `labels` the same for each label,
    `sparsity` the share of zeros before scaling.
    """
    facts = prepared.uns["vaebio"]
    split, label = prepared.obs["split"], facts["label"]
    return {
        **{key: facts[key] for key in _TOLD},
        "matrix": matrix,
        "annotation": annotation,
        "observations": prepared.n_obs,
        "features": prepared.n_vars,
        "split": _sizes(split),
        "labels": {
            str(name): _sizes(part)
            for name, part in (split.groupby(prepared.obs[label], observed=True) if label else ())
        },
        "sparsity": round(float(facts["zero_share"]), 4),
        "steps": list(facts["steps"]),
        "warnings": list(facts["warnings"]),
        "version": facts["version"],
    }


def _sizes(split: pd.Series) -> dict[str, int]:
    return {name: int((split == name).sum()) for name in SPLITS}
