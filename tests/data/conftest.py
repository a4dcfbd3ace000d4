"""Small raw data sets with known values."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse


def frame_names(word, n):
    return pd.Index([f"{word}{i}" for i in range(n)])


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def labels(rng):
    return rng.choice(["a", "b", "c"], size=120, p=[0.6, 0.3, 0.1])


@pytest.fixture
def raw_counts(rng, labels):
    """120 observations x 60 features, some of them hardly ever detected."""
    rates = rng.gamma(0.5, 2.0, size=60) * rng.lognormal(size=(120, 1))
    obs = pd.DataFrame({"label": labels}, index=frame_names("o", 120))
    var = pd.DataFrame(index=frame_names("f", 60))
    return AnnData(sparse.csr_matrix(rng.poisson(rates).astype(float)), obs=obs, var=var)


@pytest.fixture
def raw_continuous(rng, labels):
    values = rng.normal(size=(120, 40)) * rng.gamma(1.0, size=40) + rng.normal(size=40)
    values[:, 3] = 0.1  # never varies
    obs = pd.DataFrame({"label": labels}, index=frame_names("o", 120))
    return AnnData(values, obs=obs, var=pd.DataFrame(index=frame_names("f", 40)))


def of(values, labels):
    """Values with names of rows and columns and a label."""
    n, features = values.shape
    obs = pd.DataFrame({"label": labels}, index=frame_names("o", n))
    return AnnData(values, obs=obs, var=pd.DataFrame(index=frame_names("f", features)))


@pytest.fixture
def raw_missing(rng, raw_continuous):
    """Continuous values of which every tenth is missing; f5 mostly."""
    raw_continuous.X[rng.random(raw_continuous.shape) < 0.1] = np.nan
    raw_continuous.X[rng.random(120) < 0.8, 5] = np.nan
    return raw_continuous


@pytest.fixture
def raw_intensity(rng, labels):
    """Intensities over orders of magnitude; what is low is missing, as NaN or as 0."""
    values = rng.lognormal(rng.normal(9, 2, size=40), 1.0, size=(120, 40)) + 1
    values[values < 300 * rng.lognormal(size=values.shape)] = np.nan
    values[np.isnan(values) & (rng.random(values.shape) < 0.2)] = 0
    return of(values, labels)


@pytest.fixture
def raw_fraction(rng, labels):
    return of(rng.beta(0.5, 0.7, size=(120, 40)), labels)


@pytest.fixture
def raw_binary(rng, labels):
    """Sparse zeros and ones; f0 is never 1."""
    values = rng.random((120, 40)) < np.linspace(0, 0.6, 40)
    return of(sparse.csr_matrix(values.astype(np.float32)), labels)
