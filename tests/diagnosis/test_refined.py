"""The refined posterior against its closed form, and what it must not do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from vaebio.diagnosis.bench import Trained
from vaebio.diagnosis.measured import Measured, Measuring
from vaebio.diagnosis.refined import refine
from vaebio.model.vae import initialise, unpad
from vaebio.training.grid import Member

BETA = 0.7


@pytest.fixture
def measuring(make_bench):
    return Measuring(make_bench())


class Known(Trained):
    """Weights that were never stored."""

    @property
    def parameters(self):
        return self.known


def member(trial, latent=3, seed=1, beta=BETA, **architecture):
    own = replace(trial.architecture, **architecture)
    trained = Known("", None, "finished")
    object.__setattr__(trained, "known", unpad(initialise(own, [latent], [seed]), 0))
    one = replace(trial, member=Member(beta, latent, seed), architecture=own)
    found = Measured(one, trained)
    return found


def test_a_linear_decoder_has_the_posterior_of_the_formula(measuring, trial):
    """The optimum of D + beta R at sigma 1 is a normal distribution of known moments."""
    one = member(trial, decoder=(), normalisation="none")
    [change] = refine(measuring, [one], steps=600)
    p = {k: v.double() for k, v in one.trained.parameters.items()}
    data = measuring.split("test", "scaled")
    x = data.minibatch(torch.arange(len(data))).x.double()
    w, centred = p["output.weight"], x - p["output.bias"]
    precision = w @ w.T + BETA * torch.eye(3).double()
    mean = torch.linalg.solve(precision, w @ centred.T).T
    variance = BETA / precision.diagonal()
    x_hat = mean @ w
    distortion = 0.5 * ((centred - x_hat) ** 2).sum(1) + 0.5 * (w**2).sum(1) @ variance
    rate = 0.5 * (mean**2 + variance - 1 - variance.log()).sum(1)
    before = measuring.stack([one])
    m, v = (t[0].double() for t in before.encode(x.float()))
    gone = 0.5 * ((centred - m @ w) ** 2).sum(1) + 0.5 * v.exp() @ (w**2).sum(1)
    cost = 0.5 * (m**2 + v.exp() - 1 - v).sum(1)
    gap = (gone + BETA * cost - distortion - BETA * rate).mean()
    assert gap > 0.3
    assert change.gap == pytest.approx(gap.item(), rel=0.05)
    assert change.rate == pytest.approx((rate - cost).mean().item(), abs=0.05)
    errors = ((centred - x_hat) ** 2).mean() - ((centred - m @ w) ** 2).mean()
    assert change.mse == pytest.approx(errors.item(), abs=0.01)


def test_members_are_refined_as_if_alone(measuring, trial):
    pair = [member(trial, 3, 1), member(trial, 2, 5, beta=2.0)]
    together = refine(measuring, pair, steps=30)
    for one, change in zip(pair, together, strict=True):
        [alone] = refine(measuring, [one], steps=30)
        assert vars(change) == pytest.approx(vars(alone), rel=1e-3, abs=1e-5)


def test_no_refinement_gains_nothing(measuring, trial):
    [change] = refine(measuring, [member(trial)], steps=0)
    assert vars(change) == dict.fromkeys(("mse", "distortion", "rate", "gap"), 0.0)


@pytest.mark.parametrize("training", [{"capacity": 1.0}, {"free_bits": 0.5}], ids=str)
def test_the_price_of_the_rate_is_the_members_own(measuring, trial, training):
    plain, priced = member(trial), member(trial)
    priced = replace(priced, trial=priced.trial.trained_with(**training))
    [one], [other] = (refine(measuring, [m], steps=100) for m in (plain, priced))
    assert other.rate > one.rate + 0.1


def test_a_decoder_that_heeds_no_latent_has_no_gap_but_the_rate(measuring, trial):
    one = member(trial, decoder=(), normalisation="none")
    one.trained.known["output.weight"].zero_()
    [change] = refine(measuring, [one], steps=300)
    assert change.gap == pytest.approx(-BETA * change.rate, rel=1e-3)
    assert change.mse == pytest.approx(0.0, abs=1e-6)


def test_counts_can_be_refined(make_bench, trial):
    rng = np.random.default_rng(0)
    counts = rng.poisson(2.0, size=(130, 9)).astype(np.float32)
    size = counts.sum(1) / 20
    x = np.log1p(counts / size[:, None]).astype(np.float32)
    measuring = Measuring(make_bench(x, counts=counts, size=size))
    [change] = refine(measuring, [member(trial, likelihood="nb")], steps=100)
    assert np.isfinite(list(vars(change).values())).all()
    assert change.gap >= 0
