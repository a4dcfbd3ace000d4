"""Baselines that come in the latent sizes of the grid: their words, keys, and what they count."""

from dataclasses import dataclass

from vaebio.report.read import Results
from vaebio.terms import BASELINES


@dataclass(frozen=True)
class Sized:
    """A kind of baseline; `key` is the first word of its name in the tables."""

    word: str
    key: str
    counted: str

    def name(self, latent: int) -> str:
        """Name in the tables; where there are several seeds, without theirs."""
        return f"{self.key}-k{latent}"

    def row(self, latent: int) -> str:
        """Name in a table or a figure of the page."""
        return f"{self.word}, {latent} {self.counted}"


SIZED = (
    Sized("PCA", "pca", "components"),
    Sized("NMF", "nmf", "factors"),
    Sized("AE", "ae", "units"),
    Sized("scVI", "scvi", "units"),
)
"""In the order in which the page shows them."""

WORDS = {one.word: one for one in SIZED}

CONTROLS = {"labels": "control-labels", "noise": "control-random"}
"""Controls by the word of their row."""

FLAT = {
    "labels": "control: the labels themselves in place of latents",
    "noise": "control: noise in place of latents",
    "null": "null: predicts the train mean",
}
"""What has no size, and is the same beside every latent size."""


def meanings(results: Results) -> dict[str, str]:
    """What the baselines on the page are."""
    keys = {name.partition("-k")[0] for name in results.baselines}
    found = [one for one in SIZED if one.key in keys]
    sized = {one.word: BASELINES[one.key] for one in found}
    return {"null": BASELINES["null"], **sized, "control": BASELINES["control"]}
