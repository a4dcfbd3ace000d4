"""The tables by feature and by stratum say what the mse of metrics.tsv is made of."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.features import feature_rows, fitting
from vaebio.evaluation.floor import noise_floor, with_floor
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.members import measure_members
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.strata import stratum_rows
from vaebio.metrics.panel import Row
from vaebio.metrics.reconstruction import mse
from vaebio.model.vae import Architecture, initialise, unpad
from vaebio.settings import Evaluate
from vaebio.terms import COLUMNS, NOISE_FLOOR, SPLITS
from vaebio.training.by_feature import ByFeature
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Observations as OfTraining
from vaebio.training.store import Stored

N, FEATURES = 90, 20
ROWS = {
    "train": np.arange(N) < 50,
    "validation": (np.arange(N) >= 50) & (np.arange(N) < 70),
    "test": np.arange(N) >= 70,
}
NAMES = [f"g{i}" for i in range(FEATURES)]
SETTINGS = Evaluate(strata=4)


def counted():
    """Counts of features between 2 and 60 on average, and what they were scaled by."""
    rng = np.random.default_rng(0)
    rate = np.geomspace(2, 60, FEATURES) * rng.gamma(4, 0.25, (N, 1))
    rate = rate * np.exp(rng.normal(size=(N, 1)) * rng.normal(size=FEATURES))
    counts = rng.poisson(rate).astype(np.float32)
    counts[:, 0] += 1  # so that no observation is empty
    total = counts.sum(axis=1).astype(float)
    values = np.log1p(counts * (100 / total)[:, None]).astype(np.float32)
    mean, scale = (f(values[ROWS["train"]], axis=0) for f in (np.mean, np.std))
    size = {"counts": sparse.csr_matrix(counts), "size": total / 100}
    inputs = Inputs(sparse.csr_matrix(values), mean, scale, 10.0, **size)
    x = np.clip((values - mean) / scale, -10, 10).astype(np.float32)
    return Observations(x, ROWS, None, inputs), counts, total


def with_gaps():
    """Values of which a third is missing, more of some observations; one has none in test."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 2)) @ rng.normal(size=(2, FEATURES)) + rng.normal(size=(N, FEATURES))
    x = (x + np.arange(FEATURES)).astype(np.float32)
    observed = rng.random((N, FEATURES)) < rng.uniform(0.3, 1, size=(N, 1))
    observed[-1] = False
    kept = np.where(observed, x, np.nan)[ROWS["train"]]
    mean, scale = (f(kept, axis=0).astype(np.float32) for f in (np.nanmean, np.nanstd))
    inputs = Inputs(x, mean, scale, None, imputed=(~observed).astype(np.uint8))
    return Observations((x - mean) / scale, ROWS, None, inputs, observed)


def stored(likelihood="gaussian", seed=0):
    architecture = Architecture(FEATURES, (5,), (5,), likelihood=likelihood)
    parameters = unpad(initialise(architecture, [2], [seed]), 0)
    return Stored(f"k2-b1-s{seed}", Member(1.0, 2, seed), architecture, parameters, "{}")


def measured(data, likelihood="gaussian"):
    members = [stored(likelihood, seed) for seed in (0, 1)]
    return [*baselines(data, [1, 3]), *measure_members(data, members, SETTINGS)]


def baselines(data, latents, settings=SETTINGS):
    """Those that there can be: NMF not of negative values."""
    found = measure_baselines(data, latents, settings)
    return [one for one in found if one.errors is not None]


@pytest.fixture(params=["counts", "nb", "gaps"])
def case(request):
    """Observations, all that was measured, kind and totals."""
    if request.param == "gaps":
        data = with_gaps()
        return data, measured(data), "continuous", None
    data, _, total = counted()
    return data, measured(data, request.param.replace("counts", "gaussian")), "counts", total


def mse_of(one, split):
    return next(r.value for r in one.metrics if (r.split, r.measure) == (split, "mse"))


def r2_of(one, split):
    return next(r.value for r in one.metrics if (r.split, r.measure) == (split, "r2"))


def test_the_weighted_errors_of_features_are_the_mse_of_each_member_and_baseline(case):
    data, found, *_ = case
    rows = list(feature_rows(data, found, NAMES, SETTINGS))
    for one in found:
        own = [row for name, row in rows if name == one.name]
        assert [row.feature for row in own] == NAMES
        total = sum(row.weight * row.mse for row in own)
        assert total == pytest.approx(mse_of(one, "test"), rel=1e-5)
        null = sum(row.weight * row.null_mse for row in own)
        assert null == pytest.approx(mse_of(found[0], "test"), rel=1e-5)


def test_the_weighted_errors_of_strata_are_the_mse_on_every_split(case):
    data, found, kind, total = case
    rows = stratum_rows(data, found, SETTINGS, kind, total)
    features = list(feature_rows(data, found, NAMES, SETTINGS))
    for one in found:
        for split in SPLITS:
            own = [r for name, r in rows if name == one.name and r.split == split]
            assert [r.stratum for r in own] == [1, 2, 3, 4]
            assert sum(r.features for r in own) == FEATURES
            closed = sum(r.weight * r.mse for r in own)
            assert closed == pytest.approx(mse_of(one, split), rel=1e-5)
            assert all(r.low < r.mse < r.high for r in own)
        for r in own:
            alike = [f for name, f in features if name == one.name and f.stratum == r.stratum]
            assert r.mse * r.weight == pytest.approx(sum(f.mse * f.weight for f in alike), rel=1e-5)
            ends = [f(one.abundance for one in alike) for f in (min, max)]
            assert [r.lowest, r.highest] == ends


def test_one_stratum_is_all_of_the_data_set(case):
    data, found, kind, total = case
    whole, one = Evaluate(strata=1), SETTINGS.model_copy(update={"strata": 1})
    members = measure_members(data, [stored(), stored(seed=1)], one)
    again = [*baselines(data, [1, 3], one), *members]
    rows = stratum_rows(data, again, whole, kind, total)
    expected = with_floor(data, again, noise_floor(data, kind, total))
    for name, row in rows:
        [of] = [m for m in expected if m.name == name]
        if name == NOISE_FLOOR:
            expected_floor = mse_of(of, row.split) if kind == "counts" else None
            assert row.mse == pytest.approx(expected_floor)
            continue
        assert row.weight * row.mse == pytest.approx(mse_of(of, row.split), rel=1e-5)
        assert row.r2 == pytest.approx(r2_of(of, row.split), abs=1e-5)
        if kind == "counts":
            explained = next(
                r for r in of.metrics if (r.split, r.measure) == (row.split, "explained")
            )
            here = row.explained, row.explained_low, row.explained_high
            there = explained.value, explained.low, explained.high
            assert here == pytest.approx(there, rel=1e-4, abs=1e-6)


def test_the_floors_of_strata_add_up_to_that_of_all_counts():
    """On train, where no floor gives way to an error that was reached."""
    data, _, total = counted()
    found = list(measure_baselines(data, [1], SETTINGS))
    whole = noise_floor(data, "counts", total).values
    rows = stratum_rows(data, found, SETTINGS, "counts", total)
    own = [r for name, r in rows if name == NOISE_FLOOR and r.split == "train"]
    closed = sum(r.weight * r.mse for r in own)
    assert closed == pytest.approx(whole[ROWS["train"]].mean(), rel=1e-6)
    assert "counting" in own[0].reason


def test_members_are_told_apart_by_feature_as_a_reconstruction_is_by_hand():
    for data in (counted()[0], with_gaps()):
        [found] = measure_members(data, [stored()], SETTINGS)
        stack = initialise(stored().architecture, [2], [0])
        x_hat = stack.decode(stack.encode(torch.from_numpy(data.x))[0])[0][0].numpy()
        there = np.ones(data.x.shape, bool) if data.observed is None else data.observed
        error = np.where(there, (data.x - x_hat) ** 2, 0)
        share = 1 / np.maximum(there.sum(axis=1), 1)
        by_hand = (error * share[:, None])[ROWS["test"]].mean(axis=0)
        np.testing.assert_allclose(found.divided.features, by_hand, rtol=1e-4)
        np.testing.assert_allclose(found.divided.strata.sum(axis=1), found.errors, rtol=1e-5)


def test_a_pass_that_is_not_told_apart_by_feature_gives_the_same_bits():
    x = torch.randn(300, FEATURES, generator=torch.Generator().manual_seed(0))
    data, stack = OfTraining.of(x), initialise(stored().architecture, [2, 3], [0, 1])
    noise = fixed_noise(torch.tensor([0, 1]), 300, 3, torch.float32)
    parts = ByFeature(2, np.arange(300) < 100, np.arange(FEATURES) % 3)
    rows = torch.arange(300)
    one, other = (encode(stack, data, rows, noise, by_feature=sums) for sums in (None, parts))
    for name, values in vars(one).items():
        assert values is None or torch.equal(values, getattr(other, name))
    assert one.mse_sample is None
    for i in range(2):
        sums = parts.of(i)
        assert sums.features.sum() == pytest.approx(one.mse[i, :100].mean().item(), rel=1e-5)


def test_abundance_of_counts_is_their_mean_and_of_other_values_theirs_before_scaling():
    data, counts, _ = counted()
    np.testing.assert_allclose(data.abundance, counts[ROWS["train"]].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(data.detected, (counts[ROWS["train"]] > 0).mean(axis=0))
    gaps = with_gaps()
    np.testing.assert_allclose(gaps.abundance, gaps.inputs.mean)
    np.testing.assert_allclose(gaps.detected, gaps.observed[ROWS["train"]].mean(axis=0))
    assert (replace(gaps, observed=None).detected == 1).all()


def test_abundance_is_that_of_train_alone():
    data, _, _ = counted()
    before = data.abundance, data.detected
    data.inputs.counts.data[np.repeat(~ROWS["train"], np.diff(data.inputs.counts.indptr))] += 5
    after = replace(data).abundance, replace(data).detected
    np.testing.assert_array_equal(before, after)


def test_a_constant_feature_and_one_that_is_not_there_are_absent_with_a_reason():
    data = with_gaps()
    data.x[ROWS["test"], 3] = np.float32(0.1)
    data.observed[ROWS["test"], 5] = False
    found = list(measure_baselines(data, [1], SETTINGS))
    rows = feature_rows(data, found, NAMES, SETTINGS)
    rows = {row.feature: row for name, row in rows if name == "null"}
    assert rows["g3"].r2 is None and "do not differ" in rows["g3"].reason
    assert rows["g3"].mse is not None
    assert rows["g5"].mse is None and "not measured" in rows["g5"].reason
    assert rows["g4"].reason == "" and rows["g4"].r2 is not None


def test_a_stratum_of_which_nothing_was_measured_on_a_split_is_absent_with_a_reason():
    data = with_gaps()
    data.observed[np.ix_(ROWS["test"], np.arange(5))] = False
    rows = stratum_rows(data, baselines(data, [1]), SETTINGS, "continuous", None)
    gone = [r for _, r in rows if (r.stratum, r.split) == (1, "test")]
    assert len(gone) == 3
    assert all(r.mse is None and r.null_mse is None and "measured" in r.reason for r in gone)
    assert all(r.mse is not None for n, r in rows if r.stratum == 2 and n != NOISE_FLOOR)


def test_a_diverged_member_is_absent_and_leaves_the_others():
    data, _, total = counted()
    member = stored()
    broken = {k: torch.full_like(v, torch.nan) for k, v in member.parameters.items()}
    found = [
        *measure_baselines(data, [1], SETTINGS),
        *measure_members(data, [replace(member, parameters=broken), stored(seed=1)], SETTINGS),
    ]
    rows = stratum_rows(data, found, SETTINGS, "counts", total)
    rows += list(feature_rows(data, found, NAMES, SETTINGS))
    own = [r for name, r in rows if name == member.name]
    assert len(own) == 4 * 3 + FEATURES
    assert all(r.mse is None and r.r2 is None and "diverged" in r.reason for r in own)
    assert all(r.mse is not None for name, r in rows if name == "k2-b1-s1")


def test_what_was_not_made_or_not_told_apart_says_so():
    data, _, total = counted()
    null = next(iter(measure_baselines(data, [1], SETTINGS)))
    absent = Measured("pca-k99", [Row(s, "mse", reason="no room") for s in SPLITS])
    other = Measured("other", [Row(s, "mse", 0.5) for s in SPLITS], errors=np.full(N, 0.5))
    control = Measured("labels", [Row("test", "silhouette", 0.5)])
    rows = stratum_rows(data, [null, absent, other, control], SETTINGS, "counts", total)
    said = {n: {r.reason for name, r in rows if name == n} for n in ("pca-k99", "other", "labels")}
    assert said == {
        "pca-k99": {"no room"},
        "other": {"its error was not told apart by feature"},
        "labels": {"no error was measured"},
    }
    assert all(r.mse is None for n, r in rows if n in said)


@pytest.mark.parametrize(("kind", "word"), [("continuous", "all features"), ("binary", "binary")])
def test_the_floor_of_a_stratum_is_known_of_counts_alone(kind, word):
    data = with_gaps()
    rows = stratum_rows(data, baselines(data, [1]), SETTINGS, kind, None)
    assert all(r.explained is None and word in r.reason for _, r in rows)


def test_rows_without_room_are_those_with_the_highest_error_on_validation():
    data, _, _ = counted()
    found = measured(data)
    room = SETTINGS.model_copy(update={"feature_rows": 2 * FEATURES + 3})
    kept = fitting(data, found, room.feature_rows)
    errors = [one.errors[ROWS["validation"]].mean() for one in found]
    assert {one.name for one in kept} == {found[i].name for i in np.argsort(errors)[:2]}
    names = list(dict.fromkeys(n for n, _ in feature_rows(data, found, NAMES, room)))
    assert names == [one.name for one in kept], "in the order of the table"
    null = [r.null_mse for n, r in feature_rows(data, found, NAMES, room) if n == names[0]]
    assert sum(null) / FEATURES == pytest.approx(mse_of(found[0], "test"))


def test_the_rows_have_the_columns_of_their_tables():
    data, _, total = counted()
    found = list(measure_baselines(data, [1], SETTINGS))
    _, feature = next(feature_rows(data, found, NAMES, SETTINGS))
    _, stratum = stratum_rows(data, found, SETTINGS, "counts", total)[0]
    assert ("member", *vars(feature)) == COLUMNS["features.tsv"]
    assert ("member", *vars(stratum)) == COLUMNS["strata.tsv"]


def test_rare_features_cost_more_of_what_is_noise():
    """Planted: all features carry the signal alike, and rare ones are counted less exactly."""
    data, _, total = counted()
    found = list(measure_baselines(data, [1], SETTINGS))
    rows = stratum_rows(data, found, SETTINGS, "counts", total)
    floors = [r.mse for n, r in rows if n == NOISE_FLOOR and r.split == "test"]
    assert floors[0] > 3 * floors[-1]
    assert mse(data.x, np.zeros(FEATURES)).mean() == pytest.approx(1, abs=0.3)
