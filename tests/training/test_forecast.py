"""A look at train before training: the same numbers however the data lie, and what it refuses."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse

from vaebio.data.scaling import scaled
from vaebio.model.vae import Architecture
from vaebio.training.forecast import look, why_not
from vaebio.training.inputs import Inputs

N, FEATURES = 60, 9


@pytest.fixture
def inputs():
    rng = np.random.default_rng(0)
    values = rng.poisson(1.5, (N, FEATURES)).astype(np.float32)
    values[:, 4] = 2
    mean, scale = values.mean(0), np.where(values.std(0) > 0, values.std(0), 1)
    return Inputs(values, mean, scale.astype(np.float32), 2.0, batch=np.arange(N) % 3)


def by_hand(x):
    return np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]


@pytest.mark.parametrize("lying", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_eigenvalues_are_those_of_the_scaled_and_cut_values(inputs, lying):
    found = look(dataclasses.replace(inputs, values=lying(inputs.values)), 5)
    x = scaled(inputs.values, inputs.mean, inputs.scale, inputs.clip)
    np.testing.assert_allclose(found.spectrum.leading, by_hand(x)[:5], rtol=1e-4)
    assert found.spectrum.total == pytest.approx(x.var(axis=0).sum(), rel=1e-5)
    assert (found.observations, found.of, found.constant) == (N, N, 1)


def test_what_was_filled_in_is_at_the_mean_and_no_error_is_averaged_over_it(inputs):
    imputed = (np.random.default_rng(1).random((N, FEATURES)) < 0.3).astype(np.uint8)
    found = look(dataclasses.replace(inputs, imputed=imputed), 5)
    x = scaled(inputs.values, inputs.mean, inputs.scale, inputs.clip) * (1 - imputed)
    np.testing.assert_allclose(found.spectrum.leading, by_hand(x)[:5], rtol=1e-4)
    assert found.spectrum.features == pytest.approx((1 - imputed).sum(1).mean())


def test_models_that_are_told_the_batch_have_less_to_explain(inputs):
    shifted = dataclasses.replace(inputs, values=inputs.values + 2 * inputs.batch[:, None])
    told, untold = (look(shifted, 3, batch=b).spectrum for b in (True, False))
    assert told.leading[0] < untold.leading[0] / 2


def test_a_large_train_is_looked_at_in_part_and_says_so(inputs):
    found = look(inputs, 5, most_numbers=20 * FEATURES)
    assert (found.observations, found.of) == (20, N)
    again = look(inputs, 5, most_numbers=20 * FEATURES)
    np.testing.assert_array_equal(found.spectrum.leading, again.spectrum.leading)


@pytest.mark.parametrize(
    ("change", "training", "word"),
    [
        ({"likelihood": "nb"}, {}, "nb"),
        ({"sigma": "shared"}, {}, "shared"),
        ({"sigma": "feature"}, {}, "feature"),
        ({}, {"capacity": 0.0}, "capacity"),
        ({}, {"free_bits": 0.1}, "free_bits"),
    ],
    ids=str,
)
def test_where_the_formula_does_not_hold_there_is_a_reason(change, training, word):
    plain = Architecture(5, (4,), (4,))
    assert why_not(plain, {"capacity": None, "free_bits": 0.0}) == why_not(plain, {}) == ""
    assert word in why_not(dataclasses.replace(plain, **change), training)
