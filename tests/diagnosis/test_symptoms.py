import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from vaebio.diagnosis.curve import POINTS, Curve, binned, curves, noise, trend
from vaebio.diagnosis.known import Known
from vaebio.diagnosis.symptoms import SYMPTOMS, symptoms
from vaebio.settings import Diagnose
from vaebio.terms import COLUMNS

SETTINGS = Diagnose().symptoms
KNOWN = Known(null=1.0, floor=0.6, null_train=1.0)
N = 120


def curve(mse, rate=5.0, train=None, beta=1.0, noise_of=0.001, member="k2-b10"):
    epoch = np.arange(1, N + 1)
    random = np.random.default_rng(0)
    mse = np.broadcast_to(mse, N) + noise_of * random.normal(size=N)
    train = mse if train is None else train
    values = (np.broadcast_to(v, N).astype(float) for v in (rate, train, beta))
    return Curve(member, epoch, mse, *values)


def falling(high, low, epochs):
    """Falls from one level to another within so many epochs, and stays."""
    return low + (high - low) * np.exp(-np.arange(N) / (epochs / 5))


def ramp(high, low, first, last):
    """Straight from one level to another between two epochs."""
    return np.interp(np.arange(1, N + 1), [first, last], [high, low])


def names(one, known=KNOWN, settings=SETTINGS):
    return [s.symptom for s in symptoms(one, known, settings)]


def the(symptom, one, known=KNOWN, settings=SETTINGS):
    return next(s for s in symptoms(one, known, settings) if s.symptom == symptom)


def test_a_good_fit_has_no_symptom():
    assert names(curve(falling(1.0, 0.62, 40))) == []


def test_a_flat_error_far_above_the_floor_is_a_stall():
    one = the("stall", curve(falling(1.0, 0.8, 40)))
    assert 15 < one.first_epoch < 50
    assert one.last_epoch == N
    assert "50 % of what could be explained" in one.evidence
    assert "noise floor 0.6, null 1" in one.evidence


def test_an_error_that_still_falls_has_not_converged_and_does_not_stall():
    one = curve(ramp(1.0, 0.7, 1, N))
    assert names(one) == ["not_converged"]
    assert the("not_converged", one).last_epoch == N


def test_one_that_fell_before_and_is_flat_at_last_has_converged():
    one = curve(ramp(1.0, 0.62, 1, 106))
    assert "not_converged" not in names(one)


def test_one_that_falls_within_its_noise_has_converged():
    assert "not_converged" not in names(curve(ramp(0.803, 0.8, 1, N), noise_of=0.02))


def test_the_seed_question_is_found_where_it_was_planted():
    """KL from 3 to 0.2 nats between epochs 40 and 80, the error where it was."""
    one = the("kl_falls_mse_flat", curve(falling(1.0, 0.81, 20), ramp(3.0, 0.2, 40, 80)))
    assert abs(one.first_epoch - 40) <= 5
    assert abs(one.last_epoch - 80) <= 5
    assert "the KL fell from 3 to 0.2" in one.evidence
    assert "while the MSE stayed at 0.81" in one.evidence


def test_an_error_that_rises_while_the_kl_falls_counts_too():
    one = the("kl_falls_mse_flat", curve(ramp(0.7, 0.9, 40, 80), ramp(3.0, 0.2, 40, 80)))
    assert "the MSE rose from 0.7" in one.evidence


@pytest.mark.parametrize(
    ("mse", "rate"),
    [
        pytest.param(falling(1.0, 0.8, 20), 3.0, id="the rate is constant"),
        pytest.param(falling(1.0, 0.8, 20), ramp(1.0, 4.0, 20, 100), id="the rate rises"),
        pytest.param(ramp(1.0, 0.7, 1, N), ramp(3.0, 0.2, 1, N), id="both fall"),
        pytest.param(0.9, 3 + 0.5 * np.random.default_rng(1).normal(size=N), id="noise alone"),
        pytest.param(0.9, ramp(0.04, 0.01, 1, N), id="there is no rate left to fall"),
    ],
)
def test_without_a_falling_rate_and_a_flat_error_the_seed_question_is_not_asked(mse, rate):
    assert "kl_falls_mse_flat" not in names(curve(mse, rate))


def test_a_rate_that_falls_while_beta_rises_is_told_as_warm_up():
    warm = curve(0.81, ramp(3.0, 0.2, 1, 40), beta=ramp(0.25, 10.0, 1, 40))
    one = the("kl_falls_mse_flat", warm)
    assert "warm-up" in one.evidence
    later = curve(0.81, ramp(3.0, 0.2, 60, 100), beta=ramp(0.25, 10.0, 1, 40))
    assert "warm-up" not in the("kl_falls_mse_flat", later).evidence
    unknown = curve(0.81, ramp(3.0, 0.2, 1, 40), beta=np.nan)
    assert "warm-up" not in the("kl_falls_mse_flat", unknown).evidence


def test_little_rate_far_above_the_floor_is_a_collapse():
    one = the("collapse", curve(1.0, ramp(3.0, 0.02, 20, 60)))
    assert 55 <= one.first_epoch <= 61
    assert "below 0.1 nats" in one.evidence
    assert "collapse" not in names(curve(0.62, 0.02)), "near the floor nothing is lost"


def test_few_active_units_are_a_collapse():
    of = {"null": 1.0, "floor": 0.6, "possible_units": 16}
    few = the("collapse", curve(0.9), Known(active_units=3, **of))
    assert "3 of the 16 units" in few.evidence
    assert "collapse" not in names(curve(0.9), Known(active_units=9, **of))
    assert "collapse" not in names(curve(0.9), Known(active_units=3, null=1.0, floor=0.6))


def test_validation_that_rises_while_train_falls_is_overfitting():
    mse = ramp(0.7, 0.8, 40, N)
    one = the("overfit", curve(mse, train=ramp(0.7, 0.5, 1, N)))
    assert 30 <= one.first_epoch <= 45
    assert one.last_epoch == N


def test_what_rises_on_train_too_is_no_overfitting():
    """As when beta comes into force, or a member collapses."""
    mse = ramp(0.7, 0.9, 40, 80)
    assert "overfit" not in names(curve(mse, train=mse - 0.01))


def test_a_gap_to_train_is_overfitting_beyond_that_of_the_train_mean():
    one = curve(falling(1.0, 0.8, 30), train=falling(1.0, 0.7, 30))
    assert "0.1 apart" in the("overfit", one).evidence
    alike = Known(null=1.0, floor=0.6, null_train=0.9)
    assert "overfit" not in names(one, alike)


def test_a_history_without_train_says_nothing_about_overfitting():
    assert "overfit" not in names(curve(ramp(0.7, 0.8, 40, N), train=np.nan))


def test_a_value_that_is_not_finite_is_divergence_and_the_rest_is_still_read():
    mse = falling(1.0, 0.8, 30)
    mse[90:] = np.nan
    found = {s.symptom: s for s in symptoms(curve(mse), KNOWN, SETTINGS)}
    assert (found["diverged"].first_epoch, found["diverged"].last_epoch) == (91, N)
    assert found["stall"].last_epoch == 90
    at_once = np.full(N, np.inf)
    assert names(curve(at_once)) == ["diverged"]


def test_where_nothing_can_be_explained_a_flat_error_is_no_symptom():
    assert names(curve(1.0), Known(null=1.0, floor=0.999)) == []


def test_without_a_floor_the_evidence_says_so():
    assert "noise floor not known" in the("stall", curve(0.9), Known(null=1.0)).evidence
    assert "noise floor not known" in the("stall", curve(0.9), Known()).evidence


CHANGED = {
    "gain": (0.2, curve(ramp(1.0, 0.7, 1, N))),
    "explained": (0.99, curve(falling(1.0, 0.62, 40))),
    "overfit": (0.5, curve(falling(1.0, 0.8, 30), train=falling(1.0, 0.7, 30))),
    "units": (0.1, curve(0.7, member="few units")),
    "rate": (0.001, curve(0.9, 0.02)),
    "rate_fall": (0.99, curve(0.81, ramp(3.0, 0.2, 40, 80))),
    "shortest": (N + 1, curve(falling(1.0, 0.8, 40))),
    "confidence": (0.999999, curve(ramp(0.87, 0.8, 1, N), noise_of=0.008)),
}


def test_every_setting_is_tried():
    assert set(CHANGED) == set(type(SETTINGS).model_fields)


@pytest.mark.parametrize(("key", "case"), CHANGED.items(), ids=CHANGED)
def test_every_setting_has_an_effect(key, case):
    value, one = case
    few = {"active_units": 3, "possible_units": 16} if one.member == "few units" else {}
    known = Known(null=1.0, floor=0.6, **few)
    changed = SETTINGS.model_copy(update={key: value})
    assert names(one, known) != names(one, known, changed)


def test_a_scale_of_the_error_changes_no_symptom():
    mse, rate = falling(1.0, 0.81, 20), ramp(3.0, 0.2, 40, 80)
    large = Known(null=100.0, floor=60.0, null_train=100.0)
    assert names(curve(100 * mse, rate, noise_of=0.1), large) == names(curve(mse, rate))


def history(some):
    rows = [
        (c.member, e, split, 0.0, c.rate[i], values[i], c.beta[i], 0.001)
        for c in some
        for split, values in (("train", c.train), ("validation", c.mse))
        for i, e in enumerate(c.epoch)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["history.tsv"]))


def test_curves_come_back_from_the_table_whatever_the_order_of_its_rows():
    some = [curve(falling(1, 0.8, 20), member=name) for name in ("k2-b1-s0", "k16-b1-s0")]
    table = history(some)
    mixed = table.groupby("member", sort=False, group_keys=False).sample(frac=1, random_state=0)
    for given in (table, mixed):
        found = {c.member: c for c in curves(given)}
        for expected in some:
            for name in ("epoch", "mse", "rate", "train", "beta"):
                own = getattr(found[expected.member], name)
                np.testing.assert_array_equal(own, getattr(expected, name))


def test_the_trend_is_that_of_all_pairs():
    random = np.random.default_rng(4)
    x, y = np.arange(30.0), np.linspace(2, 1, 30) + 0.05 * random.normal(size=30)
    pairs = [(y[j] - y[i]) / (x[j] - x[i]) for i in range(30) for j in range(i + 1, 30)]
    found = trend(x, y, 0.95)
    assert found.fall == pytest.approx(-np.median(pairs) * 29)
    assert found.low < found.fall < found.high
    assert found.falls
    assert found.low == pytest.approx(-stats.theilslopes(y, x, 0.95).high_slope * 29)


def test_noise_is_told_from_the_course():
    random = np.random.default_rng(5)
    course = np.linspace(10, 3, 400)
    assert noise(course + 0.2 * random.normal(size=400)) == pytest.approx(0.2, rel=0.15)
    assert noise(course) == pytest.approx(0, abs=1e-9)


def test_a_long_history_is_read_in_blocks():
    n = 1003
    epoch = np.arange(1, n + 1)
    values = np.random.default_rng(0).random((4, n))
    one = binned(Curve("a", epoch, *values))
    assert len(one) <= POINTS
    assert one.epoch[-1] == n
    assert one.mse[0] == pytest.approx(values[0][:6].mean())
    assert binned(one) is one


def test_a_grid_is_read_in_seconds():
    random = np.random.default_rng(0)
    some = [
        curve(
            falling(1.0, random.uniform(0.65, 0.9), 30),
            ramp(random.uniform(1, 5), random.uniform(0, 1), 10, 100),
        )
        for _ in range(20)
    ]
    started = time.perf_counter()
    for one in some:
        symptoms(one, KNOWN, SETTINGS)
    # 0.01 s each where the processor is free.
    assert time.perf_counter() - started < 5


def test_every_symptom_is_in_the_closed_set():
    assert list(SYMPTOMS)[0] == "diverged"
    assert set(names(curve(1.0, ramp(3.0, 0.02, 20, 60)))) <= set(SYMPTOMS)
