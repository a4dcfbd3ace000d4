from dataclasses import fields, replace

import numpy as np
import pytest
import yaml

from vaebio.configuration import parse_config
from vaebio.diagnosis.prescription import FollowUp, compare, document, prescribe
from vaebio.diagnosis.size import parameters
from vaebio.model.vae import Architecture, initialise
from vaebio.settings import Diagnose
from vaebio.terms import COLUMNS

from .planted import MEMBER, additive, all_of, evidence, factorial, probe, singles

LIMITS = Diagnose().verdict
TRAINING = {"epochs": 200, "learning_rate": 0.002, "patience": 30}


def prescribed(*probes, limits=LIMITS, **changes):
    return prescribe(evidence([one for some in probes for one in some], **changes), limits)


def test_only_what_is_needed_is_changed():
    one = prescribed(factorial(additive(beta=0.3)))
    assert [change.told for change in one.changes] == ["grid.betas: 10 → 1"]
    assert one.predicted_mse == pytest.approx(0.6, abs=0.01)
    assert one.low < one.predicted_mse < one.high


def test_what_is_needed_together_is_changed_together():
    one = prescribed(factorial(all_of("encoder", "decoder", before=0.94, after=0.37)))
    assert [c.key for c in one.changes] == ["model.encoder", "model.decoder"]


def test_a_good_member_stays_as_it_is():
    assert prescribed(factorial(additive(beta=0.02))).changes == ()


def test_of_as_many_changes_the_smaller_network_is_taken():
    probes = factorial(lambda cell: 0.5 if cell else 0.9)
    assert [c.key for c in prescribed(probes, features=500).changes] == ["grid.betas"]
    no_beta = factorial(lambda cell: 0.5 if cell - {"beta"} else 0.9)
    assert [c.key for c in prescribed(no_beta, features=500).changes] == ["grid.latents"]


def test_a_tolerance_decides_how_near_is_near():
    probes = factorial(additive(beta=0.3, latent=0.02))
    keys = {
        tolerance: [
            c.key
            for c in prescribed(
                probes, limits=LIMITS.model_copy(update={"tolerance": tolerance})
            ).changes
        ]
        for tolerance in (0.05, 0.01)
    }
    assert keys == {0.05: ["grid.betas"], 0.01: ["grid.latents", "grid.betas"]}


def test_a_patch_is_settings_of_one_combination():
    one = prescribed(factorial(all_of("encoder", "latent", before=0.9, after=0.4)))
    config = parse_config(one.patch, "patch")
    assert (config.model.encoder, config.model.decoder) == ((8, 8), (2,))
    assert (config.grid.latents, config.grid.betas) == ((8,), (10.0,))
    assert (config.grid.encoders, config.grid.decoders) == ((), ())


def test_the_document_is_yaml_that_comes_back():
    one = prescribed(factorial(additive(beta=0.3)))
    content = yaml.safe_load(yaml.safe_dump(document([one]), allow_unicode=True))
    assert content[MEMBER]["settings"] == one.patch
    assert content[MEMBER]["changes"] == ["grid.betas: 10 → 1"]
    assert content[MEMBER]["predicted_mse"] == one.predicted_mse


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("longer", {"epochs": 400, "patience": 200}),
        ("learning_rate_high", {"epochs": 400, "patience": 200, "learning_rate": 0.006}),
        (
            "learning_rate_low",
            {
                "epochs": 400,
                "patience": 200,
                "learning_rate_schedule": "cosine",
                "learning_rate_end": 0.1,
            },
        ),
    ],
)
def test_another_training_is_prescribed_as_settings_of_the_training(name, expected):
    probes = [*factorial(additive()), *singles(name, 0.5)]
    one = prescribed(probes, training=TRAINING)
    assert one.patch["train"] == expected
    assert parse_config(one.patch, "patch")
    assert prescribed(probes).changes == (), "how it was trained is not known"


def test_a_higher_beta_is_prescribed_where_it_is_better():
    one = prescribed(factorial(additive()), singles("beta_higher", 0.5, beta=100.0))
    assert [c.told for c in one.changes] == ["grid.betas: 10 → 100"]
    assert one.patch["grid"]["betas"] == [100.0]


def test_how_the_probes_were_trained_is_part_of_the_patch():
    one = prescribed(factorial(additive(beta=0.3)), training=TRAINING, anew_training={"warmup": 50})
    assert one.patch["train"] == {"warmup": 50}
    assert "train.warmup: not known → 50" in [c.told for c in one.changes]


def test_what_is_no_setting_or_diverged_is_not_prescribed():
    probes = factorial(additive(beta=0.3))
    others = singles("refined_posterior", 0.4) + singles("measured_rescaled", 0.1)
    assert prescribed(probes, others) == prescribed(probes)
    broken = [
        replace(p, mse_test=None) if (p.word, p.seed) == ("factorial:beta", 1) else p
        for p in probes
    ]
    assert prescribed(broken).probe != "factorial:beta"
    assert prescribed([probe("factorial", None)]) is None
    assert prescribed([]) is None


def again(one, **first):
    """Trained again from the weights of another, after a first training with these errors."""
    return replace(one, again=1.0, **{f"first_{split}": error for split, error in first.items()})


def test_what_other_weights_alone_lead_to_is_not_foretold():
    """Settings lead to the first training, and what is trained again is no part of them."""
    probes = factorial(additive(beta=0.3, latent=0.1))
    both = frozenset({"latent", "beta"})
    others = [p for p in probes if p.seed == 0 or not p.relaxed >= both]
    lost = [p for p in probes if p not in others]
    collapsed = [again(p, test=0.9, validation=0.9) for p in lost]
    assert prescribed(probes).probe == "factorial:latent+beta"
    assert prescribed(others, collapsed).probe == "factorial:beta"
    assert prescribed(others, [again(p) for p in lost]).probe == "factorial:beta", "diverged"
    nearly = [again(p, test=p.mse_test + 0.02) for p in lost]
    one = prescribed(others, nearly)
    assert one.probe == "factorial:latent+beta"
    errors = [
        p.mse_test for p in sorted([*others, *lost], key=lambda p: p.seed) if p.relaxed == both
    ]
    assert one.errors == pytest.approx([errors[0], errors[1] + 0.02, errors[2] + 0.02])


def test_what_is_trained_on_from_other_weights_is_not_prescribed():
    probes = factorial(additive(beta=0.3))
    every = ("encoder", "decoder", "latent", "beta")
    on = singles("longer", 0.3, relaxed=every)
    assert prescribed(probes, on, training=TRAINING).probe == on[0].word
    repaired = [again(p, test=0.65) if p.relaxed == set(every) else p for p in probes]
    assert prescribed(repaired, on, training=TRAINING).probe == "factorial:beta"


def test_validation_chooses_and_test_foretells():
    probes = [
        replace(p, mse_validation=0.5 if p.relaxed == {"latent"} else 0.9)
        for p in factorial(additive(beta=0.3))
    ]
    one = prescribed(probes)
    assert [c.key for c in one.changes] == ["grid.latents"]
    assert one.predicted_mse == pytest.approx(0.9, abs=0.01)


def test_what_was_foretold_holds_as_often_as_it_says():
    random, kept = np.random.default_rng(0), 0
    any_one = prescribed(factorial(additive(beta=0.3)))
    for _ in range(400):
        one = replace(any_one, errors=tuple(0.6 + 0.02 * random.normal(size=3)))
        kept += compare(one, list(0.6 + 0.02 * random.normal(size=4)), LIMITS).kept
    assert 0.92 <= kept / 400 <= 0.98


def test_a_prediction_that_fails_is_said():
    one = prescribed(factorial(additive(beta=0.3)))
    found = compare(one, [0.8, 0.81, 0.79], LIMITS)
    assert (found.kept, found.seeds) == (False, 3)
    assert found.achieved_mse == pytest.approx(0.8)
    assert compare(one, [0.6], LIMITS).achieved_low is None
    alone = prescribed(factorial(additive(beta=0.3), seeds=(0,)))
    assert compare(alone, [0.6], LIMITS).kept is None
    assert tuple(f.name for f in fields(FollowUp)) == COLUMNS["follow_up.tsv"]


@pytest.mark.parametrize("norm", ["layer", "none"])
@pytest.mark.parametrize(("encoder", "decoder"), [((), ()), ((7,), (5, 6)), ((8, 4), ())])
def test_the_size_is_that_of_the_model(encoder, decoder, norm):
    architecture = Architecture(9, encoder, decoder, normalisation=norm)
    made = initialise(architecture, [3], [0]).parameters
    expected = sum(p.numel() for p in made.values())
    assert parameters(encoder, decoder, 3, 9, norms=norm == "layer") == expected
