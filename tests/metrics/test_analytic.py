"""The analytic frontier against a numerical optimum, scikit-learn's pPCA, and its own laws."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.decomposition import PCA

from vaebio.metrics import analytic
from vaebio.metrics.analytic import Spectrum, expected, spectrum

N, FEATURES, LATENT = 40, 5, 3


@pytest.fixture
def x():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, FEATURES)) @ rng.normal(size=(FEATURES, FEATURES)) + 3
    return x / x.std(axis=0)


def plain(x, decoder, encoder, log_var, beta):
    """Loss, rate and both errors of a linear VAE, from the definitions of the two terms."""
    z = x @ encoder
    noise = np.sum(np.exp(log_var) * np.square(decoder).sum(axis=1))
    of_mean = np.square(x - z @ decoder).sum(axis=1).mean()
    rate = 0.5 * np.sum(np.square(z).mean(axis=0) + np.exp(log_var) - 1 - log_var)
    return 0.5 * (of_mean + noise) + beta * rate, rate, of_mean, of_mean + noise


@pytest.mark.parametrize("beta", [0.05, 0.4, 1.5])
def test_it_is_the_optimum_that_a_numerical_search_finds(x, beta):
    centred, size = x - x.mean(axis=0), FEATURES * LATENT

    def parts(flat):
        encoder, decoder = flat[:size], flat[size : 2 * size]
        shapes = encoder.reshape(FEATURES, LATENT), decoder.reshape(LATENT, FEATURES)
        return plain(centred, shapes[1], shapes[0], flat[2 * size :], beta)

    start = np.random.default_rng(1).normal(size=2 * size + LATENT) / 2
    best = minimize(
        lambda flat: parts(flat)[0], start, options={"maxiter": 5000, "gtol": 1e-7}, tol=1e-12
    )
    _, rate, mse, mse_sample = parts(best.x)
    found = expected(spectrum(x, LATENT), beta, LATENT)
    assert found.rate == pytest.approx(rate, rel=1e-3)
    assert found.mse == pytest.approx(mse / FEATURES, rel=1e-3)
    assert found.mse_sample == pytest.approx(mse_sample / FEATURES, rel=1e-3)


def test_it_is_the_ppca_of_scikit_learn_at_its_own_noise_variance(x):
    """Same posterior mean: shrunken projections on the components [tipping1999, section 3.3]."""
    pca = PCA(LATENT, svd_solver="full").fit(x)
    # scikit-learn divides by n - 1; the loss is a mean over n.
    values, beta = (v * (N - 1) / N for v in (pca.explained_variance_, pca.noise_variance_))
    shrunken = pca.transform(x) * (1 - beta / values)
    error = np.square(x - pca.inverse_transform(shrunken)).mean()
    found = expected(spectrum(x, LATENT), beta, LATENT)
    assert found.mse == pytest.approx(error)
    assert found.active_units == LATENT
    np.testing.assert_allclose(found.rate_per_unit, 0.5 * np.log(values / beta))


def test_eigenvalues_are_those_of_the_covariance_with_divisor_n(x):
    expected_values = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    found = spectrum(x, FEATURES)
    np.testing.assert_allclose(found.leading, expected_values)
    assert found.total == pytest.approx(expected_values.sum())


def test_few_observations_and_few_features_give_the_same_by_either_gram_matrix():
    wide = np.random.default_rng(0).normal(size=(6, 9))
    values = np.linalg.eigvalsh(np.cov(wide.T, bias=True))[::-1]
    found = spectrum(wide, 9).leading
    np.testing.assert_allclose(found[:5], values[:5])
    assert (found[5:] == 0).all(), "six observations have five directions"


def test_at_beta_0_it_is_pca_of_infinite_rate(x):
    found = expected(spectrum(x, LATENT), 0.0, LATENT)
    pca = PCA(LATENT, svd_solver="full").fit(x)
    error = np.square(x - pca.inverse_transform(pca.transform(x))).mean()
    assert found.mse == pytest.approx(error)
    assert found.mse == found.mse_sample
    assert found.rate == np.inf
    assert found.active_units == LATENT


def test_above_the_largest_eigenvalue_nothing_is_left_but_the_mean(x):
    of_train = spectrum(x, LATENT)
    for beta in (of_train.leading[0], 2 * of_train.leading[0]):
        found = expected(of_train, float(beta), LATENT)
        assert (found.active_units, found.rate) == (0, 0)
        assert found.mse == found.mse_sample == pytest.approx(x.var(axis=0).mean())


def test_a_unit_is_active_exactly_above_beta(x):
    of_train = spectrum(x, LATENT)
    for i, value in enumerate(of_train.leading):
        assert expected(of_train, float(value) * (1 - 1e-9), LATENT).active_units == i + 1
        assert expected(of_train, float(value), LATENT).active_units == i


def test_more_beta_never_carries_more_nor_errs_less(x):
    of_train = spectrum(x, FEATURES)
    found = [expected(of_train, beta, FEATURES) for beta in np.geomspace(1e-3, 10, 60).tolist()]
    for below, above in zip(found, found[1:], strict=False):
        assert above.rate <= below.rate
        assert above.active_units <= below.active_units
        assert above.mse >= below.mse
        assert above.mse_sample >= below.mse_sample
    assert all(one.mse <= one.mse_sample for one in found)


def test_more_latents_never_carry_less_and_change_nothing_beyond_what_beta_allows(x):
    of_train = spectrum(x, FEATURES)
    found = [expected(of_train, 0.3, k) for k in range(1, FEATURES + 1)]
    for smaller, larger in zip(found, found[1:], strict=False):
        assert larger.rate >= smaller.rate
        assert larger.mse <= smaller.mse
    allowed = found[-1].active_units
    assert allowed < FEATURES
    assert {one.mse for one in found[allowed - 1 :]} == {found[-1].mse}


def test_told_batches_leave_the_variance_within_them(x):
    rng = np.random.default_rng(0)
    batch = rng.integers(3, size=N)
    shifted = x + 5 * rng.normal(size=(3, FEATURES))[batch]
    within = sum(np.cov(shifted[batch == b].T, bias=True) * np.mean(batch == b) for b in range(3))
    found = spectrum(shifted, FEATURES, batch=batch)
    np.testing.assert_allclose(found.leading, np.linalg.eigvalsh(within)[::-1])
    assert found.leading[0] < spectrum(shifted, FEATURES).leading[0] / 2


def test_an_error_is_averaged_over_what_was_measured():
    values = np.array([3.0, 1.0])
    all_there, half = (Spectrum(values, 5.0, features) for features in (10.0, 5.0))
    assert expected(half, 0.5, 2).mse == pytest.approx(2 * expected(all_there, 0.5, 2).mse)


def test_more_units_than_eigenvalues_are_known_is_an_error_not_a_guess(x):
    with pytest.raises(ValueError, match="3 units"):
        expected(spectrum(x, 2), 1.0, 3)


def test_the_randomised_eigenvalues_are_lower_bounds_and_near():
    rng = np.random.default_rng(0)
    scale = np.linspace(3, 0.3, 12)
    factors = (scale * rng.normal(size=(400, 12))) @ rng.normal(size=(12, 300))
    x = factors / 3 + rng.normal(size=(400, 300))
    exact, near = spectrum(x, 20), spectrum(x, 20, exact=0)
    assert (exact.exact, near.exact) == (True, False)
    assert (near.leading <= exact.leading * (1 + 1e-9)).all()
    np.testing.assert_allclose(near.leading[:10], exact.leading[:10], rtol=1e-4)
    np.testing.assert_allclose(near.leading, exact.leading, rtol=0.05)
    assert near.total == pytest.approx(exact.total)


def test_a_small_matrix_is_never_left_to_the_randomised_method():
    few = np.random.default_rng(0).normal(size=(30, 20))
    assert spectrum(few, 10, exact=0).exact
    assert 2 * analytic.BLOCKS * (10 + analytic.MORE) >= 20
