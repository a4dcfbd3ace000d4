"""NMF of a data set: in the units of all other errors, learned on train, absent where it must."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse

from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.factors import measure_factors
from vaebio.evaluation.observations import Observations
from vaebio.settings import Evaluate
from vaebio.training.inputs import Inputs

N, FEATURES, RANK = 70, 12, 3
ROWS = {
    "train": np.arange(N) < 40,
    "validation": (np.arange(N) >= 40) & (np.arange(N) < 55),
    "test": np.arange(N) >= 55,
}
SETTINGS = Evaluate(neighbours=5, resolutions=(1.0,))


def values(noise=0.0):
    rng = np.random.default_rng(0)
    components = rng.gamma(1, 1, (RANK, FEATURES)) * (rng.random((RANK, FEATURES)) < 0.6)
    weights = rng.gamma(1, 1, (N, RANK)) * (rng.random((N, RANK)) < 0.7)
    return (weights @ (components + 0.05) + noise * rng.random((N, FEATURES))).astype(np.float32)


def observations(x, observed=None, clip=None, labels=None):
    measured = (x if observed is None else np.where(observed, x, np.nan))[ROWS["train"]]
    mean, scale = (f(measured, axis=0).astype(np.float32) for f in (np.nanmean, np.nanstd))
    imputed = None if observed is None else (~observed).astype(np.uint8)
    inputs = Inputs(sparse.csr_matrix(x), mean, scale, clip, imputed=imputed)
    scaled = (x - mean) / scale
    scaled = scaled if clip is None else scaled.clip(-clip, clip)
    return Observations(scaled, ROWS, labels, inputs, observed)


def of(found, measure):
    return {row.split: row for row in found.metrics if row.measure == measure}


def test_a_planted_product_leaves_no_error_on_any_split():
    [found] = measure_factors(observations(values()), [RANK], SETTINGS)
    assert found.name == f"nmf-k{RANK}"
    assert found.embedding.shape == (N, RANK) and (found.embedding >= 0).all()
    assert not found.note
    for row in of(found, "mse").values():
        assert row.value < 2e-3, "of a variance of 1"


@pytest.mark.parametrize("k", [1, 2, 4])
def test_on_train_pca_of_its_size_is_at_least_as_good(k):
    found = {m.name: m for m in measure_baselines(observations(values(1.0)), [k], SETTINGS)}
    pca, nmf = (of(found[f"{kind}-k{k}"], "mse") for kind in ("pca", "nmf"))
    assert pca["train"].value <= nmf["train"].value * (1 + 1e-6)


def test_nothing_is_learned_of_the_other_splits():
    x = values(1.0)
    other = x.copy()
    other[~ROWS["train"]] *= 7
    one, two = (next(measure_factors(observations(y), [2], SETTINGS)) for y in (x, other))
    train = ROWS["train"]
    np.testing.assert_array_equal(one.embedding[train], two.embedding[train])
    assert of(one, "mse")["train"] == of(two, "mse")["train"]
    assert of(one, "mse")["test"] != of(two, "mse")["test"]


def test_what_stands_in_for_missing_values_changes_nothing():
    x, rng = values(1.0), np.random.default_rng(1)
    observed = rng.random(x.shape) < 0.8
    filled = np.where(observed, x, -5)
    one, two = (
        next(measure_factors(observations(y, observed), [2], SETTINGS)) for y in (x, filled)
    )
    for split, row in of(one, "mse").items():
        assert row.value == pytest.approx(of(two, "mse")[split].value, rel=1e-6)


def test_a_reconstruction_is_cut_where_the_values_are():
    """A value far above the others: with the reconstruction left as it is, it would cost more."""
    x = values(1.0)
    x[-1, 0] = 200
    data = observations(x, clip=3.0)
    [found] = measure_factors(data, [RANK], SETTINGS)
    assert np.abs(data.x).max() == 3
    assert found.errors[-1] <= 36


def test_where_values_are_negative_or_train_is_small_it_is_absent_with_a_reason():
    x = values()
    for y, k, reason in ((x - 0.5, 2, "negative"), (x, 13, "room for 12")):
        [found] = measure_factors(observations(y), [k], SETTINGS)
        assert found.embedding is None and found.errors is None
        assert {row.value for row in found.metrics} == {None}
        assert all(reason in row.reason for row in found.metrics)


def test_its_rows_are_those_of_pca():
    labels = np.repeat(["a", "b"], N // 2)
    data = observations(values(1.0), labels=np.random.default_rng(0).permutation(labels))
    found = {m.name: m for m in measure_baselines(data, [2, 13], SETTINGS)}
    for k in (2, 13):
        rows = [[(r.split, r.measure) for r in found[f"{w}-k{k}"].metrics] for w in ("pca", "nmf")]
        assert rows[0] == rows[1]


def test_what_has_not_converged_says_so_in_its_note(monkeypatch):
    monkeypatch.setattr("vaebio.metrics.factors.ROUNDS", 2)
    [found] = measure_factors(observations(values(1.0)), [RANK], SETTINGS)
    assert "nmf-k3 has not converged" in found.note
    assert dataclasses.replace(found, note="").errors is not None
