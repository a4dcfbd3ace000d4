"""The levels of the factors."""

from dataclasses import replace

import numpy as np
import pytest

from vaebio.diagnosis.outlook import Outlook, look, outlook
from vaebio.diagnosis.probe import FACTORS, subsets
from vaebio.diagnosis.relaxed import calibrated_beta, levels, lower_beta, relaxed_encoder
from vaebio.metrics.analytic import Spectrum, expected
from vaebio.training.grid import Member

SEEN = Outlook(np.array([30.0, 20.0, 12.0, 8.0, 5.0]), noise=0.4)


def at(trial, beta=1.0, latent=2, **architecture):
    own = replace(trial.architecture, **architecture)
    return replace(trial, member=Member(beta, latent, 0), architecture=own)


@pytest.mark.parametrize("beta", [0.1, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("latent", [1, 2, 8])
def test_the_best_linear_vae_has_the_wanted_units_at_the_relaxed_beta(trial, beta, latent):
    found = levels(at(trial, beta, latent), SEEN)
    spectrum = Spectrum(np.append(SEEN.signal, [0.4] * 60), total=100.0, features=100.0)
    active = expected(spectrum, found.beta[1], found.latent[1]).active_units
    assert active >= min(found.latent[1], len(SEEN.signal))
    assert found.beta[1] <= beta


@pytest.mark.parametrize("beta", [0.01, 0.3, 5.0, 40.0])
def test_beta_is_not_put_far_below_the_noise(beta):
    assert lower_beta(beta, 3, SEEN) >= min(beta, SEEN.noise / 4)


def test_a_beta_near_its_bound_is_left_as_it_is():
    assert lower_beta(0.19, 3, SEEN) == 0.19
    assert lower_beta(0.21, 3, SEEN) == pytest.approx(SEEN.noise / 4)
    assert calibrated_beta(0.19) == 0.19


def test_a_tenth_where_that_is_lower_than_the_threshold():
    assert lower_beta(20.0, 3, SEEN) == 2.0
    assert lower_beta(200.0, 3, SEEN) == 6.0


def test_beta_of_a_likelihood_that_has_its_noise_is_divided_by_ten(trial):
    assert levels(at(trial, 30.0, likelihood="nb"), SEEN).beta == (30.0, 3.0)
    assert levels(at(trial, 30.0, sigma="feature"), SEEN).beta == (30.0, 3.0)
    assert [calibrated_beta(b) for b in (0.5, 0.05, 0.0)] == [0.1, 0.05, 0.0]


def test_what_cannot_be_relaxed_is_not_movable(trial):
    found = levels(at(trial, beta=0.0, latent=9), SEEN)
    assert found.movable == {"encoder", "decoder"}


def test_every_factor_is_relaxed_by_itself(trial):
    present = at(trial, 30.0, 1)
    found = levels(present, SEEN)
    assert found.movable == set(FACTORS)
    for relaxed in subsets():
        one = found.at(present, relaxed)
        is_relaxed = {
            "encoder": one.architecture.encoder != present.architecture.encoder,
            "decoder": one.architecture.decoder != present.architecture.decoder,
            "latent": one.member.latent > 1,
            "beta": one.member.beta < 30,
        }
        assert {factor for factor, is_so in is_relaxed.items() if is_so} == relaxed


@pytest.mark.parametrize("hidden", [(), (2,), (128,), (256, 128), (4096,), (3000, 16)])
def test_a_relaxed_network_is_nowhere_narrower(hidden):
    relaxed = relaxed_encoder(hidden)
    assert len(relaxed) == len(hidden) + 1
    assert all(new >= max(old, 64) for old, new in zip(hidden, relaxed, strict=False))


def test_directions_of_the_signal_are_counted():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 50))
    x = (signal + 0.7 * rng.normal(size=signal.shape)).astype(np.float32)
    seen = outlook(x)
    assert len(seen.signal) == 4
    assert seen.noise == pytest.approx(0.49, rel=0.1)
    covariance = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    np.testing.assert_allclose(seen.signal, covariance[:4], rtol=1e-4)


def test_what_a_model_is_told_is_no_signal():
    rng = np.random.default_rng(0)
    batch = np.repeat([0, 1], 150)
    x = (3.0 * batch[:, None] + rng.normal(size=(300, 50))).astype(np.float32)
    assert outlook(x).signal[0] > 50
    # Chance may lift one direction of the noise a little above the edge.
    assert outlook(x, batch).signal.max(initial=0) < 2.5


def test_data_too_small_to_say_anything(make_bench):
    seen = outlook(np.ones((2, 5), np.float32))
    assert (len(seen.signal), seen.noise) == (0, 0.0)
    assert len(look(make_bench().data["train"], told=False).signal) >= 1
