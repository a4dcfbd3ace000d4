"""Which likelihood can have produced the data: `auto` decides, anything else is checked."""

from dataclasses import dataclass

from vaebio.errors import VaebioError
from vaebio.model.likelihoods import likelihood


@dataclass(frozen=True)
class Facts:
    """What has to be known of a prepared data set.

    Parameters
    ----------
    name
        Of the data set.
    counts
        Whether it has counts.
    low, high
        Smallest and largest value before scaling, and the features they stand in.
    """

    name: str
    counts: bool
    low: float
    high: float
    lowest: str
    highest: str

    @property
    def fractions(self) -> bool:
        """Whether every value lies in [0, 1]."""
        return self.low >= 0 and self.high <= 1


def suitable(wanted: str, facts: Facts) -> tuple[str, str]:
    """The likelihood, and the reason for it in words.

    Raises
    ------
    VaebioError
        When the one wanted cannot have produced the data.
    """
    if wanted == "auto":
        return _automatic(facts)
    target = likelihood(wanted).target
    if target == "counts" and not facts.counts:
        fitting = "gaussian or bernoulli" if facts.fractions else "gaussian"
        raise VaebioError(
            found=f"likelihood `{wanted}`, but the data set {facts.name} has no counts",
            expected=f"a likelihood of continuous values: {fitting}",
            hint="set model.likelihood (or grid.likelihoods), or `kind: counts` in the sheet if "
            "the matrix holds raw counts",
        )
    if target == "fractions" and not facts.fractions:
        value, where = (facts.low, facts.lowest) if facts.low < 0 else (facts.high, facts.highest)
        fitting = "nb, zinb, poisson or gaussian" if facts.counts else "gaussian"
        raise VaebioError(
            found=f"likelihood `{wanted}`, but the data set {facts.name} has the value {value:g} "
            f"in `{where}`",
            expected=f"values in [0, 1], or another likelihood: {fitting}",
            hint="set model.likelihood or grid.likelihoods",
        )
    return wanted, "as set"


def _automatic(facts: Facts) -> tuple[str, str]:
    if facts.counts:
        return "nb", "the data are counts"
    if facts.fractions:
        return "bernoulli", f"every value lies in [0, 1] ({facts.low:g} to {facts.high:g})"
    return (
        "gaussian",
        f"values from {facts.low:g} to {facts.high:g} are neither counts nor in [0, 1]",
    )
