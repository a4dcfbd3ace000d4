"""From the raw data set to the model's input, every constant learned on train alone.

In order: split (before any filter, so that no observation's values move another), filter,
normalise, choose features, mean and standard deviation of each.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from vaebio import __version__
from vaebio.data import caution, check
from vaebio.data.choose import Chosen, choose_continuous, choose_counts
from vaebio.data.constants import Preparation
from vaebio.data.counts import log_normalised, totals
from vaebio.data.matrix import Matrix, as_float32
from vaebio.data.scaling import moments
from vaebio.data.split import assign
from vaebio.errors import VaebioError, did_you_mean
from vaebio.terms import SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Prepare


def prepare(
    adata: AnnData, *, label: str, batch: str, kind: str, settings: "Prepare", name: str
) -> AnnData:
    """The model's input with the constants that made it.

    Parameters
    ----------
    adata
        (observation, feature) raw data set as `read` returns it; not changed.
    label, batch
        Columns of `obs`, or empty.
    kind
        As declared by the user; `auto` looks at the values.
    name
        Of the data set.

    Returns
    -------
    X before scaling: float32, CSR for counts and for what came sparse. `layers["counts"]` for
    counts. `obs["split"]`, and for counts `obs["total"]`, the sum X was normalised by. `var` has
    float32 `mean` and `scale`. `uns["vaebio"]` has version, name, kind, kind_reason, label, batch,
    observations_in, features_in, clip and target_total (absent when there is none),
    total_features (counts), and the sentences `steps` and `warnings`.

    Raises
    ------
    VaebioError
        When the data cannot be used as declared, or the settings leave nothing.
    """
    classes = {"label": label, "batch": batch}
    values = check.checked_values(adata)
    check.enough_observations(adata.n_obs, "in the matrix")
    kind, reason = check.decide_kind(values, kind)
    known = {role: check.classes(adata.obs, role, c) for role, c in classes.items()}
    split = _split(known["label"], adata.n_obs, settings)
    chosen = (choose_counts if kind == "counts" else choose_continuous)(values, split, settings)

    prepared = _assembled(adata, chosen, split)
    for role, column in classes.items():
        if column:
            prepared.obs[column] = pd.Categorical(known[role][chosen.observations])
    facts = {"version": __version__, "name": name, "kind": kind, "kind_reason": reason, **classes}
    facts |= {"observations_in": adata.n_obs, "features_in": adata.n_vars}
    steps = [f"Treated the values as {kind} ({reason}).", _split_sentence(split, label)]
    steps += [*chosen.steps, _scaling_sentence(settings.clip)]
    read = adata.uns.get("vaebio", {})
    prepared.uns["vaebio"] = {
        **facts,
        **_constants(adata, chosen, settings),
        "steps": _texts(*read.get("steps", ()), *steps),
        "warnings": _texts(*read.get("warnings", ()), *_cautions(values, prepared, classes)),
    }
    return prepared


def prepare_like(adata: AnnData, preparation: Preparation) -> tuple[Matrix, np.ndarray | None]:
    """New raw observations as the model wants them, before scaling.

    The observations the constants were learned with give exactly the values they had then.

    Parameters
    ----------
    adata
        (observation, feature) raw; features in any order, more than needed do no harm.

    Returns
    -------
    (observation, feature) float32, features in the order of `preparation.features`, and of counts
    the (observation,) totals they were normalised by, else None.

    Raises
    ------
    VaebioError
        When features are missing, values are of another kind, or an observation has no count.
    """
    check.unique_names(adata)
    is_counts = preparation.kind == "counts"
    names = preparation.total_features if is_counts else preparation.features
    part = adata[:, _positions(adata.var_names, names)]
    values = check.checked_values(part)
    columns = _positions(part.var_names, preparation.features)
    if not is_counts:
        return as_float32(values[:, columns]), None
    check.decide_kind(values, "counts")
    counts = sparse.csr_matrix(values, dtype=np.float64)
    total = totals(counts)
    if not total.all():
        raise VaebioError(
            found=f"the observation `{adata.obs_names[np.argmin(total)]}` has no count in the "
            f"{len(names):,} features that make the total",
            expected="observations with counts",
            hint="take it out",
        )
    return log_normalised(counts[:, columns], total, preparation.target_total), total


def _split(labels: np.ndarray | None, n: int, settings: "Prepare") -> np.ndarray:
    shares = (settings.split.train, settings.split.validation, settings.split.test)
    return assign(labels, n, shares, settings.split.seed)


def _positions(present: pd.Index, wanted: tuple[str, ...]) -> np.ndarray:
    """(feature,) place of each wanted name among the present ones."""
    places = present.get_indexer(list(wanted))
    missing = np.flatnonzero(places < 0)
    if len(missing):
        raise VaebioError(
            found=f"{len(missing):,} of the {len(wanted):,} features the model was trained with "
            f"are missing, the first is `{wanted[missing[0]]}`",
            expected="every one of them, in any order",
            hint=did_you_mean(
                wanted[missing[0]], present, "use the same names and the same version of them"
            ),
        )
    return places


def _assembled(adata: AnnData, chosen: Chosen, split: np.ndarray) -> AnnData:
    """Values, split and constants; of the input the columns about observations and features."""
    kept = split[chosen.observations]
    mean, scale = moments(chosen.x[kept == "train"])
    obs = _aside(adata.obs.iloc[chosen.observations], check.OWN_COLUMNS)
    obs["split"] = pd.Categorical(kept, categories=SPLITS)
    var = _aside(adata.var.iloc[chosen.features], ("mean", "scale"))
    var["mean"], var["scale"] = mean.astype(np.float32), scale.astype(np.float32)
    prepared = AnnData(chosen.x, obs=obs, var=var)
    if chosen.counts is not None:
        prepared.layers["counts"] = chosen.counts
        prepared.obs["total"] = chosen.total
    return prepared


def _aside(frame: pd.DataFrame, own: tuple[str, ...]) -> pd.DataFrame:
    """A copy whose columns leave the own names free."""
    return frame.rename(columns={name: f"input_{name}" for name in own})


def _constants(adata: AnnData, chosen: Chosen, settings: "Prepare") -> dict[str, Any]:
    """Facts `Preparation` needs beside `var`; what there is not is absent: h5ad has no None."""
    facts: dict[str, Any] = {}
    if settings.clip is not None:
        facts["clip"] = settings.clip
    if chosen.total_features is not None:
        facts["target_total"] = settings.target_total
        facts["total_features"] = _texts(*adata.var_names[chosen.total_features])
    return facts


def _split_sentence(split: np.ndarray, label: str) -> str:
    sizes = ", ".join(f"{np.count_nonzero(split == name):,} {name}" for name in SPLITS)
    how = f"stratified by `{label}`" if label else "at random"
    return f"Split {how}, before any filter: {sizes} observations."


def _scaling_sentence(clip: float | None) -> str:
    cut = "never cut" if clip is None else f"cut at {clip:g} standard deviations"
    return (
        f"Learned mean and standard deviation of every feature on train; scaled values are {cut}."
    )


def _cautions(values: Matrix, prepared: AnnData, classes: dict[str, str]) -> Iterator[str]:
    """Warnings about the values as they came in and the columns of what was made of them."""
    for name in check.OWN_COLUMNS:
        if f"input_{name}" in prepared.obs:
            yield f"The column `{name}` of the input is now called `input_{name}`."
    split = prepared.obs["split"].to_numpy()
    yield from caution.about_split(split)
    for role, column in classes.items():
        if column:
            yield from caution.about_classes(role, column, prepared.obs[column].to_numpy(str))
    if classes["label"]:
        yield from caution.about_absent(prepared.obs[classes["label"]].to_numpy(str), split)
    if "counts" in prepared.layers:
        yield from caution.about_counts(values)
    else:
        yield from caution.about_continuous(prepared.X[split == "train"])


def _texts(*sentences: str) -> np.ndarray:
    """Texts in a form that comes back from an h5ad, also when there are none."""
    return np.array(sentences, dtype=object)
