"""What was known before training: the settings held against the data."""

import math
from dataclasses import dataclass

import pandas as pd

from vaebio.report.read import Results
from vaebio.report.seeds import means

EXPECTED = "expected_active_units"


@dataclass(frozen=True)
class Audit:
    """What looked wrong before training, and what the settings mean with the data.

    `latents` and `units` are the expected active units: a row for every beta. They are empty where
    nothing could be foretold.
    """

    suspicious: list[str]
    plain: list[str]
    latents: list[int]
    units: list[tuple[float, list[str]]]


def audit(results: Results) -> Audit:
    """The audit that `train` wrote, and the expected active units."""
    marked = results.audit["suspicious"] == "True"
    sentences = results.audit["sentence"]
    table = _expected(results)
    units = [(float(beta), [_whole(u) for u in row]) for beta, row in table.iterrows()]
    return Audit(list(sentences[marked]), list(sentences[~marked]), list(table.columns), units)


def _expected(results: Results) -> pd.DataFrame:
    """Expected active units, beta x latent, of the models that they are known of.

    They do not depend on the hidden layers.
    """
    found = [means(results.of(m), EXPECTED, "train") for m in results.variants]
    known = pd.concat(found).dropna(subset=["mean"]).drop_duplicates(["beta", "latent"])
    return known.pivot(index="beta", columns="latent", values="mean")


def _whole(units: float) -> str:
    return "" if math.isnan(units) else f"{units:.0f}"
