"""Built-in simulations: the same at every call, with the noise that was planted."""

from dataclasses import replace

import numpy as np
import pytest

from vaebio.data.read import read
from vaebio.data.simulated import OTHER_UNITS, SIMULATIONS, simulate
from vaebio.data.sources import BUILTINS
from vaebio.metrics.noise_floor_spectrum import noise_variance

every = pytest.mark.parametrize("name", SIMULATIONS)


@every
def test_the_same_seed_gives_the_same_values_and_another_seed_others(name):
    how = SIMULATIONS[name]
    one, again, other = (simulate(h) for h in (how, how, replace(how, seed=how.seed + 1)))
    assert np.array_equal(one.values, again.values) and np.array_equal(one.group, again.group)
    assert not np.allclose(one.values, other.values)


@every
def test_the_noise_is_the_planted_share_of_every_feature(name):
    how, made = SIMULATIONS[name], simulate(SIMULATIONS[name])
    share = made.noise.var(axis=0) / made.values.var(axis=0)
    assert share.mean() == pytest.approx(how.noise, rel=0.01)
    # Of 800 observations a share is uncertain by a twentieth.
    assert np.abs(share / how.noise - 1).max() < 0.3


@every
def test_singular_values_find_the_planted_floor(name):
    x = simulate(SIMULATIONS[name]).values.astype(float)
    found = noise_variance(((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32))
    assert found.value == pytest.approx(SIMULATIONS[name].noise, rel=0.03)


@every
def test_there_are_as_many_directions_beyond_the_noise_as_factors(name):
    how, x = SIMULATIONS[name], simulate(SIMULATIONS[name]).values.astype(float)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    values = np.linalg.svd(z, compute_uv=False) ** 2 / len(z)
    edge = how.noise * (1 + np.sqrt(z.shape[1] / len(z))) ** 2
    beyond = np.count_nonzero(values > edge)
    # Curved, the factors reach into a few more directions than there are of them.
    assert beyond >= how.factors if how.curved else beyond == how.factors


@every
def test_one_in_a_hundred_features_is_in_other_units_where_asked_for(name):
    how, deviation = SIMULATIONS[name], simulate(SIMULATIONS[name]).values.std(axis=0)
    few = how.in_other_units
    assert deviation[few:] == pytest.approx(1, rel=0.1)
    assert deviation[:few] == pytest.approx(OTHER_UNITS, rel=0.1)


@every
def test_they_are_read_like_any_data_set(name):
    raw = read(f"builtin:{name}", kind="continuous")
    assert raw.shape == (SIMULATIONS[name].observations, 784)
    assert tuple(raw.obs.columns) == BUILTINS[name]
    assert raw.obs["group"].nunique() == SIMULATIONS[name].groups
    assert np.array_equal(raw.x, simulate(SIMULATIONS[name]).values)
