"""The audit: each planted oddity is named, and a sensible plan has none."""

import dataclasses

import numpy as np
import pytest

from vaebio.cli.audit import MARK, lines
from vaebio.metrics.analytic import Spectrum
from vaebio.model.vae import Architecture
from vaebio.settings import Grid, Train
from vaebio.training.audit import Plan, remarks
from vaebio.training.forecast import Look
from vaebio.training.grid import members

VALUES = np.array([50.0, 20.0, 8.0, 6.0, 4.0, 3.0, 2.5, 2.0])
SPECTRUM = Spectrum(VALUES, total=100.0, features=100.0)
SETTINGS = Train(epochs=200, warmup=20, minibatch=64, learning_rate=2e-3)


def plan(betas=(0.5, 1.0), latents=(2, 8), settings=SETTINGS, counted=False, **look):
    grid = Grid(betas=betas, latents=latents, seeds=(0,))
    seen = dataclasses.replace(Look(SPECTRUM, 500, 500, 0), **look)
    return Plan(members(grid), {"": Architecture(100, (8,), (8,))}, settings, seen, counted)


def marked(a_plan):
    return [r.sentence for r in remarks(a_plan) if r.suspicious]


def train(**changes):
    return SETTINGS.model_copy(update=changes)


def test_nothing_is_marked_where_nothing_is_odd():
    assert marked(plan()) == []
    text = "\n".join(lines(plan()))
    assert "Nothing looks wrong" in text
    assert MARK not in text


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (plan(betas=(1.0, 50.0)), ["Beta 50 is not below 50", "expected to collapse"]),
        (plan(betas=(60.0, 70.0)), ["Beta 60 and 70 are", "below 2"]),
        (plan(betas=(7.0,), latents=(2, 3, 8)), ["3 and 8", "7 (3 units)", "keep 3", "below 6"]),
        (plan(settings=train(warmup=200)), ["lasts the whole run", "train.warmup to 50"]),
        (plan(settings=train(warmup=120)), ["120 of 200 epochs", "train.epochs to 480"]),
        (plan(settings=train(epochs=40, warmup=5)), ["The run is short", "to 63 or more"]),
        (plan(settings=train(minibatch=500)), ["all 500 train", "minibatch to 64"]),
        (plan(constant=3), ["3 features have one and the same value in all of train"]),
        (plan(constant=1, of=900), ["1 feature has", "all of 500 observations"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_oddity_is_named_with_what_to_change(odd, words):
    [first, *_] = [s for s in marked(odd) if words[0] in s]
    for word in words:
        assert word in first


def test_the_table_has_the_units_that_beta_and_latent_allow():
    table = {
        row[0].strip(MARK): row[1:]
        for row in (line.replace(MARK, "").split() for line in lines(plan((1, 5, 50), (2, 8))))
        if len(row) == 3
    }
    assert table["1"] == ["2", "8"]
    assert table["5"] == ["2", "4"]
    assert table["50"] == ["0", "0"]


def test_train_without_further_directions_makes_latent_sizes_alike():
    flat = Spectrum(np.array([3.0, 1.0, 0.0, 0.0]), 4.0, 100.0)
    [sentence] = marked(plan(latents=(2, 4), betas=(0.1,), spectrum=flat))
    assert "no more directions" in sentence


def test_beta_is_translated_into_the_weight_of_a_mean_error():
    """By the law of tests/model/test_reduction.py, with 100 features."""
    text = " ".join(r.sentence for r in remarks(plan()))
    assert "Beta 1 is a KL weight of 0.02 " in text
    assert "a weight of 1 there is beta 50 here" in text
    counting = plan(counted=True)
    counting.architectures[""] = Architecture(100, (8,), (8,), likelihood="nb")
    assert "a KL weight of 0.01 " in " ".join(r.sentence for r in remarks(counting))


def test_what_no_formula_foretells_is_said_and_has_no_table():
    counting = plan(betas=(99.0,), counted=True)
    counting.architectures[""] = Architecture(100, (8,), (8,), likelihood="nb")
    text = "\n".join(lines(counting))
    assert "cannot be foretold" in text
    assert "Expected active units" not in text
    assert "collapse" not in text


def test_a_free_or_targeted_rate_is_told_as_it_is_priced():
    capacity, free = (plan(settings=train(**c)) for c in ({"capacity": 9.0}, {"free_bits": 0.2}))
    assert "|rate (KL) - 9|" in remarks(capacity)[0].sentence
    assert "0.2 nats of each unit free" in remarks(free)[0].sentence


@pytest.mark.parametrize("price", [{"capacity": 9.0}, {"free_bits": 0.2}], ids=str)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({}, "a unit pays if it explains more variance"),
        ({"sigma": "shared"}, "the calibrated ELBO"),
        ({"likelihood": "nb"}, "the ELBO"),
    ],
    ids=str,
)
def test_beta_1_is_no_elbo_and_no_noise_where_the_rate_has_another_price(kind, said, price):
    texts = []
    for settings in (train(), train(**price)):
        one = plan(settings=settings)
        one.architectures[""] = Architecture(100, (8,), (8,), **kind)
        texts.append(" ".join(r.sentence for r in remarks(one)))
    assert said in texts[0]
    assert said not in texts[1]
    weights = ["KL weight of" in text for text in texts]
    assert weights == [kind != {"sigma": "shared"}] * 2


def test_a_warmup_of_cycles_has_its_value_before_the_last_step():
    once, cycles = (
        marked(plan(settings=train(warmup=200, beta_schedule=s)))[0] for s in ("linear", "cyclical")
    )
    assert "in the last step alone" in once
    assert "last step" not in cycles
    assert "no weights are chosen" in cycles


def test_counts_under_a_gaussian_are_pointed_out_without_a_mark():
    [found] = [r for r in remarks(plan(counted=True)) if "counts" in r.sentence]
    assert not found.suspicious
    assert "nb" in found.sentence
