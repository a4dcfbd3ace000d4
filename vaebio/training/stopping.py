"""Early stopping of each member on its own validation objective, with its best weights kept."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from vaebio.model.vae import Stack


@dataclass
class Stopping:
    """Best weights and scores of the members of a stack.

    Until the warm-up has ended the weights were not made for the score, and the "best" ones are
    simply the last finite ones; the patience is counted from the end of the warm-up.
    """

    warmup: int
    patience: int
    best: Stack
    score: Tensor
    epoch: Tensor = field(repr=False)

    @classmethod
    def start(cls, stack: Stack, warmup: int, patience: int) -> "Stopping":
        """Nothing reached yet; the best weights are the initial ones."""
        n = len(stack.latents)
        worst = torch.full((n,), torch.inf, dtype=torch.float64)
        return cls(warmup, patience, stack.take(range(n)), worst, torch.zeros(n).long())

    def update(self, epoch: int, stack: Stack, score: Tensor) -> dict[int, str]:
        """Take in the scores of an epoch (lower is better), shape (member,).

        Returns
        -------
        Position in the stack to status, for the members that end here.
        """
        finite = score.isfinite()
        better = finite & ((score < self.score) | (epoch <= self.warmup))
        self._keep(better, stack)
        self.score = torch.where(better, score, self.score)
        self.epoch = torch.where(better, epoch, self.epoch)
        late = epoch - self.epoch.clamp(min=self.warmup) >= self.patience
        return {
            i: "stopped" if finite[i] else "diverged"
            for i in (late | ~finite).nonzero().flatten().tolist()
        }

    def _keep(self, better: Tensor, stack: Stack) -> None:
        # Copied in place: a reference would go on changing with the live weights.
        if better.all():
            for name, p in self.best.parameters.items():
                p.copy_(stack.parameters[name].detach())
            return
        index = better.nonzero().flatten().to(self.best.mask.device)
        for name, p in self.best.parameters.items():
            p.index_copy_(0, index, stack.parameters[name].detach().index_select(0, index))

    def take(self, keep: list[int]) -> "Stopping":
        """The state of some of the members."""
        return Stopping(
            self.warmup, self.patience, self.best.take(keep), self.score[keep], self.epoch[keep]
        )
