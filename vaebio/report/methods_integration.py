"""How the mixing of batches was measured, in words; only of what was found."""

from collections.abc import Set
from importlib.metadata import PackageNotFoundError, version

from vaebio.report.numbers import listed
from vaebio.report.read import Results
from vaebio.report.references import Citations

SAID = {
    "ilisi": ("iLISI (90 nearest neighbours, perplexity 30)", "korsunsky2019"),
    "kbet": ("kBET within each label", "buttner2019"),
    "bras": ("BRAS", "rautenstrauch2025"),
    "pcr_comparison": ("the comparison by principal component regression", "buttner2019"),
    "graph_connectivity": ("graph connectivity", "luecken2022"),
    "clisi": ("cLISI", "korsunsky2019"),
    "isolated_labels": ("isolated labels", "luecken2022"),
}
"""Measures in words, each with its source."""


def sentences(results: Results, found: Set[str], citations: Citations) -> list[str]:
    """Nothing where nothing was found, as without a batch."""
    named = [f"{words} {citations.cite(key)}" for m, (words, key) in SAID.items() if m in found]
    if not named:
        return []
    text = (
        f"Mixing of the batches ({results.prepared['batch']}) and conservation of the labels were "
        f"measured on the latents of all observations as scib-metrics{_version()} defines them "
        f"{citations.cite('luecken2022')}: {listed(named)}."
    )
    return [text, *_means(found)]


def _means(found: Set[str]) -> list[str]:
    told = []
    if "batch_correction" in found:
        told.append("batch correction is the mean of those of batches")
    if "bio_conservation" in found:
        told.append(
            "bio conservation that of those of labels, k-means NMI and ARI and the scaled "
            "silhouette"
        )
    if "integration_total" in found:
        told.append("the total weighs the two 0.4 and 0.6")
    text = "; ".join(told)
    return [f"{text[0].upper()}{text[1:]}."] if text else []


def _version() -> str:
    """Of the environment that makes the page, like those of the other packages."""
    try:
        return f" {version('scib-metrics')}"
    except PackageNotFoundError:
        return ""
