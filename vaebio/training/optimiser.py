"""AdamW over the parameters of a stack, its moments by name, its clipping by member."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vaebio.model.vae import Parameters, Stack

if TYPE_CHECKING:
    from vaebio.settings import Train

MOMENTS = ("exp_avg", "exp_avg_sq")


class Optimiser:
    """AdamW [loshchilov2019] on the parameters of a stack, which it makes trainable.

    Weight decay is that of weights: a bias, a gain or a dispersion has no reason to be near 0.
    """

    def __init__(
        self, stack: Stack, settings: "Train", moments: dict[str, dict[str, Tensor]] | None = None
    ) -> None:
        self.parameters, self.clip = stack.parameters, settings.clip
        for p in self.parameters.values():
            p.requires_grad_(True)
        decayed = [p for name, p in self.parameters.items() if name.endswith(".weight")]
        others = [p for name, p in self.parameters.items() if not name.endswith(".weight")]
        self.adam = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": settings.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            fused=True,
        )
        for name, state in (moments or {}).items():
            self.adam.state[self.parameters[name]] = state

    def step(self, learning_rate: float) -> None:
        """One step along the gradients, each member's cut by itself."""
        clip_per_member(self.parameters, self.clip)
        for group in self.adam.param_groups:
            group["lr"] = learning_rate
        self.adam.step()

    def moments(self) -> dict[str, dict[str, Tensor]]:
        """State of the optimiser (`step` and `MOMENTS`) by name of the parameter."""
        return {name: self.adam.state[p] for name, p in self.parameters.items()}

    def take(self, stack: Stack, keep: list[int]) -> dict[str, dict[str, Tensor]]:
        """The moments of some members of the stack, cut to their latents; the others are let go.

        One kind of moment after the other, and the gradients before them, so that a stack that
        grows smaller never needs more memory than it had.
        """
        taken: dict[str, dict[str, Tensor]] = {name: {} for name in self.parameters}
        for p in self.parameters.values():
            p.grad = None
        for moment in MOMENTS:
            all_members = {name: state.pop(moment) for name, state in self.moments().items()}
            some = Stack(stack.architecture, stack.latents, all_members).take(keep)
            for name, values in some.parameters.items():
                taken[name][moment] = values
        steps = {name: state["step"] for name, state in self.moments().items()}
        return {name: {"step": steps[name]} | own for name, own in taken.items()}


def clip_per_member(parameters: Parameters, limit: float) -> None:
    """Shorten the gradient of each member to a norm of at most `limit`, in place."""
    gradients = [p.grad for p in parameters.values()]
    norms = [torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients]
    total = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    factor = (limit / total).clamp(max=1.0)
    # On the processor it costs nothing to ask, and one pass over all gradients not to.
    if total.device.type == "cpu" and (factor == 1).all():
        return
    for g in gradients:
        g.mul_(factor.view(-1, *[1] * (g.ndim - 1)))
