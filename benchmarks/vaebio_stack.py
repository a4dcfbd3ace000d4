"""Contestant: the stack of vaebio."""

import torch

from benchmarks.clock import EpochClock, now
from benchmarks.workload import Workload
from vaebio.model.vae import pad
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.fit import Trained, fit


def run(workload: Workload, n: int) -> dict[str, float]:
    """Train a stack of n members; seconds per member-epoch, and of these the training alone.

    What is measured after each epoch (train subset and validation) is timed by doing it again.
    """
    clock = EpochClock(workload.device)
    trained = fit(
        workload.members(n),
        workload.architecture,
        workload.train,
        workload.validation,
        workload.settings,
        on_epoch=clock,
    )
    seconds = clock.seconds_per_epoch / n
    measuring = 2 * _encode_seconds(workload, trained) / n
    return {
        "seconds": seconds,
        "training_seconds": seconds - measuring,
        "measuring_seconds": measuring,
        "processor_share": clock.processor_share,
    }


def _encode_seconds(workload: Workload, trained: list[Trained]) -> float:
    """Seconds of one pass of the held-out observations through the stack, mean of several."""
    device, x = workload.device, workload.validation
    parameters = [{k: p.to(device) for k, p in t.parameters.items()} for t in trained]
    stack = pad(workload.architecture, parameters)
    seeds = torch.tensor([t.member.seed for t in trained], device=device)
    noise = fixed_noise(seeds, len(x), max(stack.latents), x.dtype)
    encode(stack, x, noise)
    repeats = 4
    started = now(device)
    for _ in range(repeats):
        encode(stack, x, noise)
    return (now(device) - started) / repeats
