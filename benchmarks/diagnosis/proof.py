"""Whether the diagnosis finds what was planted, and nothing where nothing was.

Every case is diagnosed as a user's member is: with the noise floor that is estimated from the data,
the probes of the workflow, and what is prescribed trained with fresh seeds. Run from the root of
the repository; VAEBIO_TEST_DATA names the folder of the real data, without which the families that
are resampled from them are left out:

    python -m benchmarks.diagnosis.proof --resume --json benchmarks/results/diagnosis_proof.json
"""

import argparse
import json
import multiprocessing
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse

from benchmarks import record
from benchmarks.diagnosis import score
from benchmarks.diagnosis.families import FAMILIES, SIZES, Data
from benchmarks.diagnosis.planted import OF_COUNTS, USUAL, Case, cases
from vaebio.diagnosis.bench import Bench, Trial
from vaebio.diagnosis.diagnosed import gathered
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.factorial import seeded
from vaebio.diagnosis.followed import follow_up
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.outlook import sample
from vaebio.diagnosis.prescription import prescribe
from vaebio.diagnosis.references import References
from vaebio.diagnosis.run import Effort, run_probes
from vaebio.diagnosis.verdict import judge, supported
from vaebio.metrics.baselines import Linear
from vaebio.metrics.noise_floor_counts import counting_noise
from vaebio.metrics.noise_floor_spectrum import noise_variance
from vaebio.terms import SPLITS
from vaebio.training.store import Stored

PROGRAM = "python -m benchmarks.diagnosis.proof"
NAME = "planted"
FRESH = 1000
"""First seed of the follow-up: none that a probe was trained with."""


@dataclass(frozen=True)
class How:
    """How every case is diagnosed.

    Parameters
    ----------
    training
        Changes of the settings of the training.
    steps
        Of the descent that refines a posterior, by which no verdict is decided.
    evidence
        Folder where the evidence is kept, by which verdicts can be passed again; None: nowhere.
    """

    seeds: int = 3
    training: dict[str, Any] = field(default_factory=dict)
    steps: int = 50
    evidence: Path | None = None


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog=PROGRAM)
    p.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    p.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    p.add_argument("--seeds", type=int, default=3, help="of every probe, and of the follow-up")
    p.add_argument("--jobs", type=int, default=1, help="cases at a time, each on one thread")
    p.add_argument("--resume", action="store_true", help="keep the cases of a run that was ended")
    p.add_argument("--evidence", type=Path, help="folder to keep the evidence of every case in")
    p.add_argument(
        "--again", action="store_true", help="train nothing: judge the evidence that was kept"
    )
    p.add_argument("--json", type=Path, help="file for machine, settings and figures")
    return p


def main(arguments: list[str]) -> None:
    """Diagnose all cases, telling what comes of each, and the figures of all at the end."""
    options = parser().parse_args(arguments)
    there = [name for name in options.families if FAMILIES[name].there]
    absent = sorted(set(options.families) - set(there))
    every = _mixed(cases(there, options.sizes))
    how = How(options.seeds, evidence=options.evidence)
    if options.evidence:
        options.evidence.mkdir(parents=True, exist_ok=True)
    kept = _Kept(options.json, options.resume or options.again)
    done = kept.records
    missing = [case for case in every if case.name not in done]
    for one in diagnosed_all([] if options.again else missing, how, options.jobs):
        kept.add(one)
        print(score.told(one), flush=True)
    records = [done[case.name] for case in every if case.name in done]
    if options.again:
        records = [{**one, **judged_again(options.evidence, one["case"])} for one in records]
    result = {
        **record.head(PROGRAM, arguments),
        "training": {"gaussian": USUAL, "counts": OF_COUNTS},
        "seeds": options.seeds,
        "absent": absent,
        "missing": [case.name for case in every if case.name not in done],
        **score.figures(records),
        "cases": records,
    }
    print(score.text(result))
    record.keep(result, options.json)


def diagnosed_all(every: Sequence[Case], how: How, jobs: int) -> Iterator[dict[str, Any]]:
    """Records of cases, in the order in which they are finished."""
    work = [(case, how) for case in every]
    if jobs == 1:
        torch.set_num_threads(1)
        yield from map(_diagnosed, work)
        return
    # A process that was forked after torch had started its threads can wait for them forever.
    with multiprocessing.get_context("spawn").Pool(jobs, torch.set_num_threads, (1,)) as pool:
        yield from pool.imap_unordered(_diagnosed, work)


def _diagnosed(work: tuple[Case, How]) -> dict[str, Any]:
    return diagnosed(*work)


def diagnosed(case: Case, how: How) -> dict[str, Any]:
    """Record of a case: what was planted, what that harms, what was found and what came of it."""
    # Settings have the thresholds, and only here is pydantic needed.
    from vaebio.settings import Diagnose

    started, limits = time.process_time(), Diagnose().verdict
    seeds, fresh = range(how.seeds), range(FRESH, FRESH + how.seeds)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), case.data.splits, "{}", torch.device("cpu"), 2**34, warn=print)
        training = case.training | how.training
        member = Stored(NAME, case.member, case.architecture, {}, "{}", training)
        around = levels(case.data, case.with_only(()).member.latent)
        effort = Effort(steps=how.steps)
        found = run_probes(bench, member, NAME, seeds, around.span, effort)
        evidence = gathered(bench, member, NAME, around, found)
        prescription, after = prescribe(evidence, limits), None
        if prescription:
            trial = Trial(case.member, case.architecture, training)
            after = follow_up(Measuring(bench), trial, prescription, fresh, limits)
        harm = harms(case, Measuring(bench), how)
    if how.evidence:
        _file(how.evidence, case.name).write_bytes(pickle.dumps(evidence))
    return {
        "case": case.name,
        "family": case.family,
        "size": case.size,
        "looked_at": FAMILIES[case.family].looked_at,
        "kind": case.kind,
        "planted": case.planted,
        "harm": harm,
        **verdict(evidence),
        "prescribed": prescription.probe if prescription else None,
        "follow_up": asdict(after) if after else None,
        "null": evidence.null,
        "floor": case.data.floor,
        "estimated_floor": evidence.floor,
        "mse": evidence.mse,
        "seeds": {"data": case.seed, "probes": list(seeds), "fresh": list(fresh)},
        "processor_seconds": time.process_time() - started,
    }


def verdict(evidence: Evidence) -> dict[str, Any]:
    """Supported causes in their order, the gains of all that have one, and how far PCA is below.

    The last in units of null - noise floor; 0 where PCA is not below the member.
    """
    from vaebio.settings import Diagnose

    every = judge(evidence, Diagnose().verdict)
    return {
        "found": [one.cause for one in supported(every)],
        "gains": {one.cause: round(one.gain, 4) for one in every if one.gain is not None},
        "behind": round(evidence.behind / evidence.room, 4),
    }


def judged_again(folder: Path, name: str) -> dict[str, Any]:
    """Verdict on the evidence of a case that was kept."""
    return verdict(pickle.loads(_file(folder, name).read_bytes()))


def harms(case: Case, measuring: Measuring, how: How) -> float | None:
    """What a single fault adds to the error, in units of null - floor, mean over the seeds.

    None for members with another number of faults, and for the scale of the input, which harms what
    is not in the error.
    """
    if len(case.faults) != 1 or "scale" in case.faults:
        return None
    room = _null(case.data, "test") - case.data.floor
    with_it, without = (_error(case, some, measuring, how) for some in (case.faults, ()))
    return (with_it - without) / room


def _error(case: Case, faults: Sequence[str], measuring: Measuring, how: How) -> float:
    own = case.with_only(faults)
    trial = Trial(own.member, own.architecture, own.training | how.training)
    found = measuring.trained({seed: seeded(trial, seed) for seed in range(how.seeds)})
    return float(np.mean([one.mse.get("test", np.nan) for one in found.values()]))


def levels(data: Data, latent: int) -> References:
    """The levels around a member, as the workflow estimates them from the observations alone.

    Parameters
    ----------
    latent
        Size of the PCA that a member is held against: that of a healthy one.
    """
    x = {split: _scaled(data, split) for split in SPLITS}
    null = {
        split: float(np.mean((values - x["train"].mean(0)) ** 2)) for split, values in x.items()
    }
    if data.likelihood == "gaussian":
        found = noise_variance(x["train"])
        floor, bounds = dict.fromkeys(SPLITS, found.value), (found.low, found.high)
    else:
        floor, bounds = {split: _of_counts(data, split) for split in SPLITS}, (None, None)
    linear = Linear(x["train"], latent)
    again = linear.reconstruct(linear.scores(x["test"]), latent)
    rival = f"pca-k{latent}", float(np.mean((again - x["test"]) ** 2))
    return References(null, floor, bounds, "", {}, rival)


def _scaled(data: Data, split: str) -> np.ndarray:
    return sample(data.splits[split]).x.numpy()


def _null(data: Data, split: str) -> float:
    return float(np.mean((_scaled(data, split) - _scaled(data, "train").mean(0)) ** 2))


def _of_counts(data: Data, split: str) -> float:
    own = data.splits[split]
    rows = own.rows
    counts = sparse.csr_matrix(own.counts[rows])
    total = np.asarray(counts.sum(axis=1)).ravel()
    target = float(total[0] / own.size[0])
    return float(counting_noise(counts, total, target, own.mean, own.scale, own.clip).mean())


def _mixed(every: Sequence[Case]) -> list[Case]:
    """Cases in an order without order, so that a part of a run says something of everything."""
    return sorted(every, key=lambda case: case.seed)


class _Kept:
    """Records of finished cases, in a file beside the result while there is none."""

    def __init__(self, path: Path | None, resume: bool) -> None:
        self.path = path.with_suffix(".jsonl") if path else None
        self.records: dict[str, dict[str, Any]] = {}
        if self.path and self.path.exists():
            if resume:
                lines = self.path.read_text().splitlines()
                self.records = {one["case"]: one for one in map(json.loads, lines)}
            else:
                self.path.unlink()

    def add(self, one: dict[str, Any]) -> None:
        """One more, on disk at once."""
        self.records[one["case"]] = one
        if self.path:
            with self.path.open("a") as file:
                file.write(json.dumps(one) + "\n")


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name.replace(': ', '-').replace(' ', '-')}.pickle"


if __name__ == "__main__":
    main(sys.argv[1:])
