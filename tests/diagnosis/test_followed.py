import pytest

from tests.diagnosis.planted import RELAXED, additive, evidence, factorial
from vaebio.diagnosis.followed import as_prescribed, follow_up, said
from vaebio.diagnosis.measured import Measuring
from vaebio.diagnosis.prescription import FollowUp, prescribe
from vaebio.settings.diagnose import Verdict

LIMITS = Verdict()


@pytest.fixture
def prescription():
    found = evidence(factorial(additive(latent=0.3)), anew_training={"warmup": 3})
    return prescribe(found, LIMITS)


def test_a_prescription_is_laid_over_the_member(trial, prescription):
    found = as_prescribed(trial, prescription)
    assert found.member.latent == RELAXED["latent"]
    assert found.member.beta == 10.0
    assert (found.architecture.encoder, found.architecture.decoder) == ((2,), (2,))
    assert found.training == trial.training | {"warmup": 3}


def test_fresh_seeds_are_trained_and_measured(make_bench, trial, prescription):
    measuring = Measuring(make_bench())
    found = follow_up(measuring, trial, prescription, [7, 8], LIMITS)
    assert found.seeds == 2
    assert found.achieved_low < found.achieved_mse < found.achieved_high
    [own] = measuring.trained({7: as_prescribed(trial, prescription)}).values()
    assert own.mse["test"] != found.achieved_mse, "seed 0 is none of the fresh ones"
    assert follow_up(measuring, trial, prescription, [], LIMITS) is None


def test_what_diverges_reaches_nothing(make_bench, trial, prescription):
    wild = trial.trained_with(learning_rate=1e20, clip=1e30)
    assert follow_up(Measuring(make_bench()), wild, prescription, [7], LIMITS) is None


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (True, ", as predicted."),
        (False, "which is 0.05 higher than predicted."),
        (None, "without an interval."),
    ],
)
def test_it_is_said_whether_it_was_as_predicted(kept, words):
    text = said(FollowUp("k2-b1", 0.5, 0.4, 0.6, 0.55, 0.5, 0.6, 3, kept))
    assert text.startswith("Trained with 3 fresh seeds it reaches 0.55 (0.5 to 0.6)")
    assert text.endswith(words)
