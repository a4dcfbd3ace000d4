"""Data sets that need no file: one that ships with a dependency, and simulated ones."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse

from vaebio.data.formats.frames import named
from vaebio.data.raw import Raw
from vaebio.data.simulated import SIMULATIONS, Simulation, simulate
from vaebio.errors import VaebioError


def _pbmc68k() -> Raw:
    """700 blood cells x 765 genes that ship with scanpy, as UMI counts.

    scanpy keeps log1p of counts per 10,000 and the total of each observation; together they give
    the counts back.
    """
    import scanpy

    source = scanpy.datasets.pbmc68k_reduced()
    exact = sparse.csr_matrix(source.raw.X, dtype=np.float64).expm1()
    exact = exact.multiply(source.obs["n_counts"].to_numpy()[:, None] / 1e4).tocsr()
    counts = exact.copy()
    counts.data = np.rint(exact.data)
    if np.abs(counts.data - exact.data).max() > 0.25:
        raise VaebioError(
            found="the values of scanpy's pbmc68k_reduced are not counts per 10,000 under log1p",
            expected="those of scanpy 1.10 to 1.12",
            hint="install one of these versions of scanpy",
        )
    counts.eliminate_zeros()
    obs = source.obs.set_axis(named(source.obs.index))
    return Raw(obs, pd.DataFrame(index=named(source.raw.var_names)), counts)


def _simulated(how: Simulation) -> Raw:
    """A simulated data set; the label is the column `group`."""
    made = simulate(how)
    n, features = made.values.shape
    obs = pd.DataFrame({"group": made.group}, index=_numbered("observation", n))
    return Raw(obs, pd.DataFrame(index=_numbered("feature", features)), made.values)


def _numbered(word: str, number: int) -> pd.Index:
    return pd.Index([f"{word}_{place:04d}" for place in range(1, number + 1)])


READERS: dict[str, Callable[[], Raw]] = {
    "pbmc68k": _pbmc68k,
    **{name: partial(_simulated, how) for name, how in SIMULATIONS.items()},
}
