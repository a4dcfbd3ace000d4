from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import methods_model
from vaebio.report.references import Citations, entries


def told(results, likelihoods=("gaussian",), model=None, train=None, encoder="128"):
    """The paragraph, and the keys it cites."""
    config = results.config
    sections = {
        "model": config.model.model_copy(update=model or {}),
        "train": config.train.model_copy(update=train or {}),
    }
    parts = [results.members.assign(likelihood=name, encoder=encoder) for name in likelihoods]
    results = replace(
        results,
        members=pd.concat(parts),
        config=config.model_copy(update=sections),
        prepared={**results.prepared, "batch": "donor"},
    )
    citations = Citations()
    return methods_model.paragraph(results, citations), set(citations.keys)


@pytest.mark.parametrize(
    ("likelihood", "said", "cited"),
    [
        ("gaussian", "of the scaled values, with a standard deviation σ = 1.", set()),
        ("nb", "an inverse dispersion learned for every feature", {"lopez2018"}),
        ("zinb", "whose logits are a second output of the decoder", {"lopez2018"}),
        ("poisson", "a Poisson distribution of the counts", set()),
        ("bernoulli", "that of the values in [0, 1] before scaling", set()),
    ],
)
def test_every_likelihood_is_described_as_it_is(small, likelihood, said, cited):
    text, keys = told(small, [likelihood])
    assert said in text and (keys & {"lopez2018", "rybkin2021"}) == cited
    counts = likelihood in {"nb", "zinb", "poisson"}
    assert ("size factor" in text) == counts
    assert ("σ = 1" in text) == (likelihood == "gaussian")


@pytest.mark.parametrize(
    ("sigma", "said"),
    [
        ("shared", "σ that each member learned, one for all features"),
        ("feature", "σ that each member learned for every feature"),
    ],
)
def test_a_learned_sigma_is_said_and_cited(small, sigma, said):
    text, keys = told(small, model={"sigma": sigma})
    assert said in text and "σ = 1" not in text and "rybkin2021" in keys
    assert "σ" not in told(small, ["nb"], model={"sigma": sigma})[0]


def test_several_models_are_counted_and_described(several):
    text, _ = told(several, ["gaussian", "nb"])
    assert "every combination of 2 likelihoods, 2 betas (0.3, 3)" in text
    parts = several.members
    citations = Citations()
    text = methods_model.paragraph(replace(several, members=parts), citations)
    assert "every combination of 2 likelihoods, 2 encoders, 2 betas" in text
    assert "one hidden layer of 128 units or 2 hidden layers of 256 and 128 units" in text


def test_dropout_and_batch_are_said_only_where_they_were(small):
    text, keys = told(small, model={"dropout": 0.25, "batch": True})
    assert "25 % of the hidden units" in text and "technical batch (donor)" in text
    assert {"srivastava2014", "lopez2018"} <= keys
    plain, keys = told(small)
    assert "hidden units" not in plain and "donor" not in plain
    assert not {"srivastava2014", "lopez2018"} & keys


def test_a_linear_model_has_neither_activation_nor_dropout(small):
    linear = replace(small, members=small.members.assign(decoder="linear"))
    text, keys = told(linear, model={"dropout": 0.25}, encoder="linear")
    assert text.count("no hidden layer (linear)") == 2
    assert "relu" not in text and "left out" not in text and "ba2016" not in keys


def test_the_price_of_the_rate_is_the_one_that_was_paid(small):
    plain, _ = told(small)
    assert "distortion + beta × rate" in plain and "free bits" not in plain
    free, keys = told(small, train={"free_bits": 0.5})
    assert "0.5 nats" in free and "free bits" in free and "kingma2016" in keys
    capacity, keys = told(small, train={"capacity": 25.0})
    assert "beta × |rate − capacity|" in capacity and "25 nats" in capacity
    assert "distortion + beta × rate" not in capacity and "burgess2018" in keys


def test_every_citation_is_in_the_bibliography(small):
    for likelihood in methods_model._SAID:
        assert told(small, [likelihood])[1] <= set(entries())
