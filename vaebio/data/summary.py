"""What the report tells about the preparation, as plain values for JSON."""

from typing import Any

import pandas as pd
from anndata import AnnData

from vaebio.data.sources import BUILT_IN, builtin_name, checked_matrix
from vaebio.terms import SPLITS

_TOLD = ("name", "kind", "kind_reason", "transform", "label", "batch")
_TOLD += ("observations_in", "features_in")


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
    `form` is that of the matrix, `split` has the number of observations of each split, `labels`
    the same for each label, `sparsity` the share of zeros before scaling, `imputation` how missing
    values were filled (empty where none was missing), `account` the facts of `account.account`.
    """
    facts = prepared.uns["vaebio"]
    imputation = facts.get("imputation", {})
    split, label = prepared.obs["split"], facts["label"]
    return {
        **{key: facts[key] for key in _TOLD},
        "matrix": matrix,
        "form": BUILT_IN if builtin_name(matrix) else checked_matrix(matrix)[1],
        "annotation": annotation,
        "observations": prepared.n_obs,
        "features": prepared.n_vars,
        "split": _sizes(split),
        "labels": {
            str(name): _sizes(part)
            for name, part in (split.groupby(prepared.obs[label], observed=True) if label else ())
        },
        "sparsity": round(float(facts["zero_share"]), 4),
        "imputation": str(imputation.get("method", "")),
        "neighbours": int(imputation.get("neighbours", 0)),
        "account": {**facts["account"], "reading": list(facts["account"]["reading"])},
        "steps": list(facts["steps"]),
        "warnings": list(facts["warnings"]),
        "version": facts["version"],
    }


def _sizes(split: pd.Series) -> dict[str, int]:
    return {name: int((split == name).sum()) for name in SPLITS}
