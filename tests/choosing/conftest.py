"""Grids whose answer is known, as the tables of a data set."""

import numpy as np
import pandas as pd
import pytest

from vaebio.choosing.grid import Grid
from vaebio.terms import COLUMNS

USUAL = {
    "rate_nats": 5.0,
    "distortion_nats": 100.0,
    "active_units": 2.0,
    "kmeans_ari": 0.5,
    "status": "finished",
    "likelihood": "gaussian",
    "encoder": "64",
    "decoder": "64",
    "prefix": "",
    "seeds": (0, 1, 2),
}


class Planted:
    """Tables of a grid; `grid()` reads them."""

    def __init__(self, members, metrics, errors):
        self.members, self.metrics, self.errors = members, metrics, errors

    def grid(self):
        return Grid.of(self.members, self.metrics, self.errors)


@pytest.fixture(scope="session")
def planted():
    """Maker of tables from rows {latent, beta, mse, ...}; a value may be a list, one a seed.

    Validation errors are those of `mse`, exactly on average, and spread around what makes an
    observation hard for all members.
    """

    def make(*rows, observations=100, hard=0.2, noise=0.01, random=0):
        rng = np.random.default_rng(random)
        base = rng.normal(0, hard, observations)
        members, metrics, errors = [], [], {}
        for row in rows:
            row = USUAL | row
            for i, seed in enumerate(row["seeds"]):
                one = {k: v[i] if isinstance(v, list) else v for k, v in row.items()}
                name = f"{row['prefix']}k{row['latent']}-b{row['beta']:g}-s{seed}"
                members.append(_member(name, one, seed))
                own = base + rng.normal(0, noise, observations)
                errors[name] = own - own.mean() + one["mse"]
                metrics += _metrics(name, one)
        return Planted(
            pd.DataFrame(members)[list(COLUMNS["members.tsv"])],
            pd.DataFrame(metrics, columns=list(COLUMNS["metrics.tsv"])),
            pd.DataFrame(errors),
        )

    return make


def _member(name, one, seed):
    kept = {c: one[c] for c in ("encoder", "decoder", "likelihood", "beta", "latent", "status")}
    return {"member": name, "key": name, "seed": seed, "epochs": 9, "seconds": 1.0, **kept}


def _metrics(name, one):
    failed = not np.isfinite(one["mse"])
    test = one.get("test", one["mse"])
    rows = [
        (name, "validation", measure, one[measure])
        for measure in ("mse", "rate_nats", "distortion_nats", "active_units")
    ]
    rows += [(name, "test", "mse", test), (name, "test", "explained", 1 - test)]
    rows += [(name, "all", m, one[m]) for m in ("kmeans_ari", "silhouette") if m in one]
    reason = one.get("reason", "the member diverged" if failed else "")
    return [
        (*row, row[3] - 0.1, row[3] + 0.2, "")
        if np.isfinite(row[3]) and not failed
        # What is absent has its reason.
        else (*row[:3], np.nan, np.nan, np.nan, reason or "the sheet names no label column")
        for row in rows
    ]
