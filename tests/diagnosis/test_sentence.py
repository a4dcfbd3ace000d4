from vaebio.diagnosis.prescription import prescribe
from vaebio.diagnosis.sentence import sentences
from vaebio.diagnosis.symptoms import Symptom
from vaebio.diagnosis.verdict import judge
from vaebio.settings import Diagnose

from .planted import MEMBER, additive, all_of, evidence, factorial, probe, singles

LIMITS = Diagnose().verdict
SEEN = Symptom(
    MEMBER,
    "kl_falls_mse_flat",
    5,
    40,
    "the KL fell from 3.1 to 0.2 nats between epochs 5 and 40 while the MSE stayed at 0.9",
)


def told(*probes, symptoms=(), **changes):
    given = evidence([one for some in probes for one in some], **changes)
    return sentences(given, judge(given, LIMITS), prescribe(given, LIMITS), symptoms, LIMITS)


def test_what_was_seen_why_and_what_to_do():
    probes = factorial(additive(beta=0.46, latent=0.04), noise=0.0005)
    text = told(probes, symptoms=[SEEN])
    assert text.startswith(
        "In k2-b10 the KL fell from 3.1 to 0.2 nats between epochs 5 and 40 while the MSE stayed "
        "at 0.9 (noise floor 0.35, null 0.97). "
    )
    assert "92 % of the removable error comes from beta (10), 8 % from the latent size (2)." in text
    assert "Set the latent size to 8 and beta to 1: expected MSE 0.399 (0.39" in text


def test_of_two_that_are_needed_together_both_are_named():
    text = told(factorial(all_of("encoder", "decoder", before=0.94, after=0.37), noise=0.001))
    assert text.startswith("The test MSE of k2-b10 is 0.939 (noise floor")
    assert "50 % of the removable error comes from" in text
    assert "50 % from" in text
    assert "Set the encoder to [8, 8] and the decoder to [8, 8]" in text


def test_a_good_fit_is_called_one():
    text = told(factorial(additive()), null=2.0, floor=0.88)
    assert "What is left is noise" in text
    assert "No change that was tried" in text
    assert "Set " not in text


def test_what_is_not_known_is_said():
    text = told(singles("as_is", 0.9), floor=None)
    assert "noise floor not known" in text
    assert "Why it is not lower is not known." in text
    assert "removable error" not in text


def test_another_training_and_a_higher_beta_are_told():
    text = told(
        factorial(additive()), singles("longer", 0.5), singles("beta_higher", 0.6, beta=90.0)
    )
    assert "Trained differently the same model comes lower: MSE 0.5" in text
    assert "A higher beta lowers the error on unseen observations: MSE 0.6" in text


def test_a_member_that_diverged_is_no_number():
    assert told([probe("as_is", None)]).startswith("k2-b10 diverged with every seed")


def test_the_larger_cause_comes_first_and_the_factors_share_what_they_remove():
    probes = factorial(additive(decoder=0.05, encoder=0.002), noise=0.0005)
    text = told(probes, singles("beta_higher", 0.6, beta=90.0))
    higher = text.index("A higher beta lowers the error")
    share = text.index("96 % of what relaxing the model removes comes from the decoder")
    assert higher < share
    assert "of the removable error" not in text
    text = told(probes, singles("beta_higher", 0.87, beta=90.0))
    assert "of the removable error comes from the decoder" in text
    assert "A higher beta" not in text
