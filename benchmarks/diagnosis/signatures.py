"""Whether probes find what was planted, and what that costs.

Every case is diagnosed as a member of a grid would be: its probes are trained, and the verdicts are
passed on what they measured. The faults that were planted have to be found, and no others. Run from
the root of the repository:

    python -m benchmarks.diagnosis.signatures --json benchmarks/results/signatures.json
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import record
from benchmarks.diagnosis import planted
from benchmarks.diagnosis.planted import Case
from vaebio.diagnosis.attribution import factorial_table, parts
from vaebio.diagnosis.bench import Bench
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.probe import FACTORS, Probe
from vaebio.diagnosis.rescaled import null_mse
from vaebio.diagnosis.rows import Range
from vaebio.diagnosis.run import Found, run_probes
from vaebio.diagnosis.verdict import judge, supported
from vaebio.training.store import Stored

CAUSES = {
    "encoder": "encoder_too_weak",
    "decoder": "decoder_too_weak",
    "latent": "latent_too_small",
    "beta": "beta_too_high",
    "optimiser": "optimiser",
}
"""Cause that a planted fault is."""

REMOVABLE = {*CAUSES.values(), "beta_too_low", "input_scale"}
CONFIDENCE = 0.95


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis.signatures")
    p.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA))
    p.add_argument("--observations", type=int, default=1000)
    p.add_argument("--features", type=int, default=120)
    p.add_argument("--hidden", type=int, default=32, help="width of a healthy hidden layer")
    p.add_argument("--epochs", type=int, default=100)
    p.add_argument("--seeds", type=int, default=2)
    p.add_argument("--most", type=int, default=2, help="most faults of one member")
    p.add_argument(
        "--faults", nargs="+", choices=list(planted.FAULTS), default=list(planted.OF_FACTORS)
    )
    p.add_argument("--json", type=Path, help="file for machine, settings and figures")
    return p


DATA = {"linear": planted.linear, "nonlinear": planted.nonlinear, "counts": planted.counts}


def main(arguments: list[str]) -> None:
    """Diagnose all cases, one after the other, telling what comes of each."""
    options = parser().parse_args(arguments)
    figures = []
    for name in options.data:
        data = DATA[name](0, options.observations, options.features)
        faults = {"most": options.most, "faults": tuple(options.faults)}
        for case in planted.cases(data, hidden=options.hidden, **faults):
            figures.append(diagnosed(case, options.seeds, planted.training(options.epochs)))
            print(told(figures[-1]), flush=True)
    result = {
        **record.head("python -m benchmarks.diagnosis.signatures", arguments),
        "right": sum(one["right"] for one in figures),
        "cases": figures,
    }
    print(f"{result['right']} of {len(figures)} cases as planted")
    record.keep(result, options.json)


def diagnosed(case: Case, seeds: int, training: dict[str, Any]) -> dict[str, Any]:
    """Figures of one case: what was planted, what the probes measured, what was found."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found, span = probed(case, range(seeds), training, Path(folder))
    seconds = time.process_time() - started
    causes = verdicts(found.probes, span)
    planted_causes = sorted(CAUSES[fault] for fault in case.faults)
    table = factorial_table(found.probes)
    own = parts(table, CONFIDENCE)
    return {
        "case": case.name,
        "planted": planted_causes,
        "found": causes,
        "right": sorted(set(causes) & REMOVABLE) == planted_causes,
        "null": span.null,
        "floor": span.floor,
        "mse": signature(found.probes),
        "parts": {f: vars(own[f]) for f in FACTORS} if own else {},
        "relaxed": {f: list(getattr(found.levels, f)) for f in FACTORS},
        "processor_seconds": seconds,
    }


def probed(case: Case, seeds: range, training: dict[str, Any], folder: Path) -> tuple[Found, Range]:
    """All probes of a case."""
    host = torch.device("cpu")
    bench = Bench(folder, case.data.splits, "{}", host, 2**34, warn=print)
    member = Stored("planted", case.member, case.architecture, {}, "{}", training | case.training)
    span = Range(null_mse(Measuring(bench)), case.data.floor)
    return run_probes(bench, member, "planted", seeds, span), span


def verdicts(probes: list[Probe], span: Range) -> list[str]:
    """Causes that the probes support."""
    # The thresholds are those of the settings, and only here is pydantic needed.
    from vaebio.settings.diagnose import Verdict

    evidence = Evidence("planted", tuple(probes), span.null, span.floor)
    return [one.cause for one in supported(judge(evidence, Verdict()))]


def signature(probes: list[Probe]) -> dict[str, float | None]:
    """Test error of every probe, mean over seeds; None where none has one."""
    by_word: dict[str, list[float]] = {}
    for one in probes:
        errors = by_word.setdefault(one.word, [])
        if one.mse_test is not None:
            errors.append(one.mse_test)
    return {word: float(np.mean(errors)) if errors else None for word, errors in by_word.items()}


def told(one: dict[str, Any]) -> str:
    """A case in two lines."""
    mse = one["mse"]
    single = [("as is", "factorial:"), *((f, f"factorial:{f}") for f in FACTORS)]
    named = [*single, ("refined", "refined_posterior"), ("all", f"factorial:{'+'.join(FACTORS)}")]
    errors = ", ".join(f"{name} {mse[word]:.3f}" for name, word in named if mse.get(word))
    shares = ", ".join(f"{f} {part['value']:.3f}" for f, part in one["parts"].items())
    mark = "as planted" if one["right"] else "NOT AS PLANTED"
    return (
        f"{one['case']}: {', '.join(one['found'])} ({mark}, {one['processor_seconds']:.0f} s)\n"
        f"    mse: {errors}; floor {one['floor']:.3f}\n    parts: {shares}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
