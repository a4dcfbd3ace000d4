"""Trials measured, also feature by feature and in other units."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.diagnosis.conftest import PARTS, values
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.rescaled import (
    comparable,
    feature_errors,
    mse_in_units_of,
    null_feature_errors,
    null_mse,
)
from vaebio.model.vae import Stack
from vaebio.training.grid import Member


@pytest.fixture
def trials(trial):
    return {
        "one": trial,
        "wide": replace(trial, architecture=replace(trial.architecture, encoder=(8, 8))),
        "other": replace(trial, member=Member(0.1, 4, 3)),
    }


def x_of(measuring, split="test"):
    data = measuring.split(split, "scaled")
    return data.minibatch(torch.arange(len(data))).x


def x_hat(measuring, one, split="test"):
    stack = measuring.stack([one])
    return stack.decode(stack.encode(x_of(measuring, split))[0])[0][0]


def test_the_error_is_that_of_the_posterior_mean_on_every_split(make_bench, trials):
    measuring = Measuring(make_bench())
    for one in measuring.trained(trials).values():
        for split in PARTS:
            error = (x_hat(measuring, one, split) - x_of(measuring, split)).square().mean().item()
            assert one.mse[split] == pytest.approx(error, rel=1e-5)
        assert one.validation == one.mse["validation"]
        assert one.rate > 0 and one.distortion > 0


def test_a_trial_does_not_depend_on_what_is_measured_beside_it(make_bench, trials):
    together = Measuring(make_bench()).trained(trials)
    for name, one in trials.items():
        alone = Measuring(make_bench()).trained({name: one})[name]
        assert alone.mse == pytest.approx(together[name].mse, rel=1e-5)
        assert (alone.distortion, alone.rate) == pytest.approx(
            (together[name].distortion, together[name].rate), rel=1e-5
        )


def test_a_trial_without_weights_has_no_number(make_bench, trial, monkeypatch):
    from vaebio.diagnosis import bench as module

    def nowhere(self, at):
        return module.Trained(at, None, "diverged")

    monkeypatch.setattr(module.Bench, "_found", nowhere)
    [one] = Measuring(make_bench()).trained({0: trial}).values()
    assert (one.mse, one.validation) == ({}, np.inf)


def test_weights_that_are_not_finite_end_no_other_trial(make_bench, trials, monkeypatch):
    measuring = Measuring(make_bench())
    whole = measuring.stack

    def broken(self, members):
        stack = whole(members)
        if len(members) > 1:
            stack.parameters["output.bias"][1] = np.nan
        return Stack(stack.architecture, stack.latents, stack.parameters)

    monkeypatch.setattr(Measuring, "stack", broken)
    found = measuring.trained({k: trials[k] for k in ("one", "other")})
    assert np.isfinite(found["one"].validation)
    assert found["other"].validation == np.inf


def test_the_errors_of_the_features_are_the_error(make_bench, trial):
    measuring = Measuring(make_bench())
    one = measuring.trained({0: trial})[0]
    by_feature = feature_errors(measuring, [one])
    expected = (x_hat(measuring, one) - x_of(measuring)).square().mean(0)
    np.testing.assert_allclose(by_feature, expected, rtol=1e-4)
    assert by_feature.mean() == pytest.approx(one.mse["test"], rel=1e-5)
    for split in PARTS:
        [same] = mse_in_units_of(measuring, measuring, [one], split)
        assert same == pytest.approx(one.mse[split], rel=1e-5)


def test_filled_in_values_have_no_say(make_bench):
    filled = np.zeros((130, 9), np.float32)
    filled[100:110, 2:5] = 1
    x = values()
    measuring = [Measuring(make_bench(x, folder="a", imputed=filled))]
    x = np.where(filled == 1, 100.0, x).astype(np.float32)
    measuring.append(Measuring(make_bench(x, folder="b", imputed=filled)))
    assert null_mse(measuring[0]) == pytest.approx(null_mse(measuring[1]), rel=1e-5)
    kept = 1 - filled[slice(*PARTS["test"])]
    z = x_of(measuring[0]).numpy()
    expected = ((z**2 * kept).sum(1) / kept.sum(1)).mean()
    assert null_mse(measuring[0]) == pytest.approx(expected, rel=1e-4)
    by_feature = (z**2 * kept).sum(0) / kept.sum(0)
    np.testing.assert_allclose(null_feature_errors(measuring[0]), by_feature, rtol=1e-4)


def test_features_of_one_scale_need_no_other(make_bench):
    assert comparable(make_bench().data) is None


def test_an_outlier_that_is_all_of_a_scale_is_found_and_cut(make_bench):
    x = values()
    x[5, 3] = 5000.0
    data = make_bench(x).data
    found = comparable(data)
    assert found["train"].clip == 10
    seen = Measuring(replace(make_bench(x), data=found))
    deviation = x_of(seen, "test").std(0)
    assert deviation.min() > 0.5 and deviation.max() < 2
    # Only the units change: it is the same observations and values.
    assert found["test"].values is data["test"].values


def test_a_reconstruction_is_brought_to_the_other_units(make_bench, trial):
    bench = make_bench()
    times = np.linspace(0.2, 3, 9).astype(np.float32)
    other = {
        split: replace(inputs, scale=(inputs.scale * times), mean=inputs.mean + 1)
        for split, inputs in bench.data.items()
    }
    own, others = Measuring(bench), Measuring(replace(bench, data=other))
    one = own.trained({0: trial})[0]
    expected = (((x_hat(own, one) - x_of(own)) / torch.from_numpy(times)) ** 2).mean().item()
    [found] = mse_in_units_of(others, own, [one], "test")
    assert found == pytest.approx(expected, rel=1e-4)
