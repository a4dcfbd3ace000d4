"""The machine: what it is, one thread on one core, and its rate of matrix products."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks.clock import now


def use_one_core(cpu: int) -> None:
    """Run torch on one thread and keep the process on one core, where the system can do that."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})


def describe(device: torch.device) -> dict[str, str | int]:
    """Platform, processor, threads and versions."""
    found: dict[str, str | int] = {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "vaebio": version("vaebio"),
    }
    if device.type == "cuda":
        found["device"] = torch.cuda.get_device_name(device)
    return found


def _processor() -> str:
    """Name of the processor; Linux alone tells it in a file."""
    path = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*: (.*)$", path.read_text(), re.M) if path.exists() else None
    return named[1] if named else platform.processor()


def product_rate(size: int, device: torch.device, repeats: int = 3) -> float:
    """Floating-point operations per second of a square float32 product, best of several."""
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(size, size, generator=generator).to(device) for _ in range(2))
    out = torch.mm(a, b)
    seconds = []
    for _ in range(repeats):
        started = now(device)
        torch.mm(a, b, out=out)
        seconds.append(now(device) - started)
    return 2 * size**3 / min(seconds)
