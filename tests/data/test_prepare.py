import json

import h5py
import numpy as np
import pytest
from anndata import read_h5ad
from scipy import sparse
from scipy.stats import median_abs_deviation

from vaebio.data import scaling, written
from vaebio.data.constants import Preparation
from vaebio.data.matrix import canonical
from vaebio.data.prepare import prepare, prepare_like
from vaebio.data.raw import Raw
from vaebio.data.scaling import scaled
from vaebio.errors import VaebioError
from vaebio.settings import Prepare, Split

SETTINGS = Prepare(features=25, target_total=1000.0)
KINDS = ("counts", "continuous", "missing", "intensity", "fraction", "binary")


def dense(values):
    return values.toarray() if sparse.issparse(values) else values


@pytest.fixture
def made(tmp_path):
    """A function that prepares a raw data set and reads the file."""

    def make(adata, settings=SETTINGS, raw=None, **changes):
        how = {"label": "label", "batch": "", "kind": "auto", "name": "d"} | changes
        frames = prepare(raw or Raw.of(adata), tmp_path / "made.h5ad", settings=settings, **how)
        prepared = read_h5ad(tmp_path / "made.h5ad")
        assert prepared.obs.equals(frames.obs)
        assert prepared.var.equals(frames.var)
        return prepared

    return make


def told(prepared, key):
    return " ".join(prepared.uns["vaebio"][key])


def kind_of(name):
    return "continuous" if name == "missing" else name


@pytest.fixture
def raw(request):
    return request.getfixturevalue(f"raw_{request.param}")


def kinds(*names):
    return pytest.mark.parametrize("raw", names, indirect=True)


all_kinds = kinds(*KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_auto_finds_every_kind(made, request, name):
    prepared = made(request.getfixturevalue(f"raw_{name}"))
    assert prepared.uns["vaebio"]["kind"] == kind_of(name)
    assert prepared.uns["vaebio"]["kind_reason"].startswith("found: ")


def some_zeros(values, kind, rng):
    values[::2] = 0  # of every second one: counts drop them
    return values


def many_missing(values, kind, rng):
    empty = {"counts": 0, "binary": 0}.get(kind, np.nan)
    return np.where(rng.random(values.shape) < 0.7, empty, values)


def huge(values, kind, rng):
    if kind in ("fraction", "binary"):
        return np.ones_like(values)
    return values * rng.integers(1, 2**30, size=values.shape)


CHANGES_OF_VALUES = {
    "some_zeros": some_zeros,
    "many_missing": many_missing,
    "huge": huge,
    "shuffled": lambda values, kind, rng: rng.permuted(values, axis=1),
}


@all_kinds
@pytest.mark.parametrize("change", CHANGES_OF_VALUES)
def test_nothing_learned_depends_on_validation_or_test(made, raw, rng, change):
    before = made(raw)
    held_out = (before.obs["split"] != "train").to_numpy()
    assert len(held_out) == raw.n_obs  # no observation was dropped
    kind = before.uns["vaebio"]["kind"]
    values = dense(raw.X).copy()
    values[held_out] = CHANGES_OF_VALUES[change](values[held_out], kind, rng)
    changed = raw.copy()
    changed.X = sparse.csr_matrix(values) if sparse.issparse(raw.X) else values
    after = made(changed, kind=kind)

    assert list(after.var_names) == list(before.var_names)
    assert np.array_equal(after.var["mean"], before.var["mean"])
    assert np.array_equal(after.var["scale"], before.var["scale"])
    one, other = (json.loads(Preparation.of(p).to_json()) for p in (before, after))
    if one["imputation"] is None:  # then there was nothing to learn it for
        other["imputation"] = None
    assert one == other
    train = before.obs_names[~held_out]
    assert list(after.obs_names[after.obs["split"] == "train"]) == list(train)
    assert np.array_equal(dense(after[train].X), dense(before[train].X))
    assert not np.array_equal(dense(after.X), dense(before.X))


@all_kinds
def test_train_has_mean_0_and_variance_1_after_scaling(made, raw):
    prepared = made(raw)
    train, of = prepared[prepared.obs["split"] == "train"], Preparation.of(prepared)
    z = scaled(train.X, of.mean, of.scale, None)
    if "imputed" in prepared.layers:  # what was filled in is not among what is scaled by
        z[dense(train.layers["imputed"]) == 1] = np.nan
    np.testing.assert_allclose(np.nanmean(z, axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.nanstd(z, axis=0), 1, atol=1e-5)


@all_kinds
def test_without_scaling_only_the_mean_is_taken_off_and_nothing_is_cut(made, raw):
    settings = SETTINGS.model_copy(update={"scale": False})
    before, after = Preparation.of(made(raw)), Preparation.of(made(raw, settings))
    assert np.array_equal(after.mean, before.mean)
    assert (after.scale == 1).all() and after.clip is None
    assert "own scale" in told(made(raw, settings), "steps")
    assert "own scale" not in told(made(raw), "steps")


class InParts(Raw):
    """A raw data set of which a few rows are read at a time."""

    at_once = 7

    def chunks(self):
        for start in range(0, self.shape[0], self.at_once):
            rows = slice(start, min(start + self.at_once, self.shape[0]))
            yield rows, canonical(self.x[rows])


@all_kinds
@pytest.mark.parametrize("select", ["auto", "mad"])
def test_how_the_rows_are_cut_changes_no_byte(made, raw, select, tmp_path, monkeypatch):
    monkeypatch.setattr(scaling, "BLOCK", 16)  # else all rows of so few are one block
    monkeypatch.setattr(written, "ROWS", 16)
    contents = []
    for at_once in (7, 50, 120):
        parts = InParts.of(raw)
        parts.at_once = at_once
        made(raw, SETTINGS.model_copy(update={"select": select}), raw=parts)
        contents.append((tmp_path / "made.h5ad").read_bytes())
    assert contents[0] == contents[1] == contents[2]


def test_the_values_are_read_twice_and_once_more_when_their_beginning_misleads(
    made, raw_continuous, request
):
    passes = []

    class Counted(InParts):
        def chunks(self):
            passes.append(0)
            for rows, values in super().chunks():
                passes[-1] += 1
                yield rows, values

    made(raw_continuous, raw=Counted.of(raw_continuous), kind="continuous")
    assert passes == [18, 18]
    passes.clear()
    made(raw_continuous, raw=Counted.of(raw_continuous))
    assert passes == [1, 18, 18]  # a look at the first part
    plain = dense(made(raw_continuous).X)
    raw_continuous.X[:7] = 1.0
    passes.clear()
    prepared = made(raw_continuous, raw=Counted.of(raw_continuous))
    assert passes == [1, 18, 18, 18]
    assert prepared.uns["vaebio"]["kind"] == "continuous"
    assert plain.shape == prepared.shape


@pytest.mark.parametrize("change", [lambda a: a[:-1], lambda a: a[:1] + a], ids=["less", "more"])
def test_a_matrix_that_changes_between_the_readings_is_refused(made, raw_counts, change):
    passes = []

    class Changing(InParts):
        def chunks(self):
            passes.append(list(super().chunks()))
            return iter(passes[0] if len(passes) == 1 else change(passes[0]))

    with pytest.raises(VaebioError, match="at the second reading of the matrix"):
        made(raw_counts, raw=Changing.of(raw_counts), kind="counts")


@all_kinds
def test_arrays_lie_in_one_piece_that_can_be_mapped(made, raw, tmp_path):
    prepared = made(raw)
    wanted = {"X": dense(prepared.X)} | {
        f"layers/{k}": dense(v) for k, v in prepared.layers.items()
    }
    with h5py.File(tmp_path / "made.h5ad") as file:
        for name, values in wanted.items():
            found = file[name]
            arrays = [found] if isinstance(found, h5py.Dataset) else [found[k] for k in PARTS]
            mapped = [
                np.memmap(tmp_path / "made.h5ad", a.dtype, "r", a.id.get_offset(), a.shape)
                for a in arrays
            ]
            if len(mapped) == 3:
                mapped = [sparse.csr_matrix(tuple(mapped), values.shape).toarray()]
            assert np.array_equal(mapped[0], values)


PARTS = ("data", "indices", "indptr")


@all_kinds
def test_a_copy_by_anndata_is_the_same(made, raw, tmp_path):
    prepared = made(raw)
    prepared.write_h5ad(tmp_path / "copy.h5ad")
    back = read_h5ad(tmp_path / "copy.h5ad")
    assert back.obs.equals(prepared.obs)
    assert back.var.equals(prepared.var)
    assert back.X.dtype == prepared.X.dtype == np.float32
    assert np.array_equal(dense(back.X), dense(prepared.X))
    assert set(back.layers) == set(prepared.layers)


@all_kinds
def test_the_same_raw_rows_give_exactly_the_prepared_rows(made, raw, rng):
    prepared = made(raw)
    constants = Preparation.from_json(Preparation.of(prepared).to_json())
    features = rng.permutation(raw.n_vars)
    for rows in ([7], [3, 110, 40], list(range(raw.n_obs))):
        again, total = prepare_like(raw[rows][:, features], constants)
        assert np.array_equal(dense(again), dense(prepared[raw.obs_names[rows]].X))


@all_kinds
def test_a_missing_feature_is_named(made, raw):
    prepared = made(raw)
    first = prepared.var_names[0]
    with pytest.raises(VaebioError, match=f"1 of the .* the first is `{first}`"):
        prepare_like(raw[:, raw.var_names != first], Preparation.of(prepared))


def test_a_feature_that_only_the_total_needs_is_missed_too(made, raw_counts):
    prepared = made(raw_counts)
    constants = Preparation.of(prepared)
    only_total = next(f for f in constants.total_features if f not in constants.features)
    with pytest.raises(VaebioError, match=f"the first is `{only_total}`"):
        prepare_like(raw_counts[:, raw_counts.var_names != only_total], constants)


def test_new_observations_must_be_counts_and_not_empty(made, raw_counts):
    constants = Preparation.of(made(raw_counts))
    broken = raw_counts[:3].copy()
    broken.X = broken.X * 0.5
    with pytest.raises(VaebioError, match="not whole numbers"):
        prepare_like(broken, constants)
    broken.X = broken.X * 0
    with pytest.raises(VaebioError, match="`o0` has no count"):
        prepare_like(broken, constants)


def test_counts_are_kept_beside_the_values_made_of_them(made, raw_counts):
    prepared = made(raw_counts)
    counts = raw_counts[prepared.obs_names, prepared.var_names].X
    assert np.array_equal(dense(prepared.layers["counts"]), dense(counts))
    assert prepared.layers["counts"].dtype.kind == "i"
    assert prepared.X.dtype == np.float32
    back = np.expm1(dense(prepared.X)) * prepared.obs["total"].to_numpy()[:, None] / 1000
    np.testing.assert_allclose(back, dense(counts), rtol=1e-4)


def test_features_of_continuous_values_are_the_most_variable_on_train(made, raw_continuous):
    prepared = made(raw_continuous)
    train = (prepared.obs["split"] == "train").to_numpy()
    variance = raw_continuous.X[train].var(axis=0)
    best = np.sort(np.argsort(variance)[-25:])
    assert list(prepared.var_names) == list(raw_continuous.var_names[best])
    assert "Dropped 1 features that are constant on train." in told(prepared, "steps")


@pytest.mark.parametrize(
    ("select", "measure"), [("variance", np.var), ("mad", median_abs_deviation)]
)
def test_features_of_counts_are_chosen_by_the_values_that_models_see(
    made, raw_counts, select, measure
):
    counts = dense(raw_counts.X).copy()
    counts[:, 0] = np.where(np.arange(len(counts)) < 15, 500, 0)  # in no total: it is too rare
    raw_counts.X = sparse.csr_matrix(counts)
    everything = made(raw_counts, Prepare(min_observations=16))
    train = (everything.obs["split"] == "train").to_numpy()
    values = measure(dense(everything.X)[train].astype(float), axis=0)
    prepared = made(raw_counts, Prepare(min_observations=16, select=select, features=10))
    best = np.sort(np.argsort(-values, kind="stable")[:10])
    assert list(prepared.var_names) == list(everything.var_names[best])


def test_a_feature_that_varies_in_test_alone_is_dropped(made, raw_continuous):
    test = (made(raw_continuous).obs["split"] == "test").to_numpy()
    raw_continuous.X[test, 3] = 5.0
    assert "f3" not in made(raw_continuous, Prepare()).var_names


def test_a_feature_in_just_as_many_observations_as_it_must_stays(made, raw_counts):
    prepared = made(raw_counts)
    train = prepared.obs_names[prepared.obs["split"] == "train"]
    seen = np.count_nonzero(dense(raw_counts[train].X), axis=0)
    least = int(np.sort(seen)[len(seen) // 2])
    prepared = made(raw_counts, Prepare(min_observations=least))
    assert list(prepared.var_names) == list(raw_counts.var_names[seen >= least])


def test_an_observation_without_counts_is_dropped_and_said(made, raw_counts):
    raw_counts.X = sparse.diags((np.arange(120) != 17) * 1.0) @ raw_counts.X
    prepared = made(raw_counts, Prepare(min_features=0))
    assert "o17" not in prepared.obs_names
    assert "Dropped 1 observations without a count" in told(prepared, "steps")


@kinds("missing", "intensity", "fraction")
def test_an_observation_without_a_value_in_the_features_that_stay_is_dropped_and_said(made, raw):
    """All it has is a value of a feature that is missing too often to stay."""
    raw.obs["theirs"] = np.repeat(["train", "validation", "test"], 40)
    lost = np.isin(np.arange(120), [3, 50, 100])
    values = dense(raw.X).astype(float)
    rare = np.nanmax(values)
    values[lost], values[:, 7] = np.nan, np.nan
    values[lost, 7] = rare
    raw.X = values
    change = {"features": 40, "split": Split(by="column", column="theirs")}
    settings = SETTINGS.model_copy(update=change)
    prepared, without = made(raw, settings), made(raw[~lost].copy(), settings)
    assert list(prepared.obs_names) == list(raw.obs_names[~lost])
    sentence = "Dropped 3 observations without a measured value in the features that stay."
    assert sentence in told(prepared, "steps")
    assert prepared.uns["vaebio"]["account"]["uncounted"] == 3
    np.testing.assert_array_equal(prepared.X, without.X)
    assert prepared.var.equals(without.var)
    for key in ("missing", "missing_share"):
        account = (one.uns["vaebio"]["account"][key] for one in (prepared, without))
        assert len(set(account)) == 1


CHANGES = {
    "split.by": ("counts", {"split": Split(by="batch")}),
    "split.group": ("counts", {"split": Split(by="group", group="donor")}),
    "split.column": ("counts", {"split": Split(by="column", column="theirs")}),
    "split.train": ("counts", {"split": Split(train=0.6, validation=0.25)}),
    "split.validation": ("counts", {"split": Split(validation=0.2, test=0.1)}),
    "split.test": ("counts", {"split": Split(train=0.65, test=0.2)}),
    "split.seed": ("counts", {"split": Split(seed=1)}),
    "min_features": ("counts", {"min_features": 25}),
    "min_observations": ("binary", {"min_observations": 30, "features": 40}),
    "target_total": ("counts", {"target_total": 500.0}),
    "transform": ("fraction", {"transform": "none"}),
    "max_missing": ("missing", {"max_missing": 0.9, "features": 40}),
    "impute": ("intensity", {"impute": "knn"}),
    "features": ("counts", {"features": 24}),
    "select": ("continuous", {"select": "mad"}),
    "scale": ("counts", {"scale": False}),
    "clip": ("counts", {"clip": None}),
}


def test_every_key_is_tried():
    of_read = {"layer", "modality", "genome"}  # tried with the readers
    keys = set(Prepare.model_fields) - {"split", "binarise"} - of_read
    assert set(CHANGES) == keys | {f"split.{k}" for k in Split.model_fields}


@pytest.mark.parametrize("key", CHANGES)
def test_every_key_has_an_effect(made, request, key):
    name, change = CHANGES[key]
    raw = request.getfixturevalue(f"raw_{name}")
    raw.obs["donor"] = raw.obs["site"] = np.repeat(list("vwxyz"), 24)
    raw.obs["theirs"] = np.repeat(["train", "test"], 60)
    before = made(raw, batch="site")
    after = made(raw, SETTINGS.model_copy(update=change), batch="site")
    same_split = list(before.obs["split"]) == list(after.obs["split"])
    same = same_split and Preparation.of(before).to_json() == Preparation.of(after).to_json()
    assert not same
    if key.startswith("split."):
        assert not same_split
    elif key == "clip":
        assert Preparation.of(after).clip is None


@all_kinds
def test_the_file_is_stable_and_brings_the_constants_back(made, raw, tmp_path):
    contents = []
    for _ in range(2):
        prepared = made(raw, Prepare(clip=None))
        contents.append((tmp_path / "made.h5ad").read_bytes())
    assert contents[0] == contents[1]
    prepared.write_h5ad(tmp_path / "copy.h5ad", compression="gzip")
    back = read_h5ad(tmp_path / "copy.h5ad")
    assert Preparation.of(back).to_json() == Preparation.of(prepared).to_json()
    for key in ("steps", "warnings"):
        assert list(back.uns["vaebio"][key]) == list(prepared.uns["vaebio"][key])
    assert back.obs["split"].dtype == "category"


def test_the_input_is_not_changed(made, raw_counts):
    before = raw_counts.copy()
    made(raw_counts)
    assert np.array_equal(dense(raw_counts.X), dense(before.X))
    assert raw_counts.obs.equals(before.obs)
    assert list(raw_counts.uns) == []


def test_columns_of_the_input_step_aside(made, raw_counts):
    raw_counts.obs["split"] = "theirs"
    raw_counts.var["mean"] = -1.0
    prepared = made(raw_counts)
    assert set(prepared.obs["input_split"]) == {"theirs"}
    assert set(prepared.var["input_mean"]) == {-1.0}
    assert "`split` of the input is now called `input_split`" in told(prepared, "warnings")
    assert "`mean` of the input about features is now" in told(prepared, "warnings")


def test_a_label_with_a_slash_goes_by_its_new_name(made, raw_counts):
    raw_counts.obs["donor/day"] = ["a", "b", "c", "d"] * 30
    raw_counts.obs["cell/type"] = raw_counts.obs["label"]
    prepared = made(raw_counts, label="cell/type", batch="donor/day")
    assert prepared.uns["vaebio"]["label"] == "cell|type"
    assert Preparation.of(prepared).batches == ("a", "b", "c", "d")
    assert (prepared.obs["cell|type"].astype(str) == raw_counts.obs["label"]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Prepare(min_features=61), "0 observations with at least 61 detected features"),
        (Prepare(min_observations=85), "no feature is detected in 85 train observations"),
    ],
)
def test_settings_that_leave_nothing_are_refused(made, raw_counts, settings, message):
    with pytest.raises(VaebioError, match=message):
        made(raw_counts, settings)


def test_features_that_never_vary_are_refused(made, raw_continuous):
    raw_continuous.X[:] = 0.3
    with pytest.raises(VaebioError, match="all 40 features have one and the same value"):
        made(raw_continuous)


def test_too_few_observations_are_refused(made, raw_counts):
    with pytest.raises(VaebioError, match="9 observations in the matrix"):
        made(raw_counts[:9], label="")


def test_missing_columns_are_refused(made, raw_counts):
    with pytest.raises(VaebioError, match="(?s)no column `lable`.*did you mean `label`"):
        made(raw_counts, label="lable")
    with pytest.raises(VaebioError, match="no column `plate`, the batch"):
        made(raw_counts, batch="plate")
