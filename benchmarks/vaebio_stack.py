"""Contestant: the stack of vaebio."""

from dataclasses import replace

import torch

from benchmarks.clock import EpochClock, now
from benchmarks.workload import Workload
from vaebio.model.vae import Architecture, pad
from vaebio.training.encode import encode, fixed_noise
from vaebio.training.fit import Trained, fit
from vaebio.training.memory import predicted
from vaebio.training.observations import Observations


def run(
    workload: Workload, n: int, likelihood: str = "gaussian", precision: str = "float32"
) -> dict[str, float]:
    """Train a stack of n members; seconds per member-epoch, and of these the training alone.

    What is measured after each epoch (train subset and validation) is timed by doing it again.
    On CUDA also the peak of memory, and what was predicted.
    """
    clock, device = EpochClock(workload.device), workload.device
    architecture = replace(workload.architecture, likelihood=likelihood)
    train, validation = workload.observations(architecture.distribution.target)
    members, settings = workload.members(n), workload.settings(precision)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
    trained = fit(members, architecture, train, validation, settings, on_epoch=clock)
    found = {"validation_mse": sum(t.history[-1]["mse"] for t in trained) / n}
    if device.type == "cuda":
        found["peak_bytes"] = torch.cuda.max_memory_allocated(device) - before
        need = predicted(members, architecture, len(validation), settings, device)
        found["predicted_bytes"] = need
    seconds = clock.seconds_per_epoch / n
    measuring = 2 * _encode_seconds(architecture, validation, trained) / n
    return found | {
        "seconds": seconds,
        "training_seconds": seconds - measuring,
        "measuring_seconds": measuring,
        "processor_share": clock.processor_share,
    }


def _encode_seconds(
    architecture: Architecture, data: Observations, trained: list[Trained]
) -> float:
    """Seconds of one pass of the held-out observations through the stack, mean of several."""
    device = data.device
    stack = pad(architecture, [{k: p.to(device) for k, p in t.parameters.items()} for t in trained])
    seeds = torch.tensor([t.member.seed for t in trained], device=device)
    noise = fixed_noise(seeds, len(data), max(stack.latents), data.dtype)
    rows = torch.arange(len(data), device=device)
    encode(stack, data, rows, noise)
    repeats = 4
    started = now(device)
    for _ in range(repeats):
        encode(stack, data, rows, noise)
    return (now(device) - started) / repeats
