import numpy as np
import pandas as pd
import pytest

from vaebio.choosing.grid import size

SOUND = {"latent": 2, "beta": 1, "mse": 0.8}


def test_a_combination_is_named_as_its_members_without_the_seed(planted):
    tables = planted({**SOUND, "seeds": (1, 11)}, {**SOUND, "prefix": "nb-", "likelihood": "nb"})
    grid = tables.grid()
    assert list(grid.members["combination"].unique()) == ["k2-b1", "nb-k2-b1"]
    assert grid.traits("nb-k2-b1")["likelihood"] == "nb"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "sound"),
        ({"rate_nats": 0.09}, "collapsed"),
        ({"active_units": 0}, "collapsed"),
        ({"status": "diverged"}, "diverged"),
        ({"mse": np.nan}, "diverged"),
    ],
)
def test_how_a_member_fared(planted, change, state):
    assert set(planted({**SOUND, **change}).grid().members["state"]) == {state}


def test_those_that_diverged_have_no_value_in_any_mean(planted):
    tables = planted({**SOUND, "mse": [0.8, 0.9, 5.0], "status": ["finished"] * 2 + ["diverged"]})
    assert tables.grid().means("mse", "validation").to_dict() == pytest.approx({"k2-b1": 0.85})
    assert list(tables.grid().measured("mse", "test")) == [0.8, 0.9]


def test_reasons_are_told_once(planted):
    grid = planted({**SOUND, "kmeans_ari": np.nan, "reason": "no labels"}).grid()
    assert grid.why_not("kmeans_ari", "all") == "no labels"
    assert grid.why_not("leiden_ari", "all") == "not measured"


@pytest.mark.parametrize(
    ("encoder", "decoder", "units"),
    [("128-64", "64-128", 384), ("128x64", "linear", 192), ("linear", "linear", 0)],
)
def test_the_size_of_a_network_is_its_hidden_units(encoder, decoder, units):
    assert size(pd.Series({"encoder": encoder, "decoder": decoder})) == units
