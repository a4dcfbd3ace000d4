"""Negative binomial with zero inflation: a zero is also drawn with a probability of its own."""

import torch
from torch import Tensor
from torch.nn.functional import softplus

from vaebio.model.likelihoods.nb import (
    SMALLEST_SHARE,
    NegativeBinomial,
    digamma_sums,
    gamma_terms,
)
from vaebio.model.minibatch import Minibatch, row_slices


class ZeroInflatedNegativeBinomial(NegativeBinomial):
    """-log(pi [x = 0] + (1 - pi) NB(x)), pi = sigmoid of a second map [lopez2018].

    At x = 0, NB is exp(-theta softplus(u)), with u as for the negative binomial; elsewhere the
    inflation adds -log(1 - pi) alone. So this one, too, needs gamma functions at the non-zero
    entries only.
    """

    maps = ("output", "inflation")

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """The density by the formula above, summed over features."""
        log_theta, logit = learned["log_theta"][:, None], linear[1]
        u = linear[0] + seen.log_size[:, None] - log_theta
        rest = softplus(u)
        at_zero = torch.logaddexp(logit, -log_theta.exp() * rest)
        elsewhere = seen.target * u - (log_theta.exp() + seen.target) * rest
        terms = softplus(logit) - torch.where(seen.target == 0, at_zero, elsewhere)
        return terms.sum(-1) - gamma_terms(learned["log_theta"].exp(), seen)

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """That of the negative binomial, by the probability of not being inflated."""
        return super().expected(linear, learned, log_size) * torch.sigmoid(-linear[1])

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """As for the negative binomial; of the inflation the bias alone."""
        if name == "inflation":
            return bias[:, None].repeat(1, len(seen), 1)
        return super().start(name, bias, learned, seen)

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """That of the negative binomial, where a zero counts by its share of not being inflated."""
        theta = learned["log_theta"].exp()
        thetas, spread = theta[:, None], torch.zeros_like(theta)
        for at in row_slices(*arrays[0].shape[1:], theta.device):
            share, logit, x = arrays[0][:, at].sigmoid_(), arrays[1][:, at], seen.target[at]
            at_zero = torch.rsub(share, 1).clamp_(min=SMALLEST_SHARE).log_().mul_(thetas)
            inflated = torch.sub(logit, at_zero).sigmoid_().mul_(seen.zero[at])
            logit.sigmoid_().sub_(inflated)
            kept = inflated.neg_().add_(1)
            spread += at_zero.mul_(kept).sum(1)
            share.mul_(torch.addcmul(x, thetas, kept)).sub_(x)
        in_log_theta = -theta * digamma_sums(theta, seen) - spread - arrays[0].sum(1)
        return arrays, {"log_theta": in_log_theta}
