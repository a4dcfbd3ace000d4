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
