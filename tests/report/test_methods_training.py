from dataclasses import replace

import pytest

from vaebio.report import curves, methods_training
from vaebio.report.references import Citations


def told(results, **train):
    """The paragraph, and the keys it cites."""
    settings = results.config.train.model_copy(update=train)
    citations = Citations()
    config = results.config.model_copy(update={"train": settings})
    return methods_training.paragraph(replace(results, config=config), citations), set(
        citations.keys
    )


@pytest.mark.parametrize(
    ("schedule", "said", "source"),
    [
        ("linear", "Beta rose linearly from 0 to its value over the first 20 epochs", "bowman2016"),
        ("cosine", "Beta rose along half a cosine from 0", "bowman2016"),
        ("logistic", "Beta rose along a logistic curve from 0", "bowman2016"),
        ("cyclical", "beta had 4 cycles: in each it rose linearly", "fu2019"),
    ],
)
def test_each_schedule_of_beta_is_said_with_its_source(small, schedule, said, source):
    text, keys = told(small, epochs=100, beta_schedule=schedule)
    assert said in text and source in keys
    assert text.count(" from 0 ") == 1


@pytest.mark.parametrize("train", [{"beta_schedule": "constant"}, {"warmup": 0}])
def test_without_a_warm_up_none_is_told(small, train):
    text, keys = told(small, **train)
    assert "Beta had its value from the first step." in text and "warm-up" not in text
    assert not {"bowman2016", "sonderby2016", "fu2019"} & keys
    settings = small.config.train.model_copy(update=train)
    assert curves.warmup(settings) == 0 and curves.shading(settings) == ""


@pytest.mark.parametrize("warmup", [30, 31, 500])
def test_a_warm_up_is_cut_to_the_epochs_and_then_nobody_stops_early(small, warmup):
    text, _ = told(small, epochs=30, warmup=warmup)
    assert "over the first 30 epochs" in text and f"{500} epochs" not in text
    assert "no member stopped early" in text and "best weights" not in text
    settings = small.config.train.model_copy(update={"epochs": 30, "warmup": warmup})
    assert curves.warmup(settings) == 30


def test_the_capacity_rises_in_the_place_of_beta(small):
    text, _ = told(small, epochs=100, capacity=25.0)
    assert "The capacity rose linearly from 0 to its value" in text and "Beta was constant" in text
    assert "Beta rose" not in text
    settings = small.config.train.model_copy(update={"capacity": 25.0})
    assert "the capacity rises" in curves.shading(settings)


def test_weight_decay_makes_it_adamw(small):
    text, keys = told(small, weight_decay=0.01)
    assert "AdamW" in text and "decay of weights 0.01 but none of biases" in text
    assert {"loshchilov2019", "kingma2015adam"} <= keys
    plain, keys = told(small)
    assert "AdamW" not in plain and "loshchilov2019" not in keys


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_the_end_of_the_learning_rate_is_a_number(small, schedule):
    text, keys = told(
        small, epochs=90, learning_rate_schedule=schedule, learning_rate=0.01, learning_rate_end=0.1
    )
    assert "to 0.001 at epoch 90" in text
    assert ("loshchilov2017" in keys) == (schedule == "cosine")
    assert "learning rate fell" not in told(small)[0]


@pytest.mark.parametrize(("stopping", "said"), [("objective", "objective"), ("elbo", "ELBO")])
def test_stopping_names_what_it_looked_at(small, stopping, said):
    text, _ = told(small, epochs=100, stopping=stopping)
    assert f"without a better {said}" in text and "30 epochs, counted from the end" in text


def test_tf32_is_said_only_where_it_was_allowed(small):
    assert "TF32" in told(small, precision="tf32")[0] and "TF32" not in told(small)[0]
