"""A model without hidden layers that comes lower than every network."""

from dataclasses import replace

import pytest

from tests.diagnosis.planted import additive, evidence, factorial, singles
from vaebio.diagnosis.causes import REMOVABLE
from vaebio.diagnosis.prescription import prescribe
from vaebio.diagnosis.probe import SIMPLER
from vaebio.diagnosis.sentence import sentences
from vaebio.diagnosis.simpler import advantage, said, simpler_counts
from vaebio.diagnosis.verdict import judge, supported
from vaebio.settings.diagnose import Verdict

LIMITS = Verdict()


def found(mse, noise=0.003, **parts):
    """Of a member at 0.9; null - floor is 0.62."""
    levels = {"encoder": (), "decoder": (), "latent": 8, "beta": 1.0}
    linear = singles(SIMPLER, mse, noise=noise, **levels)
    return evidence([*factorial(additive(**parts)), *linear], features=50)


def causes(one):
    return [verdict.cause for verdict in supported(judge(one, LIMITS))]


def test_it_is_prescribed_and_said_where_no_cause_is_found():
    one = found(0.8)
    assert causes(one) == ["none"], "none of the network, and that is what the causes are about"
    prescription = prescribe(one, LIMITS)
    assert prescription.probe == SIMPLER
    assert (prescription.patch["model"]["encoder"], prescription.patch["model"]["decoder"]) == (
        [],
        [],
    )
    assert prescription.predicted_mse == pytest.approx(0.8, abs=0.01)
    told = sentences(one, judge(one, LIMITS), prescription, [], LIMITS)
    assert "No change of this network lowers it" in told
    assert "Without hidden layers it reaches 0.8" in told
    rival = evidence(one.probes, rival=("pca-k8", 0.78))
    assert causes(rival) == ["unknown"]
    other = sentences(rival, judge(rival, LIMITS), prescription, [], LIMITS)
    assert "No tested cause explains it." in other
    for text in (told, other):
        assert text.count("Without hidden layers") == 1


@pytest.mark.parametrize(
    ("mse", "noise"), [(0.885, 0.003), (0.95, 0.003), (0.8, 0.3)], ids=["little", "worse", "noise"]
)
def test_little_worse_or_noise_changes_nothing(mse, noise):
    one = found(mse, noise)
    assert not simpler_counts(one, LIMITS)
    without = evidence([p for p in one.probes if p.probe != SIMPLER], features=50)
    assert causes(one) == causes(without)
    assert prescribe(one, LIMITS) == prescribe(without, LIMITS)


def test_what_relaxing_reaches_too_is_no_reason_for_a_simpler_model():
    one = found(0.58, latent=0.3)
    assert not simpler_counts(one, LIMITS)
    assert causes(one) == ["latent_too_small"]
    assert prescribe(one, LIMITS).probe == "factorial:latent"


def test_it_supports_no_cause_and_hides_none():
    one = found(0.4, latent=0.3)
    assert causes(one) == ["latent_too_small"]
    assert prescribe(one, LIMITS).probe == SIMPLER
    assert "Without hidden layers" in sentences(one, judge(one, LIMITS), None, [], LIMITS)
    assert not {*causes(found(0.6))} & {*REMOVABLE}


@pytest.mark.parametrize(
    ("linear", "networks", "why"),
    [
        (0.78, 0.7, "(16 % of null - noise floor): the network has more weights than"),
        (0.78, 0.8, "(16 % of null - noise floor): the network has more weights than"),
        (0.78, 0.88, "Most of that is there on train too (0.78 against 0.88)"),
        (0.78, None, "(16 % of null - noise floor)."),
    ],
    ids=["overfits", "mostly overfits", "underfits", "not measured"],
)
def test_why_networks_come_less_far_is_told_by_train(linear, networks, why):
    one = found(0.8, noise=0.0001)
    probes = [replace(p, mse_train=linear if p.probe == SIMPLER else networks) for p in one.probes]
    assert why in said(evidence(probes), LIMITS)


def test_validation_has_to_agree():
    def seen(one, validation):
        return replace(one, mse_validation=validation)

    one = found(0.8)
    for other, counts in ((0.7, True), (0.88, False)):
        probes = [seen(p, other if p.probe == SIMPLER else 0.9) for p in one.probes]
        assert simpler_counts(evidence(probes), LIMITS) is counts


def test_a_combination_that_diverged_with_a_seed_is_not_the_best():
    one = found(0.8, latent=0.3)
    lost = [
        replace(p, mse_test=None) if "latent" in p.relaxed and p.seed == 0 else p
        for p in one.probes
    ]
    assert advantage(one, 0.95).value == pytest.approx(-0.2, abs=0.01)
    assert advantage(evidence(lost), 0.95).value == pytest.approx(0.1, abs=0.01)
    assert advantage(evidence([]), 0.95) is None
