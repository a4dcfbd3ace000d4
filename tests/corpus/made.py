"""Small data sets to break, ways to write them, and checks of what was made of them."""

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from .ways import Outcome

CELLS, GENES = 40, 12


def names(word: str, n: int) -> list[str]:
    """Names with numbers of one width, so that their order is that of the alphabet."""
    return [f"{word}{i:02}" for i in range(n)]


def counts(n: int = CELLS, features: int = GENES, mean: float = 3.0) -> pd.DataFrame:
    """Counts of observations by features, some of them 0."""
    values = np.random.default_rng(0).poisson(mean, (n, features))
    return pd.DataFrame(values, names("cell", n), names("gene", features))


def continuous(n: int = CELLS, features: int = GENES) -> pd.DataFrame:
    """Values around 0 with four decimals."""
    values = np.random.default_rng(0).normal(size=(n, features)).round(4)
    return pd.DataFrame(values, names("cell", n), names("gene", features))


def classes(n: int = CELLS, column: str = "type") -> pd.DataFrame:
    """An annotation with the classes a and b in turn."""
    return pd.DataFrame({column: [*"ab"] * (n // 2)}, names("cell", n))


def h5ad(path: Path | str, table: pd.DataFrame, x: object = None, **more: object) -> None:
    """Write a table as h5ad, with another X, columns or more parts where they are given."""
    obs = more.pop("obs", pd.DataFrame(index=table.index))
    x = table.to_numpy(float) if x is None else x
    AnnData(x, obs=obs, var=pd.DataFrame(index=table.columns), **more).write_h5ad(path)


def dense(x: object) -> np.ndarray:
    """Values as a dense array."""
    return x.toarray() if sparse.issparse(x) else np.asarray(x)


def same_counts(outcome: Outcome, table: pd.DataFrame) -> None:
    """Hold the counts that were prepared, and their totals, against the table they came from."""
    adata = outcome.made.adata
    assert outcome.made.facts["kind"] == "counts", "not treated as counts"
    truth = table.loc[adata.obs_names, adata.var_names].to_numpy()
    assert np.array_equal(dense(adata.layers["counts"]), truth), "other counts than in the input"
    assert adata.shape == table.shape, f"{adata.shape} of {table.shape} were kept"
    total = table.loc[adata.obs_names].sum(axis=1).to_numpy(float)
    assert np.array_equal(adata.obs["total"], total), "totals are not the sums of the counts"
    normalised = np.log1p(truth * (1e4 / total)[:, None])
    np.testing.assert_allclose(dense(adata.X), normalised, rtol=1e-5)


def same_values(outcome: Outcome, table: pd.DataFrame) -> None:
    """Hold continuous values that were prepared against the table they came from."""
    adata = outcome.made.adata
    assert outcome.made.facts["kind"] == "continuous", "not treated as continuous"
    assert adata.shape == table.shape, f"{adata.shape} of {table.shape} were kept"
    truth = table.loc[adata.obs_names, adata.var_names].to_numpy()
    np.testing.assert_allclose(dense(adata.X), truth, rtol=1e-6)


def same_labels(outcome: Outcome, column: str, truth: pd.Series) -> None:
    """Hold a column about the observations against what each of them must have."""
    found = outcome.made.adata.obs[column].astype(str)
    wrong = [name for name in found.index if found[name] != str(truth[name])]
    assert not wrong, f"{wrong[0]} has `{found[wrong[0]]}`, not `{truth[wrong[0]]}`"


def features(outcome: Outcome) -> list[str]:
    """Names of the features that were kept."""
    return list(outcome.made.adata.var_names)
