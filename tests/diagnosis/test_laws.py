"""What holds of every diagnosis, whatever the probes."""

from dataclasses import replace

import numpy as np
import pytest

from vaebio.diagnosis.budget import budget
from vaebio.diagnosis.causes import CAUSES, REMOVABLE
from vaebio.diagnosis.prescription import prescribe
from vaebio.diagnosis.probe import FACTORS, PROBES, from_rows, measure_rows, probe_rows
from vaebio.diagnosis.sentence import sentences
from vaebio.diagnosis.verdict import judge, supported
from vaebio.settings import Diagnose

from .planted import evidence, factorial, singles

LIMITS = Diagnose().verdict
TRAINING = {"epochs": 100, "learning_rate": 0.002, "patience": 20}


def any_evidence(seed):
    """Probes as they may come: some missing, some diverged, of any error, with or without floor."""
    random = np.random.default_rng(seed)
    seeds = range(int(random.integers(1, 4)))
    effects = dict(zip(FACTORS, random.normal(0.05, 0.15, 4), strict=True))
    probes = factorial(
        lambda cell: 0.9 - sum(effects[f] for f in cell),
        seeds,
        noise=float(random.choice([0.001, 0.05])),
        train=(lambda cell: 0.6) if random.random() < 0.5 else None,
    )
    for name in list(PROBES)[1:]:
        if random.random() < 0.6:
            probes += singles(name, random.uniform(0.3, 1.2), seeds)
    probes = [
        replace(p, explained_test=1 - p.mse_test) if "scaled" in p.probe else p for p in probes
    ]
    if random.random() < 0.3:
        probes += singles("longer", random.uniform(0.3, 0.9), seeds, relaxed=FACTORS)
    if random.random() < 0.4:
        rows = probe_rows(probes)
        for row in rows:
            row["mse_test"] = "" if random.random() < 0.05 else row["mse_test"]
        probes = from_rows(rows, measure_rows(probes))
    if random.random() < 0.3:
        probes = [one for one in probes if random.random() < 0.95]
    return evidence(
        probes,
        null=float(random.choice([0.97, 0.4])),
        floor=[None, 0.35, 0.9][random.integers(3)],
        concentration=[None, 0.7][random.integers(2)],
        training=TRAINING if random.random() < 0.5 else {},
    )


@pytest.mark.parametrize("seed", range(60))
def test_every_diagnosis_is_whole(seed):
    given = any_evidence(seed)
    verdicts = judge(given, LIMITS)
    causes = [one.cause for one in supported(verdicts)]
    assert sorted(one.cause for one in verdicts) == sorted(CAUSES)
    assert causes, "something is always said, if only that the cause is unknown"
    assert not ("none" in causes and {*causes} & {*REMOVABLE, "unknown"})
    for one in supported(verdicts):
        if one.cause in REMOVABLE:
            assert one.gain >= LIMITS.gain
            assert one.low > 0
            assert one.change
    null, *steps = budget(given, LIMITS)
    assert sum(s.mse for s in steps if s.mse is not None) == pytest.approx(null.mse, abs=1e-12)
    prescription = prescribe(given, LIMITS)
    text = sentences(given, verdicts, prescription, [], LIMITS)
    assert text.startswith(("The test MSE of k2-b10", "k2-b10 diverged"))
    assert not {"nan", "None", "inf"} & {*text.replace("(", " ").replace(")", " ").split()}


def test_the_diagnoses_tried_are_of_every_kind():
    found = {
        one.cause for seed in range(60) for one in supported(judge(any_evidence(seed), LIMITS))
    }
    assert found >= {*REMOVABLE, "unknown"}
