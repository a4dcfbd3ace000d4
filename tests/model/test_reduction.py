"""Losses that reduce their terms otherwise have the gradient of ours, up to one factor."""

import pytest
import torch

from vaebio.model.objective import penalty
from vaebio.model.reduction import beta_of_weight

FEATURES, UNITS, MINIBATCH, WEIGHT = 30, 6, 8, 0.7

# Squared error (observation x feature) and KL (observation x unit) to a loss, with its reductions.
LOSSES = {
    "mean error, summed KL": (
        lambda e, kl: e.mean() + WEIGHT * kl.sum(1).mean(),
        {"error_over": FEATURES},
    ),
    "half the mean error": (
        lambda e, kl: e.mean() / 2 + WEIGHT * kl.sum(1).mean(),
        {"error_over": FEATURES, "in_nats": True},
    ),
    "both means": (
        lambda e, kl: e.mean() + WEIGHT * kl.mean(),
        {"error_over": FEATURES, "kl_over": UNITS},
    ),
    "both sums": (lambda e, kl: e.sum() + WEIGHT * kl.sum(), {}),
    "the objective": (lambda e, kl: e.sum() / 2 + WEIGHT * kl.sum(), {"in_nats": True}),
    "KL summed over the minibatch": (
        lambda e, kl: e.mean() + WEIGHT * kl.sum(),
        {"error_over": FEATURES, "kl_over": 1 / MINIBATCH},
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_that_of_the_objective_with_the_effective_beta(loss):
    other, reductions = LOSSES[loss]
    beta = beta_of_weight(WEIGHT, **reductions)
    random = torch.Generator().manual_seed(0)
    error = torch.rand(MINIBATCH, FEATURES, generator=random, dtype=torch.float64)
    kl = torch.rand(MINIBATCH, UNITS, generator=random, dtype=torch.float64)
    gradients = []
    for loss in (
        other,
        lambda e, kl: e.sum(1).mean() / 2 + penalty(kl.mean(0)[None], torch.tensor([beta]))[0],
    ):
        terms = [t.clone().requires_grad_() for t in (error, kl)]
        gradients.append(torch.autograd.grad(loss(*terms), terms))
    (error_a, kl_a), (error_b, kl_b) = gradients
    # One factor is left over; that of the error is that of the KL.
    torch.testing.assert_close(kl_a / kl_b, (error_a / error_b)[0, 0].expand_as(kl_a))
