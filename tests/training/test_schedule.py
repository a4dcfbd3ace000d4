import pytest
import torch

from vaebio.settings import Train
from vaebio.training.schedule import Schedule, minibatches, told, warmup_epochs

STEPS = 10


def shares(steps=STEPS, **settings):
    train = Train(**{"epochs": 40, "warmup": 20} | settings)
    schedule = Schedule(train, steps)
    return [schedule.share(step) for step in range(1, train.epochs * steps + 1)]


@pytest.mark.parametrize("shape", ["linear", "cosine", "logistic"])
def test_beta_rises_once_and_reaches_its_value_with_the_warmup(shape):
    found = shares(beta_schedule=shape)
    rise = found[: 20 * STEPS]
    assert rise == sorted(rise)
    assert 0 < rise[0] < 0.02
    assert rise[-2] < 1
    assert set(found[20 * STEPS - 1 :]) == {1.0}
    assert rise[10 * STEPS - 1] == pytest.approx(0.5, abs=0.01), "all three are symmetric"


def test_linear_is_the_share_of_steps():
    assert shares(beta_schedule="linear")[:4] == pytest.approx([0.005, 0.01, 0.015, 0.02])


def test_cosine_and_logistic_start_slowly():
    linear, cosine, logistic = (
        shares(beta_schedule=s)[3 * STEPS] for s in ("linear", "cosine", "logistic")
    )
    assert logistic < cosine < linear


def test_constant_has_no_warmup():
    assert set(shares(beta_schedule="constant")) == {1.0}
    assert warmup_epochs(Train(beta_schedule="constant")) == 0


def test_cyclical_rises_as_often_as_it_has_cycles():
    """Each time from 0 over half of a cycle, then it stays at 1 for the other half."""
    found = shares(beta_schedule="cyclical", cycles=4)
    falls = [i for i in range(1, len(found)) if found[i] < found[i - 1]]
    assert falls == [50, 100, 150]
    assert [found[i] for i in (0, 50)] == [0, 0]
    assert found[:50].count(1.0) == 25
    assert set(found[175:]) == {1.0}


@pytest.mark.parametrize("shape", ["linear", "cosine", "logistic", "cyclical"])
def test_a_warmup_longer_than_the_run_is_cut_to_it(shape):
    found = shares(warmup=1000, beta_schedule=shape)
    assert found[-1] == 1.0
    assert warmup_epochs(Train(epochs=40, warmup=1000, beta_schedule=shape)) == 40


def test_the_learning_rate_falls_to_its_end_at_the_last_step():
    for shape in ("linear", "cosine"):
        train = Train(epochs=4, warmup=0, learning_rate_schedule=shape, learning_rate_end=0.1)
        schedule = Schedule(train, STEPS)
        rates = [schedule.learning_rate(s) for s in range(1, 41)]
        assert rates == sorted(rates, reverse=True)
        assert rates[0] == train.learning_rate
        assert rates[-1] == pytest.approx(0.1 * train.learning_rate)
    constant = Schedule(Train(epochs=4), STEPS)
    assert {constant.learning_rate(s) for s in (1, 17, 40)} == {2e-3}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"warmup": 40}, "beta reaches its value at epoch 40 of 200 (linear)"),
        ({"beta_schedule": "constant"}, "beta has its value from the first step"),
        ({"beta_schedule": "cyclical", "cycles": 3}, "epoch 20 of 200 (3 cycles)"),
        ({"capacity": 25}, "the capacity of 25 nats reaches its value at epoch 20"),
        ({"epochs": 10, "warmup": 30}, "cut to the run's 10"),
        ({"learning_rate_schedule": "cosine"}, "from 0.002 to 2e-05 at epoch 200 (cosine)"),
    ],
)
def test_the_schedule_is_told_as_it_will_run(settings, words):
    assert words in "\n".join(told(Train(**settings)))


def test_minibatches_hold_every_row_once_in_nearly_equal_parts():
    parts = minibatches(103, 20, 3, torch.device("cpu"))
    assert sorted(torch.cat(parts).tolist()) == list(range(103))
    assert {len(part) for part in parts} == {17, 18}
