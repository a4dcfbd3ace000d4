"""From the raw data set to the model's input, every constant learned on train alone.

In order: split (before any filter, so that no observation's values move another), a first pass
over the values that finds what they are and which features vary, the choice of features, and a
second pass that brings them to the file and learns mean and standard deviation of each.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from vaebio import __version__
from vaebio.data import caution, check, doubts, say
from vaebio.data.account import account
from vaebio.data.aside import aside, told
from vaebio.data.blank import blank
from vaebio.data.choose import Choice, choose
from vaebio.data.constants import Preparation
from vaebio.data.counts import log_normalised, totals
from vaebio.data.divide import divided
from vaebio.data.evidence import Evidence
from vaebio.data.fill import Filling, imputation_of
from vaebio.data.impute import from_dict
from vaebio.data.kind import DECLARED, decide_kind
from vaebio.data.logarithm import base_of_log_counts
from vaebio.data.matrix import Matrix, canonical, dense, stored
from vaebio.data.raw import Raw
from vaebio.data.survey import Survey, Watch, surveyed, unwatched
from vaebio.data.transformed import LOGARITHM, transformed
from vaebio.data.written import add_frames, new_file
from vaebio.errors import VaebioError, did_you_mean
from vaebio.terms import SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Prepare

FEATURE_COLUMNS = ("mean", "scale")
"""Columns about the features that preparing adds."""


class _Moved(NamedTuple):
    """New names of columns about observations and about features."""

    obs: dict[str, str]
    var: dict[str, str]


def prepare(
    raw: Raw,
    path: Path,
    *,
    label: str,
    batch: str,
    kind: str,
    settings: "Prepare",
    name: str,
    watch: Watch = unwatched,
) -> AnnData:
    """Write the model's input with the constants that made it.

    Parameters
    ----------
    raw
        (observation, feature) raw data set as `read` returns it; not changed. Its values are
        passed over twice, part by part.
    path
        An h5ad. X before scaling: float32, CSR for counts and for what came sparse and stays so.
        `layers["counts"]` for counts; `layers["imputed"]`, CSR with 1 where a value was missing
        and has been filled in, where there are such. Arrays lie in one piece, uncompressed.
        `obs["split"]`, and for counts `obs["total"]`, the sum X was normalised by. `var` has
        float32 `mean` and `scale`. `uns["vaebio"]` has version, name, kind, kind_reason,
        transform, label, batch, observations_in, features_in, zero_share, clip and target_total
        (absent when there is none), total_features (counts), imputation (where there is one), the
        sentences `steps` and `warnings`, and `account`, their facts: see `account`.
    label, batch
        Columns of `obs`, or empty.
    kind
        As declared by the user; `auto` looks at the values.
    name
        Of the data set.
    watch
        Sees the parts of both passes go by.

    Returns
    -------
    What the file holds beside the values.

    Raises
    ------
    VaebioError
        When the data cannot be used as declared, or the settings leave nothing.
    """
    classes = {"label": label, "batch": batch}
    check.usable(raw)
    check.enough_observations(raw.shape[0], "in the matrix")
    known = {role: check.classes(raw.obs, role, c) for role, c in classes.items()}
    split, sentences = divided(raw.obs, classes, known, settings.split)
    survey = surveyed(raw, kind, split == "train", settings, watch)
    choice = choose(survey, settings)
    lacking = blank(raw, survey, choice.features, watch)
    check.fillable(survey, survey.missing_of(choice.features, lacking), settings)
    with new_file(path) as file:
        filling = Filling(file, survey, choice, lacking, settings)
        for rows, values in watch("Preparing them", raw.shape[0], raw.chunks()):
            filling.add(rows, values)
        check.every_split(split[filling.end().kept])
        moved = _Moved(aside(raw.obs, check.OWN_COLUMNS), aside(raw.var, FEATURE_COLUMNS))
        frames = _frames(raw, choice, filling, split, moved)
        classes = {role: moved.obs.get(column, column) for role, column in classes.items()}
        for role, column in classes.items():
            if column:
                frames.obs[column] = pd.Categorical(known[role][filling.kept])
        frames.uns["vaebio"] = {
            **{"version": __version__, "name": name, **classes},
            **_constants(raw, survey, choice, filling),
            "steps": _texts(*raw.steps, *_steps(survey, choice, filling, sentences)),
            "warnings": _texts(*_cautions(raw, survey, filling, frames, classes, moved)),
            "account": account(raw, survey, choice, filling),
        }
        add_frames(file, frames)
    return frames


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
    is_counts = preparation.kind == "counts"
    names = preparation.total_features if is_counts else preparation.features
    check.unique_names(Raw.of(adata))
    raw = Raw.of(adata[:, _positions(adata.var_names, names)])
    check.usable(raw)
    values = canonical(raw.x)
    check.finite(values, raw.obs.index, raw.var.index)
    evidence = Evidence()
    evidence.add(values, raw.obs.index, raw.var.index)
    decide_kind(evidence, preparation.kind, preparation.transform == "binarised")
    if is_counts:
        return _counts_like(raw, values, preparation)
    x = transformed(values, preparation.transform)
    return _filled(x, preparation, evidence.where_missing), None


def _counts_like(raw: Raw, values: Matrix, preparation: Preparation) -> tuple[Matrix, np.ndarray]:
    counts = sparse.csr_matrix(values, dtype=np.float64)
    total = totals(counts)
    if not total.all():
        raise VaebioError(
            found=f"the observation `{raw.obs.index[np.argmin(total)]}` has no count in the "
            f"{raw.shape[1]:,} features that make the total",
            expected="observations with counts",
            hint="take it out",
        )
    columns = _positions(raw.var.index, preparation.features)
    return log_normalised(counts[:, columns], total, preparation.target_total), total


def _filled(x: Matrix, preparation: Preparation, where: str) -> Matrix:
    """Values with missing ones filled in as those the model was trained with."""
    if not np.isnan(stored(x)).any():
        return x
    if preparation.imputation is None:
        raise VaebioError(
            found=f"missing values, the first in {where or 'a value that is 0'}",
            expected="a number everywhere: none was missing where the model was trained",
            hint="fill them in, or take these observations out",
        )
    return from_dict(preparation.imputation).fill(dense(x))[0]


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


def _frames(
    raw: Raw, choice: Choice, filling: Filling, split: np.ndarray, moved: _Moved
) -> AnnData:
    """Splits and constants; of the input the columns about observations and features."""
    kept, moments = filling.kept, filling.moments
    obs = raw.obs[kept].rename(columns=moved.obs)
    obs["split"] = pd.Categorical(split[kept], categories=SPLITS)
    if filling.counts is not None:
        obs["total"] = filling.total[kept]
    var = raw.var.iloc[choice.features].rename(columns=moved.var)
    var["mean"] = moments.mean.astype(np.float32)
    var["scale"] = moments.deviation.astype(np.float32)
    check.scalable(var["scale"])
    if not filling.settings.scale:
        var["scale"] = np.float32(1)
    return AnnData(obs=obs, var=var)


def _constants(raw: Raw, survey: Survey, choice: Choice, filling: Filling) -> dict[str, Any]:
    """Facts `Preparation` needs beside `var`; what there is not is absent: h5ad has no None."""
    settings, size = survey.settings, np.count_nonzero(filling.kept) * len(choice.features)
    facts = {"kind": survey.kind, "kind_reason": survey.reason, "transform": survey.transform}
    facts |= {"observations_in": raw.shape[0], "features_in": raw.shape[1]}
    facts["zero_share"] = filling.zeros / size
    # It counts standard deviations, of which there are none without scaling.
    if settings.scale and settings.clip is not None:
        facts["clip"] = settings.clip
    if survey.transform == LOGARITHM:
        facts["target_total"] = settings.target_total
        facts["total_features"] = _texts(*raw.var.index[choice.total_features])
    if filling.imputation is not None:
        facts["imputation"] = filling.imputation
    return facts


def _steps(
    survey: Survey, choice: Choice, filling: Filling, about_split: list[str]
) -> Iterator[str]:
    """One sentence for everything that was done to the values, in order."""
    settings = survey.settings
    yield f"Treated the values as {say.KINDS[survey.kind]} ({survey.reason})."
    yield from about_split
    counted = survey.transform == LOGARITHM
    if not counted:
        yield from say.transformation(survey.kind, survey.transform)
    yield from choice.steps
    lost = np.count_nonzero(survey.enough & ~filling.kept)
    if not counted and lost:
        yield say.unmeasured(lost)
    if counted:
        yield from say.normalisation(lost, settings.target_total, len(choice.total_features))
    if filling.missing:
        method = imputation_of(survey.kind, settings.impute)
        share = filling.missing / (np.count_nonzero(filling.kept) * len(choice.features))
        yield say.imputation(method, filling.missing, share)
    yield say.scaling(settings.scale, settings.clip, bool(filling.missing))


def _cautions(
    raw: Raw,
    survey: Survey,
    filling: Filling,
    frames: AnnData,
    classes: dict[str, str],
    moved: _Moved,
) -> Iterator[str]:
    """Warnings about the input, its values, and the columns of what was made of it."""
    yield from raw.warnings
    yield from told(moved.obs)
    yield from told(moved.var, " about features")
    yield from doubts.about_dates(raw.var.index)
    split = frames.obs["split"].to_numpy()
    yield from caution.about_split(split)
    columns = {role: column for role, column in classes.items() if column}
    for role, column in columns.items():
        yield from caution.about_classes(role, column, frames.obs[column].to_numpy(str))
    if "label" in columns:
        yield from caution.about_absent(frames.obs[columns["label"]].to_numpy(str), split)
    if len(columns) > 1:
        yield from caution.about_confounding(frames.obs, columns["batch"], columns["label"])
    yield from _doubts(survey, filling)


def _doubts(survey: Survey, filling: Filling) -> Iterator[str]:
    """Warnings about what the values look like."""
    log_base = base_of_log_counts(filling.looked_at) if survey.kind == "continuous" else None
    yield from doubts.about_values(survey.evidence, survey.kind, log_base)
    if survey.kind == "counts" and survey.evidence.high > 1:
        yield from doubts.about_same_total(survey.total, survey.kind)
    if survey.reason != DECLARED:
        yield from doubts.about_almost_counts(survey.evidence, survey.kind)


def _texts(*sentences: str) -> np.ndarray:
    """Texts in a form that comes back from an h5ad, also when there are none."""
    return np.array(sentences, dtype=object)
