from dataclasses import fields

import numpy as np
import pytest

from vaebio.diagnosis.attribution import factorial_table, parts
from vaebio.diagnosis.budget import PARTS, Step, budget
from vaebio.settings import Diagnose
from vaebio.terms import COLUMNS

from .planted import FLOOR, NULL, additive, evidence, factorial, probe, singles

LIMITS = Diagnose().verdict
ALL = ("encoder", "decoder", "latent", "beta")


def of(probes, **changes):
    return {step.part: step for step in budget(evidence(probes, **changes), LIMITS)}


def values(steps):
    return {part: step.mse for part, step in steps.items()}


def closes(steps):
    found = values(steps)
    rest = sum(v for part, v in found.items() if part != "null" and v is not None)
    return found["null"] == pytest.approx(rest, abs=1e-12)


def collapses_again(cell):
    return 0.51 if cell == {"beta"} else 1.0


CASES = {
    "factors": factorial(additive(beta=0.3, latent=0.1)),
    "no probes": [],
    "the member alone": singles("as_is", 0.8),
    "with train": factorial(additive(beta=0.3), train=lambda cell: 0.5),
    "with another training": [*factorial(additive(beta=0.2)), *singles("longer", 0.6)],
    "a failed relaxation": factorial(collapses_again),
    "other seeds": [*singles("as_is", 0.95, (7, 8)), *factorial(additive(beta=0.3))],
    "one seed": factorial(additive(beta=0.3), seeds=(0,)),
    "worse than the train mean": factorial(lambda cell: 1.4),
    "diverged": [probe("as_is", None, s) for s in range(3)],
}


@pytest.mark.parametrize("floor", [FLOOR, None, 0.9])
@pytest.mark.parametrize("probes", CASES.values(), ids=CASES)
def test_the_steps_add_up_whatever_is_known(probes, floor):
    steps = of(probes, floor=floor)
    assert list(steps) == list(PARTS)
    assert closes(steps)
    assert steps["null"].mse == NULL


def test_the_columns_are_those_of_the_table():
    assert tuple(f.name for f in fields(Step)) == COLUMNS["budget.tsv"]


def test_the_parts_are_those_of_the_verdicts():
    probes = factorial(additive(beta=0.3, latent=0.1))
    steps = of(probes)
    for factor, part in parts(factorial_table(probes), 0.95).items():
        assert (steps[factor].mse, steps[factor].low) == (part.value, part.low)
    assert steps["explained"].mse == pytest.approx(NULL - 0.9, abs=0.01)
    assert steps["explained"].low < steps["explained"].mse < steps["explained"].high
    assert steps["noise_floor"].mse == FLOOR
    assert steps["unexplained"].mse == pytest.approx(0.5 - FLOOR, abs=0.01)


def test_a_relaxed_model_that_is_trained_on_gives_the_optimiser_its_part():
    probes = factorial(additive(beta=0.2))
    further = singles("longer", 0.55, relaxed=ALL)
    steps = of([*probes, *further, *singles("learning_rate_low", 0.89)])
    assert steps["optimiser"].mse == pytest.approx(0.7 - 0.55, abs=0.01)
    assert steps["unexplained"].mse == pytest.approx(0.55 - FLOOR, abs=0.01)


def test_where_relaxing_hurts_the_optimiser_has_no_part_in_making_up_for_it():
    probes = factorial(lambda cell: 0.5 + 0.02 * ("decoder" in cell))
    further = singles("longer", 0.52, relaxed=ALL)
    steps = of([*probes, *further, *singles("learning_rate_low", 0.5)])
    assert steps["optimiser"].mse == 0
    assert steps["decoder"].mse == pytest.approx(-0.02, abs=0.01)


def test_another_training_within_the_noise_has_no_part():
    probes = [*factorial(additive(beta=0.2), noise=0.02), *singles("longer", 0.695, noise=0.02)]
    assert of(probes)["optimiser"].mse == 0


def test_without_any_other_training_the_optimiser_has_no_part():
    assert of(singles("as_is", 0.8))["optimiser"].mse is None
    assert of(factorial(additive(beta=0.2)))["optimiser"].mse is None


def test_what_training_anew_gains_is_the_optimisers_too():
    steps = of([*singles("as_is", 0.95), *factorial(additive(beta=0.2))])
    assert steps["explained"].mse == pytest.approx(NULL - 0.95, abs=0.01)
    assert steps["optimiser"].mse == pytest.approx(0.05, abs=0.01)
    assert steps["optimiser"].low < steps["optimiser"].mse < steps["optimiser"].high


def test_generalisation_is_the_gap_between_test_and_train_beyond_that_of_the_train_mean():
    probes = factorial(additive(beta=0.3), noise=0.0, train=lambda cell: 0.5)
    steps = of(probes, null_train=NULL - 0.02)
    assert steps["generalisation"].mse == pytest.approx(0.1 - 0.02)
    assert steps["unexplained"].mse == pytest.approx(0.6 - FLOOR - 0.08)


def test_generalisation_is_no_more_than_what_is_left():
    learned_noise = factorial(additive(beta=0.3), train=lambda cell: 0.1)
    steps = of(learned_noise)
    assert steps["generalisation"].mse == pytest.approx(0.6 - FLOOR, abs=0.01)
    assert steps["unexplained"].mse == pytest.approx(0, abs=1e-12)
    assert of(factorial(additive()))["generalisation"].mse is None


def test_parts_of_a_failed_relaxation_are_not_shown_as_parts():
    steps = of(factorial(collapses_again))
    assert all(steps[factor].mse is None for factor in ALL)


def test_the_order_of_probes_changes_nothing():
    probes = [p for case in ("with another training", "with train") for p in CASES[case]]
    probes = list({(p.word, p.seed): p for p in probes}.values())
    shuffled = [probes[i] for i in np.random.default_rng(1).permutation(len(probes))]
    assert of(shuffled) == of(probes)
