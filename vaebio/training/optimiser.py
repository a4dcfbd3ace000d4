"""AdamW over the parameters of a stack, its moments by name, its clipping by member."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.optim.adamw import adamw

from vaebio.model.vae import Parameters, Stack

if TYPE_CHECKING:
    from vaebio.settings import Train

MOMENTS = ("exp_avg", "exp_avg_sq")
CONSTANTS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


class Optimiser:
    """AdamW [loshchilov2019] on the parameters of a stack, which it makes trainable.

    Weight decay is that of weights: a bias, a gain or a dispersion has no reason to be near 0.

    It is torch's function and not torch's class, because the class loads the compiler of torch
    when it is made: a second that every run would wait for what none of them uses.
    """

    def __init__(
        self, stack: Stack, settings: "Train", moments: dict[str, dict[str, Tensor]] | None = None
    ) -> None:
        self.parameters, self.clip = stack.parameters, settings.clip
        for p in self.parameters.values():
            p.requires_grad_(True)
        decayed = [name for name in self.parameters if name.endswith(".weight")]
        others = [name for name in self.parameters if not name.endswith(".weight")]
        self.groups = ((decayed, settings.weight_decay), (others, 0.0))
        self.state = moments or {name: _first(p) for name, p in self.parameters.items()}

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One step along the gradients, each member's cut by itself."""
        clip_per_member(self.parameters, self.clip)
        for names, decay in self.groups:
            weights, states = ([of[name] for name in names] for of in (self.parameters, self.state))
            adamw(
                weights,
                [p.grad for p in weights],
                *([state[moment] for state in states] for moment in MOMENTS),
                max_exp_avg_sqs=[],
                state_steps=[state["step"] for state in states],
                fused=True,
                amsgrad=False,
                maximize=False,
                lr=learning_rate,
                weight_decay=decay,
                **CONSTANTS,
            )

    def moments(self) -> dict[str, dict[str, Tensor]]:
        """State of the optimiser (`step` and `MOMENTS`) by name of the parameter."""
        return self.state

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


def _first(p: Tensor) -> dict[str, Tensor]:
    """The state of a parameter before its first step."""
    step = torch.zeros((), dtype=torch.float32, device=p.device)
    return {"step": step} | {moment: torch.zeros_like(p) for moment in MOMENTS}
