import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from vaebio.diagnosis.causes import CAUSES, REMOVABLE
from vaebio.diagnosis.probe import from_rows, measure_rows, probe_rows, subsets
from vaebio.diagnosis.verdict import judge, supported
from vaebio.settings import Diagnose
from vaebio.terms import COLUMNS

from .planted import (
    FLOOR,
    MEMBER,
    NULL,
    additive,
    all_of,
    evidence,
    factorial,
    hidden,
    probe,
    singles,
)

LIMITS = Diagnose().verdict


def found(*probes, limits=LIMITS, **changes):
    given = evidence([one for some in probes for one in some], **changes)
    return [one.cause for one in supported(judge(given, limits))]


def row(cause, probes, limits=LIMITS, **changes):
    return next(v for v in judge(evidence(probes, **changes), limits) if v.cause == cause)


SIGNATURES = {
    "nothing wrong": (0.39, {"beta": 0.02, "latent": -0.01}, ["noise_floor", "none"]),
    "decoder of width 2": (
        0.85,
        {"decoder": 0.46, "beta": 0.01, "latent": -0.01},
        ["decoder_too_weak"],
    ),
    "encoder of width 2": (
        0.85,
        {"encoder": 0.46, "decoder": -0.01, "latent": -0.01},
        ["encoder_too_weak"],
    ),
    "latent of 2": (0.84, {"latent": 0.35, "encoder": 0.01}, ["latent_too_small"]),
    "beta of 30": (0.95, {"beta": 0.51, "decoder": -0.02}, ["beta_too_high"]),
}


@pytest.mark.parametrize(("as_is", "gains", "causes"), SIGNATURES.values(), ids=SIGNATURES)
def test_a_planted_cause_is_found_and_no_other(as_is, gains, causes):
    probes = factorial(lambda cell: as_is - sum(gains.get(f, 0.0) for f in cell))
    assert found(probes) == causes


PARTS = {
    "encoder and decoder": (
        0.94,
        {"encoder": 0.05, "decoder": 0.07, "latent": -0.04, "beta": 0.01},
        (("encoder", "decoder"), 0.46),
        {"encoder": 0.28, "decoder": 0.30, "latent": -0.01, "beta": 0.00},
    ),
    "encoder and beta": (
        0.97,
        {"encoder": 0.03, "decoder": 0.00, "latent": 0.00, "beta": 0.11},
        (("encoder", "beta"), 0.42),
        {"encoder": 0.24, "decoder": -0.02, "latent": -0.02, "beta": 0.33},
    ),
    "decoder and latent": (
        0.91,
        {"encoder": 0.03, "decoder": 0.08, "latent": 0.02, "beta": 0.01},
        (("decoder", "latent"), 0.33),
        {"encoder": 0.00, "decoder": 0.26, "latent": 0.17, "beta": 0.00},
    ),
}
"""Errors and parts of trained models: what single changes gain, and the Shapley parts of all."""


@pytest.mark.parametrize(("as_is", "alone", "together", "expected"), PARTS.values(), ids=PARTS)
def test_of_two_causes_that_hide_each_other_both_are_found(as_is, alone, together, expected):
    probes = factorial(hidden(as_is, alone, together))
    own = {cause.factor: cause.name for cause in CAUSES.values() if cause.factor}
    assert set(found(probes)) == {own[factor] for factor in together[0]}
    room = NULL - FLOOR
    for factor, part in expected.items():
        assert row(own[factor], probes).gain * room == pytest.approx(part, abs=0.035)


def test_when_two_are_needed_each_alone_is_foretold_to_help_little_and_both_much():
    probes = factorial(all_of("encoder", "decoder", before=0.94, after=0.37), noise=0.001)
    one = row("encoder_too_weak", probes)
    assert one.supported
    assert one.predicted_mse == pytest.approx(0.94, abs=0.01)
    assert "[2] → [8, 8]" in one.change
    assert one.change.startswith("model.encoder: ")
    assert "the MSE was 0.37" in one.change


def test_verdicts_are_ranked_by_gain_and_hold_every_cause_once():
    probes = factorial(additive(beta=0.1, latent=0.3))
    verdicts = judge(evidence(probes), LIMITS)
    assert [v.cause for v in verdicts[:2]] == ["latent_too_small", "beta_too_high"]
    assert sorted(v.cause for v in verdicts) == sorted(CAUSES)
    gain = verdicts[0].gain
    assert gain == pytest.approx(0.3 / (NULL - FLOOR), abs=0.01)
    assert verdicts[0].low < gain < verdicts[0].high
    assert all(v.meaning and v.found for v in verdicts)
    assert all(bool(v.change) == (v.supported and v.cause in REMOVABLE) for v in verdicts)


def test_nothing_but_an_intervention_supports_a_cause():
    """Whatever the levels and the audit look like: without probes the cause is unknown."""
    for changes in ({}, {"concentration": 0.99}, {"floor": None}, {"null": 100.0}):
        assert found([], **changes) == ["unknown"]
        assert found(singles("as_is", 0.96), **changes) == ["unknown"]
    only = [p for p in factorial(additive(beta=0.5)) if len(p.relaxed) < 2]
    assert found(only) == ["unknown"]


def test_a_part_within_the_noise_of_the_seeds_is_not_supported():
    parts = enumerate((0.3, 0.0, 0.1))
    probes = [p for seed, part in parts for p in factorial(additive(beta=part), (seed,))]
    one = row("beta_too_high", probes)
    assert not one.supported
    assert one.low < 0 < one.high
    assert found(probes) == ["unknown"]
    assert "could not be told from noise" in row("none", probes).found


def test_noise_alone_rarely_supports_a_cause():
    """2.5 % of the factors have an interval above 0; those whose part is small do not count."""
    random, wrong = np.random.default_rng(0), 0
    for _ in range(100):
        mse = 0.9 + 0.1 * random.normal(size=(3, 16))
        probes = [
            probe("factorial", float(mse[s, i]), s, cell)
            for s in range(3)
            for i, cell in enumerate(subsets())
        ]
        # Rises are part of such noise; they are let pass here, so that the parts are judged.
        limits = LIMITS.model_copy(update={"rise": 0.99})
        wrong += len(set(found(probes, limits=limits)) & set(REMOVABLE))
    assert wrong <= 0.04 * 400


def test_one_seed_supports_nothing():
    probes = factorial(additive(beta=0.5), seeds=(0,))
    assert found(probes) == ["unknown"]
    assert "one seed shows no spread" in row("none", probes).found


def test_a_small_part_is_not_supported_however_certain():
    probes = factorial(additive(beta=0.02), noise=0.0001)
    one = row("beta_too_high", probes)
    assert one.low > 0
    assert not one.supported


def test_many_small_parts_have_no_single_cause():
    probes = factorial(additive(beta=0.025, latent=0.025, encoder=0.025, decoder=0.025))
    assert found(probes) == ["unknown"]
    one = row("unknown", probes)
    assert one.gain == pytest.approx(0.1 / (NULL - FLOOR), abs=0.02)
    assert "no single factor" in one.found


def test_parts_that_are_small_even_together_leave_nothing_to_do():
    assert found(factorial(additive(beta=0.02, latent=0.02), noise=0.001)) == ["none"]


def collapses_again(cell):
    return 0.51 if cell == {"beta"} else 1.0


def test_a_relaxation_that_failed_makes_the_verdict_unknown_not_wrong():
    probes = factorial(collapses_again)
    assert found(probes) == ["unknown"]
    assert "relaxing encoder with beta relaxed raises it by 0.49" in row("unknown", probes).found
    assert "It does not count" in row("beta_too_high", probes).found


def test_a_failed_relaxation_does_not_hide_what_another_probe_shows():
    probes = [*factorial(collapses_again), *singles("longer", 0.6)]
    assert found(probes) == ["optimiser", "unknown"]


def test_overfitting_with_a_factor_relaxed_is_no_failed_relaxation():
    def test(cell):
        return 0.4 + 0.1 * ("beta" in cell)

    def train(cell):
        return 0.39 - 0.1 * ("beta" in cell)

    assert found(factorial(test)) == ["unknown"]
    assert found(factorial(test, train=train)) == ["noise_floor", "none"]


def test_at_the_floor_nothing_is_to_be_done_and_far_from_it_only_none_is_said():
    probes = factorial(additive())
    assert found(probes, null=1.5, floor=0.88) == ["noise_floor", "none"]
    assert found(probes, floor=0.4) == ["none"]
    assert found(probes, floor=None, floor_reason="binary") == ["none"]
    assert "binary" in row("noise_floor", probes, floor=None, floor_reason="binary").found


def test_near_the_floor_but_with_something_to_gain_the_error_is_not_called_noise():
    near = factorial(lambda cell: 0.41 - 0.04 * ("beta" in cell), noise=0.001)
    assert found(near) == ["beta_too_high"]


def test_of_pure_noise_nothing_is_to_be_explained():
    probes = factorial(lambda cell: 1.002)
    assert found(probes, null=1.0, floor=1.0) == ["noise_floor", "none"]
    one = row("noise_floor", probes, null=1.0, floor=1.0)
    assert "can hardly be told from the error of the train mean" in one.found
    assert one.gain is None


def test_noise_that_models_copy_is_not_explained():
    """Of few features, units can carry noise from input to output, and beta lets them."""
    probes = factorial(lambda cell: 0.977 - 0.006 * ("beta" in cell), noise=0.003)
    assert found(probes, null=1.019, floor=1.017) == ["noise_floor", "none"]
    much = factorial(lambda cell: 0.977 - 0.5 * ("beta" in cell), noise=0.003)
    assert found(much, null=1.019, floor=1.017) == ["beta_too_high"]


def copied(cell):
    """A member worse than the train mean, and changes that copy some noise."""
    return 1.06 - 0.05 * ("beta" in cell) - 0.02 * ("decoder" in cell)


def test_what_gains_and_still_predicts_nothing_is_no_cause():
    probes = [*factorial(copied), *singles("longer", 1.0)]
    levels = {"null": 1.0, "floor": 0.96, "rival": ("pca-k2", 0.99)}
    assert found(probes, **levels) == ["noise_floor"]
    one = row("beta_too_high", probes, **levels)
    assert one.gain > LIMITS.gain
    assert "It does not count: no probe and no baseline predicts more" in one.found
    assert one.change == ""
    # Where a baseline shows that there is something to predict, it is not called noise.
    assert found(probes, **levels | {"rival": ("pca-k2", 0.5)}) == ["unknown"]
    assert "hardly worse than" in row("optimiser", probes, **levels | {"rival": None}).found


def test_a_floor_near_the_null_says_noise_unless_a_probe_belies_it():
    probes = factorial(lambda cell: 0.99 - 0.03 * ("beta" in cell))
    assert found(probes, null=1.0, floor=0.98) == ["noise_floor"]
    assert found(probes, null=1.0, floor=0.9) == ["beta_too_high"]
    much = factorial(lambda cell: 0.99 - 0.5 * ("beta" in cell))
    assert found(much, null=1.0, floor=0.98) == ["beta_too_high"]


def test_two_causes_of_which_neither_alone_predicts_anything_are_heeded():
    probes = factorial(all_of("decoder", "beta", before=1.01, after=0.5))
    assert set(found(probes, null=1.0)) == {"decoder_too_weak", "beta_too_high"}


def test_a_member_below_the_estimate_of_the_floor_is_at_it():
    probes = factorial(lambda cell: 0.49 - 0.06 * (len(cell) == 4) - 0.02 * (len(cell) == 3))
    assert "noise_floor" in found(probes, floor=0.5)


def test_a_posterior_fitted_to_the_noise_does_not_lower_the_floor():
    probes = [*factorial(additive(beta=0.3)), *singles("refined_posterior", 0.1)]
    assert row("beta_too_high", probes).gain == pytest.approx(0.3 / (NULL - FLOOR), abs=0.01)


def test_a_floor_above_what_was_reached_gives_way():
    probes = factorial(additive(beta=0.5), noise=0.0)
    one = row("beta_too_high", probes, floor=0.6)
    assert one.gain == pytest.approx(0.5 / (NULL - 0.4))
    assert (
        "lay above the error of a probe (relaxed: beta)"
        in row("noise_floor", probes, floor=0.6).found
    )


def test_without_a_floor_gains_are_lower_bounds():
    probes = factorial(additive(beta=0.3), noise=0.0)
    with_floor, without = (row("beta_too_high", probes, floor=f).gain for f in (FLOOR, None))
    assert without == pytest.approx(0.3 / NULL)
    assert without < with_floor


def test_a_higher_beta_that_lowers_the_error_says_that_beta_is_too_low():
    probes = factorial(lambda cell: 0.8 + 0.03 * ("beta" in cell))
    higher = singles("beta_higher", 0.6, beta=100.0)
    assert found(probes, higher) == ["beta_too_low"]
    one = row("beta_too_low", [*probes, *higher])
    assert one.change == "grid.betas: 10 → 100"
    assert one.predicted_mse == pytest.approx(0.6, abs=0.01)
    worse = singles("beta_higher", 0.9, beta=100.0)
    assert "beta_too_low" not in found(probes, worse)
    assert "adds 0.1" in row("beta_too_low", [*probes, *worse]).found


def test_the_best_way_to_train_has_an_interval_for_the_best_of_several():
    probes = factorial(additive())
    same = singles("longer", 0.8)
    alone = row("optimiser", [*probes, *same])
    others = [replace(p, probe=name) for name in ("learning_rate_low", "learning_rate_high")
              for p in singles("x", 0.9)]  # fmt: skip
    of_three = row("optimiser", [*probes, *same, *others])
    assert alone.supported
    assert of_three.gain == alone.gain
    assert of_three.high - of_three.low > 1.5 * (alone.high - alone.low)
    assert "twice the epochs" in alone.change


def test_what_training_anew_gains_over_the_member_is_the_optimisers():
    as_is = singles("as_is", 0.95)
    probes = factorial(lambda cell: 0.5)
    assert found(probes, as_is) == ["optimiser"]
    same = [replace(p, probe="as_is") for p in probes if not p.relaxed]
    assert found(probes, same) == ["none"]
    assert "No probe" in row("optimiser", [*probes, *same]).found
    levels = {
        "training": {"learning_rate": 0.3, "beta_schedule": "constant"},
        "anew_training": {"learning_rate": 0.03, "beta_schedule": "linear"},
    }
    change = row("optimiser", [*as_is, *probes], **levels).change
    assert change.endswith("beta_schedule constant → linear and learning_rate 0.3 → 0.03")


def test_probes_of_other_seeds_than_the_members_are_not_compared():
    one = row("beta_too_low", [*factorial(additive()), *singles("beta_higher", 0.2, (7, 8, 9))])
    assert (one.supported, one.gain) == (False, None)


def test_a_refined_posterior_confirms_the_encoder():
    probes = factorial(additive(encoder=0.4))
    confirmed = row("encoder_too_weak", [*probes, *singles("refined_posterior", 0.8)])
    assert "so much the encoder misses" in confirmed.found
    other = row("encoder_too_weak", [*probes, *singles("refined_posterior", 0.9)])
    assert "the decoder has settled" in other.found
    assert confirmed.supported
    assert found(factorial(additive()), singles("refined_posterior", 0.5)) == ["none"]


def rescaled(with_it, without):
    """Explained fractions in the units of the rescaled features."""
    own = singles("rescaled", 0.5, noise=0.0) + singles("measured_rescaled", 0.5, noise=0.0)
    fraction = {"rescaled": with_it, "measured_rescaled": without}
    return [replace(p, explained_test=fraction[p.probe] + 0.01 * p.seed) for p in own]


def test_the_scale_of_the_input_needs_both_its_audit_and_its_probe():
    probes = factorial(additive())
    helped, not_helped = rescaled(0.8, 0.3), rescaled(0.3, 0.3)
    assert "input_scale" in found(probes, helped, concentration=0.7)
    assert "input_scale" not in found(probes, helped, concentration=0.1)
    assert "input_scale" not in found(probes, helped)
    assert "input_scale" not in found(probes, not_helped, concentration=0.7)
    assert "input_scale" not in found(probes, concentration=0.7)
    assert "input_scale" in found(probes, helped, concentration=0.1, null_concentration=0.7)
    assert "input_scale" not in found(probes, not_helped, null_concentration=0.7)
    told = row("input_scale", probes, concentration=0.1, null_concentration=0.7).found
    assert "10 % of the squared error and 70 % of that of the train mean" in told
    assert "70 % of the squared error" in row("input_scale", probes, concentration=0.7).found
    gain = row("input_scale", [*probes, *helped], concentration=0.7).gain
    assert gain == pytest.approx(0.5)


def test_how_much_worse_than_nothing_features_are_predicted_does_not_hide_the_gain():
    worse = [
        replace(p, explained_test=-5.0 * p.seed) if p.probe == "measured_rescaled" else p
        for p in rescaled(0.5, 0.0)
    ]
    one = row("input_scale", [*factorial(additive()), *worse], concentration=0.7)
    assert one.supported
    assert one.gain == pytest.approx(0.51)


def test_what_diverged_is_said():
    probes = [
        probe("factorial", None, p.seed, p.relaxed) if p.word == "factorial:latent" and p.seed == 2
        else p for p in factorial(additive(beta=0.4))
    ]  # fmt: skip
    assert found(probes) == ["beta_too_high"]
    assert "seed 2: factorial:latent diverged" in row("beta_too_high", probes).found
    gone = [replace(p, mse_test=None) for p in probes]
    assert found(gone) == ["unknown"]
    assert "diverged" in row("unknown", gone).found
    lost = [*factorial(additive()), *(probe("beta_higher", None, s, beta=9.0) for s in range(3))]
    assert "diverged with every seed" in row("beta_too_low", lost).found


def test_a_factor_that_could_not_be_relaxed_is_no_cause():
    probes = factorial(additive(beta=0.4), noise=0.0)
    kept = [replace(p, latent=2) for p in probes]
    one = row("latent_too_small", kept)
    assert (one.supported, one.gain) == (False, pytest.approx(0, abs=1e-12))
    assert one.found == "Nothing beyond 2 was tried for the latent size."


def everything():
    random = np.random.default_rng(5)
    probes = factorial(additive(beta=0.2, latent=0.1), noise=0.01, train=lambda cell: 0.5)
    for name in ("as_is", "longer", "learning_rate_low", "refined_posterior"):
        probes += singles(name, 0.9 - 0.05 * random.random(), noise=0.01)
    return probes + singles("beta_higher", 0.95, beta=100.0) + rescaled(0.4, 0.2)


def test_a_verdict_from_the_tables_is_the_verdict_from_memory():
    probes = everything()
    texts = [
        pd.DataFrame(rows, columns=list(COLUMNS[table])).to_csv(sep="\t", index=False)
        for rows, table in (
            (probe_rows(probes), "probes.tsv"),
            (measure_rows(probes), "probe_measures.tsv"),
        )
    ]
    rows, measures = (
        pd.read_csv(io.StringIO(t), sep="\t", float_precision="round_trip").to_dict("records")
        for t in texts
    )
    expected = judge(evidence(probes, concentration=0.9), LIMITS)
    assert judge(evidence(from_rows(rows, measures), concentration=0.9), LIMITS) == expected
    assert judge(evidence(from_rows(rows), concentration=0.9), LIMITS) == expected


def test_the_order_of_probes_changes_no_verdict():
    probes = everything()
    shuffled = [probes[i] for i in np.random.default_rng(2).permutation(len(probes))]
    assert judge(evidence(shuffled), LIMITS) == judge(evidence(probes), LIMITS)


def test_evidence_is_about_one_member():
    with pytest.raises(ValueError, match="k4-b1"):
        evidence([replace(probe("as_is", 0.5), member="k4-b1")])


CHANGED = {
    "gain": (0.6, factorial(additive(beta=0.3)), {}),
    "confidence": (0.999999, factorial(additive(beta=0.3), noise=0.01), {}),
    "rise": (0.9, factorial(lambda cell: 0.8 - 0.4 * (cell == {"beta"})), {}),
    "floor": (0.95, factorial(additive()), {}),
    "explainable": (
        0.01,
        factorial(lambda cell: 0.99 - 0.03 * ("beta" in cell), noise=0.0003),
        {"null": 1.0, "floor": 0.98},
    ),
    "concentration": (0.8, [*factorial(additive()), *rescaled(0.8, 0.3)], {"concentration": 0.7}),
}


def test_every_limit_is_tried_here_or_with_the_prescriptions():
    assert {*CHANGED, "tolerance"} == set(type(LIMITS).model_fields)


@pytest.mark.parametrize(("key", "case"), CHANGED.items(), ids=CHANGED)
def test_every_limit_has_an_effect(key, case):
    value, probes, changes = case
    limits = LIMITS.model_copy(update={key: value})
    assert found(probes, **changes) != found(probes, limits=limits, **changes)


def test_a_table_of_a_member_is_read_as_one():
    assert {p.member for p in everything()} == {MEMBER}


def test_a_cause_foretells_what_its_settings_lead_to():
    """A combination that was trained again from other weights keeps its part, and no promise."""
    probes = factorial(additive(beta=0.3))
    plain = row("beta_too_high", probes)
    again = [
        replace(p, again=1.0, first_test=p.mse_test + 0.2) if p.relaxed == {"beta"} else p
        for p in probes
    ]
    found = row("beta_too_high", again)
    assert found.gain == plain.gain
    assert found.predicted_mse == pytest.approx(plain.predicted_mse + 0.2)
    lost = [replace(p, first_test=None) if p.again else p for p in again]
    assert row("beta_too_high", lost).predicted_mse is None
