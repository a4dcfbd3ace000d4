"""The simplest combination within a standard error of the best, in planted grids."""

import numpy as np
import pytest
from scipy import stats

from vaebio.choosing.recommended import simplest

BEST = {"latent": 16, "beta": 0.3, "mse": 0.8}


def found(tables, standard_errors=1.0):
    return simplest(tables.grid(), standard_errors).combination


def test_a_simpler_one_that_is_as_good_is_taken_and_a_worse_one_is_not(planted):
    near = {"latent": 4, "beta": 1, "mse": [0.8005, 0.7998, 0.8003]}
    worse = {"latent": 2, "beta": 1, "mse": [0.81, 0.811, 0.809]}
    assert found(planted(BEST, near, worse)) == "k4-b1"


def test_what_makes_observations_hard_for_all_members_gives_no_room(planted):
    """The gap is small beside the spread over observations, and large beside that of the pairs."""
    worse = {"latent": 2, "beta": 1, "mse": [0.81, 0.811, 0.809]}
    tables = planted(BEST, worse, hard=0.5, noise=0.01)
    unpaired = stats.sem(tables.errors["k16-b0.3-s0"])
    assert unpaired > 0.04
    assert found(tables) == "k16-b0.3"


def test_noise_of_the_pairs_gives_room(planted):
    worse = {"latent": 2, "beta": 1, "mse": [0.81, 0.811, 0.809]}
    assert found(planted(BEST, worse, noise=0.5)) == "k2-b1"


def test_a_combination_with_one_seed_gone_wrong_earns_no_room_by_that(planted):
    """Its gap is one standard error of itself, whatever the size of the accident."""
    unsteady = {"latent": 2, "beta": 1, "mse": [0.8, 0.8, 0.95]}
    tables = planted(BEST, unsteady, noise=0.001)
    assert stats.sem([0, 0, 0.15]) == pytest.approx(0.05)
    assert found(tables) == "k16-b0.3"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"latent": 4, "beta": 0.1}, {"latent": 8, "beta": 10}),
        ({"latent": 4, "beta": 10}, {"latent": 4, "beta": 0.1}),
        (
            {"latent": 4, "beta": 1, "encoder": "32", "prefix": "e32-"},
            {"latent": 4, "beta": 1},
        ),
        (
            {"latent": 4, "beta": 1, "decoder": "linear", "prefix": "dlinear-"},
            {"latent": 4, "beta": 1, "decoder": "8-8", "prefix": "d8x8-"},
        ),
    ],
    ids=["latent", "beta", "encoder", "decoder"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_simplest_is_small_latent_then_large_beta_then_small_network(planted, one, other, turned):
    rows = [{**one, "mse": 0.8004}, {**other, "mse": 0.8002}]
    tables = planted(BEST, *(rows[::-1] if turned else rows), noise=0.1)
    name = f"{one.get('prefix', '')}k{one['latent']}-b{one['beta']:g}"
    assert found(tables) == name


def test_more_standard_errors_give_more_room_and_none_gives_none(planted):
    near = {"latent": 4, "beta": 1, "mse": 0.8004}
    far = {"latent": 2, "beta": 1, "mse": 0.83}
    tables = planted(BEST, near, far, noise=0.05)
    assert found(tables, 0) == "k16-b0.3"
    assert found(tables, 1) == "k4-b1"
    assert found(tables, 100) == "k2-b1"


def test_one_seed_is_judged_by_its_observations(planted):
    rows = [{**r, "seeds": (0,)} for r in (BEST, {"latent": 2, "beta": 1, "mse": 0.803})]
    assert found(planted(*rows, noise=0.001)) == "k16-b0.3"
    assert found(planted(*rows, noise=0.1)) == "k2-b1"


def test_seeds_that_both_have_are_compared(planted):
    """Seed 2 is hard for all, and one of the two does not have it."""
    rows = {**BEST, "mse": [0.8, 0.8, 0.9]}, {"latent": 2, "beta": 1, "mse": 0.81, "seeds": (0, 1)}
    other = {"latent": 8, "beta": 1, "mse": [0.7, 0.7, 0.7]}
    tables = planted(*rows, other, noise=0.001)
    assert found(tables) == "k8-b1"


def test_without_a_validation_error_there_is_none(planted):
    tables = planted({**BEST, "mse": np.nan})
    assert simplest(tables.grid()) is None
