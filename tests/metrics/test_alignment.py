"""Laws of CKA and Procrustes, and other ways of computing them."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import procrustes as of_scipy

from vaebio.metrics.alignment import cka, procrustes

MEASURES = {
    "cka": cka,
    "debiased": lambda x, y: cka(x, y, debiased=True),
    "procrustes": procrustes,
}


def pair(observations=80, units=5, other=5, noise=1.0, seed=0):
    """Latents that have something in common, units of unlike size."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(observations, units)) * np.geomspace(0.2, 3, units)
    y = x @ rng.normal(size=(units, other)) + noise * rng.normal(size=(observations, other))
    return x, y


@pytest.mark.parametrize("name", MEASURES)
def test_the_axes_their_order_the_origin_and_the_scale_do_not_matter(name):
    alike = MEASURES[name]
    x, y = pair(other=3)
    turn = stats.ortho_group.rvs(3, random_state=1)
    for changed in (y @ turn, -2.5 * y, y[:, [2, 0, 1]], y + [7, -900, 3], 1e-30 * y, 1e20 * y):
        assert alike(x, changed) == pytest.approx(alike(x, y), rel=1e-6)
    assert alike(y, x) == pytest.approx(alike(x, y))
    order = np.random.default_rng(2).permutation(len(x))
    assert alike(x[order], y[order]) == pytest.approx(alike(x, y))
    assert abs(alike(x[order], y)) < 0.3 < alike(x, y)


@pytest.mark.parametrize("name", MEASURES)
def test_latents_that_are_turned_only_are_alike_and_units_of_nothing_change_nothing(name):
    x, y = pair()
    turned = 3 * x @ stats.ortho_group.rvs(5, random_state=1) - 8
    assert MEASURES[name](x, turned) == pytest.approx(1)
    wider = np.c_[y, np.full((len(y), 4), 0.7)]
    assert MEASURES[name](x, wider) == pytest.approx(MEASURES[name](x, y))


@pytest.mark.parametrize("name", MEASURES)
def test_single_precision_is_precise_enough(name):
    x, y = pair()
    single = MEASURES[name](x.astype(np.float32), y.astype(np.float32))
    assert single == pytest.approx(MEASURES[name](x, y), rel=1e-5)


def test_cka_is_that_of_the_centred_kernels():
    x, y = pair(other=3)
    n = len(x)
    centre = np.eye(n) - 1 / n
    k, m = (centre @ z @ z.T @ centre for z in (x, y))
    by_kernels = np.trace(k @ m) / np.sqrt(np.trace(k @ k) * np.trace(m @ m))
    assert cka(x, y) == pytest.approx(by_kernels)


def test_cka_by_hand():
    """Two axes of one set against one of the other: 1 / sqrt(2)."""
    x = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    assert cka(x, x[:, :1]) == pytest.approx(1 / np.sqrt(2))
    assert procrustes(x, x[:, :1]) == pytest.approx(1 / 2)
    assert cka(x[:, :1], x[:, 1:]) == pytest.approx(0)


def test_debiased_cka_is_the_estimate_with_the_kernels_diagonals_left_out():
    x, y = pair(observations=12, other=3)
    n = len(x)

    def dependence(a, b):
        k, m = (z @ z.T * (1 - np.eye(n)) for z in (a, b))
        cross = k.sum() * m.sum() / ((n - 1) * (n - 2)) - 2 * (k @ m).sum() / (n - 2)
        return (np.trace(k @ m) + cross) / (n * (n - 3))

    known = dependence(x, y) / np.sqrt(dependence(x, x) * dependence(y, y))
    assert cka(x, y, debiased=True) == pytest.approx(known)


def test_procrustes_is_that_of_scipy():
    x, y = pair()
    assert procrustes(x, y) == pytest.approx(1 - of_scipy(x, y)[2])
    narrow = y[:, :2]
    padded = np.c_[narrow, np.zeros((len(y), 3))]
    assert procrustes(x, narrow) == pytest.approx(1 - of_scipy(x, padded)[2])


@pytest.mark.parametrize(("observations", "units"), [(100, 16), (1000, 16), (100, 2)])
def test_latents_without_relation_are_above_0_by_what_is_said_unless_debiased(observations, units):
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(60, 2, observations, units))
    biased, debiased, turned = (np.mean([f(*d) for d in draws]) for f in MEASURES.values())
    assert biased == pytest.approx(units / (observations + units), rel=0.12)
    assert abs(debiased) < 0.01
    assert turned == pytest.approx(0.72 * units / observations, rel=0.25)


@pytest.mark.parametrize("name", MEASURES)
def test_what_does_not_vary_is_like_nothing(name):
    x, _ = pair()
    for constant in (3.0, 0.7, 0.0):
        assert np.isnan(MEASURES[name](x, np.full((80, 2), constant)))
    assert np.isnan(cka(x[:3], x[:3], debiased=True))
