import numpy as np
import pytest
from anndata import read_h5ad
from scipy import sparse

from vaebio.data.constants import Preparation
from vaebio.data.prepare import prepare, prepare_like
from vaebio.data.scaling import scaled
from vaebio.errors import VaebioError
from vaebio.settings import Prepare, Split

SETTINGS = Prepare(features=25, target_total=1000.0)


def dense(values):
    return values.toarray() if sparse.issparse(values) else values


def made(adata, settings=SETTINGS, **changes):
    how = {"label": "label", "batch": "", "kind": "auto", "name": "d"} | changes
    return prepare(adata, settings=settings, **how)


def told(prepared, key):
    return " ".join(prepared.uns["vaebio"][key])


@pytest.fixture
def raw(request):
    return request.getfixturevalue(request.param)


def all_kinds(test):
    return pytest.mark.parametrize("raw", ["raw_counts", "raw_continuous"], indirect=True)(test)


@all_kinds
@pytest.mark.parametrize("change", ["zeros", "huge", "shuffled"])
def test_nothing_learned_depends_on_validation_or_test(raw, rng, change):
    before = made(raw)
    held_out = (before.obs["split"] != "train").to_numpy()
    assert len(held_out) == raw.n_obs  # no observation was dropped
    values = dense(raw.X).copy()
    if change == "zeros":  # of every second one: counts drop them
        values[np.flatnonzero(held_out)[::2]] = 0
    elif change == "huge":
        values[held_out] *= rng.integers(1, 2**30, size=values[held_out].shape)
    else:
        values[held_out] = rng.permuted(values[held_out], axis=1)
    changed = raw.copy()
    changed.X = sparse.csr_matrix(values) if sparse.issparse(raw.X) else values
    after = made(changed, kind=before.uns["vaebio"]["kind"])

    assert list(after.var_names) == list(before.var_names)
    assert np.array_equal(after.var["mean"], before.var["mean"])
    assert np.array_equal(after.var["scale"], before.var["scale"])
    one, other = Preparation.of(before), Preparation.of(after)
    assert one.to_json() == other.to_json()
    train = before.obs_names[~held_out]
    assert list(after.obs_names[after.obs["split"] == "train"]) == list(train)
    assert np.array_equal(dense(after[train].X), dense(before[train].X))
    assert not np.array_equal(dense(after.X), dense(before.X))


@all_kinds
def test_train_has_mean_0_and_variance_1_after_scaling(raw):
    prepared = made(raw)
    of = Preparation.of(prepared)
    z = scaled(prepared[prepared.obs["split"] == "train"].X, of.mean, of.scale, None)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-5)


@all_kinds
def test_the_same_raw_rows_give_exactly_the_prepared_rows(raw, rng):
    prepared = made(raw)
    constants = Preparation.from_json(Preparation.of(prepared).to_json())
    features = rng.permutation(raw.n_vars)
    for rows in ([7], [3, 110, 40], list(range(raw.n_obs))):
        again, total = prepare_like(raw[rows][:, features], constants)
        assert np.array_equal(dense(again), dense(prepared[raw.obs_names[rows]].X))


@all_kinds
def test_a_missing_feature_is_named(raw):
    prepared = made(raw)
    first = prepared.var_names[0]
    with pytest.raises(VaebioError, match=f"1 of the .* the first is `{first}`"):
        prepare_like(raw[:, raw.var_names != first], Preparation.of(prepared))


def test_a_feature_that_only_the_total_needs_is_missed_too(raw_counts):
    prepared = made(raw_counts)
    constants = Preparation.of(prepared)
    only_total = next(f for f in constants.total_features if f not in constants.features)
    with pytest.raises(VaebioError, match=f"the first is `{only_total}`"):
        prepare_like(raw_counts[:, raw_counts.var_names != only_total], constants)


def test_new_observations_must_be_counts_and_not_empty(raw_counts):
    constants = Preparation.of(made(raw_counts))
    broken = raw_counts[:3].copy()
    broken.X = broken.X * 0.5
    with pytest.raises(VaebioError, match="not whole numbers"):
        prepare_like(broken, constants)
    broken.X = broken.X * 0
    with pytest.raises(VaebioError, match="`o0` has no count"):
        prepare_like(broken, constants)


def test_counts_are_kept_beside_the_values_made_of_them(raw_counts):
    prepared = made(raw_counts)
    counts = raw_counts[prepared.obs_names, prepared.var_names].X
    assert np.array_equal(dense(prepared.layers["counts"]), dense(counts))
    assert prepared.layers["counts"].dtype.kind == "i"
    assert prepared.X.dtype == np.float32
    back = np.expm1(dense(prepared.X)) * prepared.obs["total"].to_numpy()[:, None] / 1000
    np.testing.assert_allclose(back, dense(counts), rtol=1e-4)


def test_features_of_continuous_values_are_the_most_variable_on_train(raw_continuous):
    prepared = made(raw_continuous)
    train = (prepared.obs["split"] == "train").to_numpy()
    variance = raw_continuous.X[train].var(axis=0)
    best = np.sort(np.argsort(variance)[-25:])
    assert list(prepared.var_names) == list(raw_continuous.var_names[best])
    assert "Dropped 1 features that are constant on train." in told(prepared, "steps")


def test_a_feature_that_varies_in_test_alone_is_dropped(raw_continuous):
    test = (made(raw_continuous).obs["split"] == "test").to_numpy()
    raw_continuous.X[test, 3] = 5.0
    assert "f3" not in made(raw_continuous, Prepare()).var_names


def test_an_observation_without_counts_is_dropped_and_said(raw_counts):
    raw_counts.X = sparse.diags((np.arange(120) != 17) * 1.0) @ raw_counts.X
    prepared = made(raw_counts, Prepare(min_features=0))
    assert "o17" not in prepared.obs_names
    assert "Dropped 1 observations without a count" in told(prepared, "steps")


CHANGES = {
    "split.train": {"split": Split(train=0.6, validation=0.25)},
    "split.validation": {"split": Split(validation=0.2, test=0.1)},
    "split.test": {"split": Split(train=0.65, test=0.2)},
    "split.seed": {"split": Split(seed=1)},
    "min_features": {"min_features": 25},
    "min_observations": {"min_observations": 30},
    "target_total": {"target_total": 500.0},
    "features": {"features": 24},
    "clip": {"clip": None},
}


def test_every_key_is_tried():
    of_read = {"layer", "modality", "genome"}  # tried with the readers
    keys = set(Prepare.model_fields) - {"split"} - of_read
    assert set(CHANGES) == keys | {f"split.{k}" for k in Split.model_fields}


@pytest.mark.parametrize("key", CHANGES)
def test_every_key_has_an_effect(raw_counts, key):
    before = made(raw_counts)
    after = made(raw_counts, SETTINGS.model_copy(update=CHANGES[key]))
    same_split = list(before.obs["split"]) == list(after.obs["split"])
    same = same_split and Preparation.of(before).to_json() == Preparation.of(after).to_json()
    assert not same
    if key.startswith("split."):
        assert not same_split
    elif key == "clip":
        assert Preparation.of(after).clip is None


@all_kinds
def test_the_file_brings_everything_back_and_is_stable(raw, tmp_path):
    for name in ("one", "two"):
        prepared = made(raw, Prepare(clip=None))
        prepared.write_h5ad(tmp_path / f"{name}.h5ad", compression="gzip")
    assert (tmp_path / "one.h5ad").read_bytes() == (tmp_path / "two.h5ad").read_bytes()
    back = read_h5ad(tmp_path / "one.h5ad")
    assert np.array_equal(dense(back.X), dense(prepared.X))
    assert Preparation.of(back).to_json() == Preparation.of(prepared).to_json()
    for key in ("steps", "warnings"):
        assert list(back.uns["vaebio"][key]) == list(prepared.uns["vaebio"][key])
    assert back.obs["split"].dtype == "category"


def test_the_input_is_not_changed(raw_counts):
    before = raw_counts.copy()
    made(raw_counts)
    assert np.array_equal(dense(raw_counts.X), dense(before.X))
    assert raw_counts.obs.equals(before.obs)
    assert list(raw_counts.uns) == []


def test_columns_of_the_input_step_aside(raw_counts):
    raw_counts.obs["split"] = "theirs"
    raw_counts.var["mean"] = -1.0
    prepared = made(raw_counts)
    assert set(prepared.obs["input_split"]) == {"theirs"}
    assert set(prepared.var["input_mean"]) == {-1.0}
    assert "`split` of the input is now called `input_split`" in told(prepared, "warnings")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Prepare(min_features=61), "0 observations with at least 61 detected features"),
        (Prepare(min_observations=85), "no feature is detected in 85 train observations"),
    ],
)
def test_settings_that_leave_nothing_are_refused(raw_counts, settings, message):
    with pytest.raises(VaebioError, match=message):
        made(raw_counts, settings)


def test_features_that_never_vary_are_refused(raw_continuous):
    raw_continuous.X[:] = 0.3
    with pytest.raises(VaebioError, match="all 40 features have one and the same value"):
        made(raw_continuous)


def test_too_few_observations_are_refused(raw_counts):
    with pytest.raises(VaebioError, match="9 observations in the matrix"):
        made(raw_counts[:9], label="")


def test_missing_columns_are_refused(raw_counts):
    with pytest.raises(VaebioError, match="(?s)no column `lable`.*did you mean `label`"):
        made(raw_counts, label="lable")
    with pytest.raises(VaebioError, match="no column `plate`, the batch"):
        made(raw_counts, batch="plate")
