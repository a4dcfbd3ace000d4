"""Whether the members without a fault are trained to their end, asked without any probe.

Each is trained as it is and with twice the epochs, warm-up and patience; a member that is healthy
gains next to nothing by that. Run from the root of the repository:

    python -m benchmarks.diagnosis.trained_out --families counts
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.diagnosis.families import FAMILIES, SIZES
from benchmarks.diagnosis.planted import Case
from benchmarks.diagnosis.proof import levels
from vaebio.diagnosis.bench import Bench, Trial
from vaebio.diagnosis.factorial import seeded
from vaebio.diagnosis.measured import Measuring

SEEDS = range(3)


def main(arguments: list[str]) -> None:
    """Print the error of each member, and what twice the training takes off it."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis.trained_out")
    p.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    torch.set_num_threads(1)
    for family in p.parse_args(arguments).families:
        for size in SIZES:
            for kind in ("healthy", "noise"):
                print(told(Case(family, size, kind)), flush=True)


def told(case: Case) -> str:
    """Errors on test of one member, mean over the seeds, in a line."""
    null = levels(case.data, case.member.latent).null["test"]
    once, twice = (error(case, times) for times in (1, 2))
    unit, words = (null - case.data.floor, "null - floor")
    if case.kind == "noise":
        unit, words = null, "the null"
    return (
        f"{case.name}: {once:.3f} (null {null:.3f}), with twice the training {twice:.3f}: "
        f"{(once - twice) / unit:.1%} of {words} lower"
    )


def error(case: Case, times: int) -> float:
    """Error on test with so many times the training."""
    longer = {key: times * case.training[key] for key in ("epochs", "warmup", "patience")}
    trial = Trial(case.member, case.architecture, case.training | longer)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), case.data.splits, "{}", torch.device("cpu"), 2**34, warn=print)
        found = Measuring(bench).trained({seed: seeded(trial, seed) for seed in SEEDS})
    return float(np.mean([one.mse["test"] for one in found.values()]))


if __name__ == "__main__":
    main(sys.argv[1:])
