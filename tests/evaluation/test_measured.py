"""Members and baselines are judged on the same values: those that were measured."""

import numpy as np
import pytest
import torch

from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.members import measure_members
from vaebio.evaluation.observations import Observations
from vaebio.model.vae import Architecture, initialise, unpad
from vaebio.settings import Evaluate
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs
from vaebio.training.store import Stored

N, FEATURES = 60, 8
ROWS = {
    "train": np.arange(N) < 40,
    "validation": (np.arange(N) >= 40) & (np.arange(N) < 50),
    "test": np.arange(N) >= 50,
}
ARCHITECTURE = Architecture(FEATURES, (5,), (5,))


def drawn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 2)) @ rng.normal(size=(2, FEATURES)) + 0.1 * rng.normal(
        size=(N, FEATURES)
    )
    return x.astype(np.float32), rng.random((N, FEATURES)) < 0.8


def observations(x, observed):
    """Scaled with constants of what was measured on train."""
    measured = np.where(observed, x, np.nan)[ROWS["train"]]
    mean, scale = (f(measured, axis=0).astype(np.float32) for f in (np.nanmean, np.nanstd))
    imputed = (~observed).astype(np.uint8)
    inputs = Inputs(x, mean, scale, None, imputed=imputed)
    return Observations((x - mean) / scale, ROWS, None, inputs, observed)


def stored():
    stack = initialise(ARCHITECTURE, [2], [0])
    return Stored("k2-b1-s0", Member(1.0, 2, 0), ARCHITECTURE, unpad(stack, 0), "{}")


def values(found):
    return {(row.split, row.measure): row.value for row in found.metrics if row.value is not None}


def test_what_stands_in_for_missing_values_changes_no_baseline():
    x, observed = drawn()
    low = np.where(observed, x, x.min() - 5)
    one, other = (
        [values(m) for m in measure_baselines(observations(y, observed), [1, 3], Evaluate())]
        for y in (x, low)
    )
    for before, after in zip(one, other, strict=True):
        assert before == pytest.approx(after, rel=1e-5)


def test_the_train_mean_has_no_r2_and_its_error_is_the_variance():
    x, observed = drawn()
    data = observations(x, observed)
    null = values(next(iter(measure_baselines(data, [1], Evaluate()))))
    assert null["train", "r2"] == pytest.approx(0, abs=1e-6)
    scaled = np.where(observed, data.x, np.nan)[ROWS["test"]]
    assert null["test", "mse"] == pytest.approx(np.nanmean(scaled**2, axis=1).mean(), rel=1e-5)


def test_a_member_is_judged_by_measured_values_as_the_baselines_are():
    x, observed = drawn()
    data, member = observations(x, observed), stored()
    [found] = measure_members(data, [member], Evaluate())
    stack = initialise(ARCHITECTURE, [2], [0])
    scaled = torch.from_numpy(data.x)
    x_hat = stack.decode(stack.encode(scaled)[0])[0][0].numpy()
    error = np.where(observed, (data.x - x_hat) ** 2, np.nan)
    for split, rows in ROWS.items():
        by_hand = np.nanmean(error[rows], axis=1).mean()
        assert values(found)[split, "mse"] == pytest.approx(by_hand, rel=1e-4)


def test_an_observation_of_which_nothing_was_measured_leaves_every_error_finite():
    """Its error is 0 for members and baselines alike: it is no sign that a member diverged."""
    x, observed = drawn()
    observed[-1] = False
    data = observations(x, observed)
    found = [
        *measure_baselines(data, [2], Evaluate()),
        *measure_members(data, [stored()], Evaluate()),
    ]
    found = [one for one in found if one.errors is not None]
    assert [one.name for one in found] == ["null", "pca-k2", "k2-b1-s0"], "NMF has none below 0"
    for one in found:
        assert one.errors[-1] == 0
        assert np.isfinite(one.errors).all()
        assert ("test", "mse") in values(one)


def test_what_is_foretold_is_learned_on_train_alone():
    x, observed = drawn()
    other, others_observed = x.copy(), observed.copy()
    other[~ROWS["train"]] *= 7
    others_observed[~ROWS["train"]] = True
    one, two = (
        observations(*given).foretold.rows(stored())
        for given in ((x, observed), (other, others_observed))
    )
    assert one == two
    assert all(row.value is not None for row in one)
