"""Seconds per member-epoch: a stack against the same models one by one, and against scvi-tools.

All contestants run in turn in one process (A B C A B C ...), so that what disturbs the machine
disturbs them alike; a ratio is taken within a turn. Run from the root of the repository:

    python -m benchmarks.training_speed --scvi --json benchmarks/results/training_speed.json
    python -m benchmarks.training_speed --device cuda --peak-tflops 67 --peak-gbytes 3350
"""

import argparse
import dataclasses
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import torch

from benchmarks import arithmetic, machine, plain_loop, record, vaebio_stack
from benchmarks.workload import SIZES, Workload

LIKELIHOODS = ("gaussian", "nb", "zinb")
STACK, TF32, PLAIN = "vaebio {}", "vaebio gaussian tf32", "plain loop"
GAUSSIAN = STACK.format("gaussian")
RIVALS = {
    PLAIN: GAUSSIAN,
    "scvi normal": GAUSSIAN,
    "scvi nb": STACK.format("nb"),
    "scvi zinb": STACK.format("zinb"),
    TF32: GAUSSIAN,
}
"""With which stack a contestant is compared: the one of the same likelihood."""

RATE = "product_flops_per_second"
Turn = dict[str, dict[str, float]]


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.training_speed")
    p.add_argument("--device", default="cpu", help="torch device (cpu, cuda)")
    p.add_argument("--sizes", choices=SIZES, help="default: those named like the device")
    p.add_argument("--epochs", type=int, default=4, help="timed epochs of each training")
    p.add_argument("--turns", type=int, default=7, help="turns of all contestants")
    p.add_argument("--cpu", type=int, default=0, help="core to stay on, with one thread")
    p.add_argument("--scvi", action="store_true", help="against scvi-tools as well")
    p.add_argument("--peak-tflops", type=float, help="device's peak, 10^12 operations a second")
    p.add_argument("--peak-gbytes", type=float, help="device's memory, 10^9 bytes a second")
    p.add_argument("--json", type=Path, help="file for machine, settings and figures")
    return p


def main(arguments: list[str]) -> None:
    """Run the contest and print its table."""
    options = parser().parse_args(arguments)
    machine.use_one_core(options.cpu)
    device = torch.device(options.device)
    workload = Workload(SIZES[options.sizes or device.type], options.epochs, device)
    turns = contest(contestants(workload, options.scvi), options.turns, workload)
    result = {
        **record.head(parser().prog, arguments, device),
        "settings": dataclasses.asdict(workload.sizes)
        | {"epochs_timed": options.epochs, "turns": options.turns},
        "figures": figures(turns, workload)
        | {"scaling": scaling(workload)}
        | roofline(workload, options.peak_tflops, options.peak_gbytes),
        "turns": turns,
    }
    result["machine"] |= _versions(options.scvi)
    print(table(result))
    record.keep(result, options.json)


def _versions(with_scvi: bool) -> dict[str, str]:
    if not with_scvi:
        return {}
    from benchmarks import scvi_model

    return scvi_model.versions()


def contestants(workload: Workload, with_scvi: bool) -> dict[str, Callable[[], dict[str, float]]]:
    """Runs by name; each gives the seconds per member-epoch."""
    n = workload.sizes.members
    found: dict[str, Callable[[], dict[str, float]]] = {
        STACK.format(name): partial(vaebio_stack.run, workload, n, name) for name in LIKELIHOODS
    }
    if workload.device.type == "cuda":
        found[TF32] = partial(vaebio_stack.run, workload, n, "gaussian", "tf32")
    found[PLAIN] = partial(plain_loop.run, workload, n)
    if with_scvi:
        from benchmarks import scvi_model

        found |= scvi_model.contestants(workload)
    return found


def contest(
    runs: dict[str, Callable[[], dict[str, float]]], n: int, workload: Workload
) -> list[Turn]:
    """Every contestant in turn, n times, with the rate of matrix products at each turn."""
    turns = []
    for i in range(n):
        print(f"turn {i + 1} of {n}", file=sys.stderr)
        rate = machine.product_rate(workload.sizes.product, workload.device)
        turns.append({name: run() for name, run in runs.items()} | {RATE: rate})
    return turns


def figures(turns: list[Turn], workload: Workload) -> dict:
    """Medians over turns, ratios within turns, and the share of the rate of matrix products.

    The rate is the best of all turns, the time of the stack that of its training alone.
    """
    names = [name for name in turns[0] if name != RATE]
    stacks = [name for name in names if "training_seconds" in turns[0][name]]
    rate = max(turn[RATE] for turn in turns)
    sizes = workload.sizes
    flops = arithmetic.step_flops(workload.architecture, sizes.latent, sizes.train)
    others = {
        name: [turn[name]["seconds"] / turn[RIVALS[name]]["seconds"] for turn in turns]
        for name in names
        if name in RIVALS
    }
    return {
        "seconds_per_member_epoch": {n: spread([t[n]["seconds"] for t in turns]) for n in names},
        "training_seconds": {n: spread([t[n]["training_seconds"] for t in turns]) for n in stacks},
        "times_faster_than": {name: spread(ratios) for name, ratios in others.items()},
        "processor_share": {n: spread([t[n]["processor_share"] for t in turns]) for n in names},
        "validation_mse": {n: turns[0][n]["validation_mse"] for n in stacks},
        "flops_per_member_epoch": flops,
        RATE: rate,
        "share_of_product_rate": spread(
            [flops / turn[GAUSSIAN]["training_seconds"] / rate for turn in turns]
        ),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Smallest, median and largest value."""
    return {"min": min(values), "median": median(values), "max": max(values)}


def scaling(workload: Workload) -> dict[str, dict[str, float]]:
    """Seconds of an epoch of gaussian stacks of several sizes, by number of members.

    On CUDA with the peak of memory and the one predicted.
    """
    found = {str(n): vaebio_stack.run(workload, n) for n in workload.sizes.scaling}
    kept = ("peak_bytes", "predicted_bytes")
    return {
        n: {"epoch_seconds": int(n) * run["seconds"]} | {k: run[k] for k in kept if k in run}
        for n, run in found.items()
    }


def roofline(workload: Workload, tflops: float | None, gbytes: float | None) -> dict:
    """Least seconds per member-epoch by the device's peaks; empty where they are not given."""
    if tflops is None or gbytes is None:
        return {}
    sizes = workload.sizes
    steps = -(-sizes.train // sizes.minibatch)
    step = arithmetic.roofline_seconds(
        workload.architecture, sizes.latent, sizes.minibatch, tflops * 1e12, gbytes * 1e9
    )
    peaks = {"peak_flops_per_second": tflops * 1e12, "peak_bytes_per_second": gbytes * 1e9}
    return {"roofline_seconds": steps * step, "roofline_peaks": peaks}


def table(result: dict) -> str:
    """The result for a reader, in Markdown."""
    found = result["figures"]
    where = result["machine"].get("device", result["machine"]["processor"])
    lines = [
        f"{where}, {result['machine']['threads']} thread, {result['date']}",
        "",
        "| contestant | ms per member-epoch | without measuring | vaebio with the same likelihood "
        "is faster by (min to max) | processor share |",
        "|---|---|---|---|---|",
    ]
    for name, seconds in found["seconds_per_member_epoch"].items():
        ratio = found["times_faster_than"].get(name)
        times = "{median:.2f} ({min:.2f} to {max:.2f})".format(**ratio) if ratio else ""
        share = found["processor_share"][name]["median"]
        alone = found["training_seconds"].get(name)
        training = f"{1e3 * alone['median']:.3g}" if alone else ""
        cells = [name, f"{1e3 * seconds['median']:.3g}", training, times, f"{share:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_sentences(found)])


def _sentences(found: dict) -> list[str]:
    share = found["share_of_product_rate"]
    lines = [
        f"Training alone reaches, gaussian, {share['median']:.0%} ({share['min']:.0%} to "
        f"{share['max']:.0%}) of the {found[RATE] / 1e9:.3g} GFLOP/s of a large float32 product.",
    ]
    for n, run in found["scaling"].items():
        memory = ""
        if "peak_bytes" in run:
            peak, predicted = (run[k] / 1e9 for k in ("peak_bytes", "predicted_bytes"))
            memory = f" Peak of memory {peak:.3g} GB, predicted {predicted:.3g} GB."
        lines.append(f"Epoch of {n} members: {1e3 * run['epoch_seconds']:.3g} ms.{memory}")
    if TF32 in found["validation_mse"]:
        full, short = (found["validation_mse"][name] for name in (GAUSSIAN, TF32))
        lines.append(f"Validation mse {full:.5g} in float32, {short:.5g} in tf32.")
    if "roofline_seconds" in found:
        lines.append(f"Roofline: {1e3 * found['roofline_seconds']:.3g} ms per member-epoch.")
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
