"""How members were chosen and compared, in words; only of what the tables hold."""

from vaebio.report.numbers import count, listed, plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.terms import MEASURES
from vaebio.terms.choosing import STABILITY

SOURCES = {
    "cka": "linear CKA {}",
    "cka_debiased": "its debiased estimate {}",
    "procrustes": "Procrustes similarity {}",
    "cluster_ari": "the adjusted Rand index of their clusters {}",
}
"""Measures of agreement between seeds, with the place of their source."""


def paragraph(results: Results, citations: Citations) -> str:
    """Rules of the choices, differences, rank correlations and agreement of seeds."""
    lines = (
        *_choices(results, citations),
        _differences(results),
        _correlations(results, citations),
        _stability(results, citations),
    )
    return " ".join(filter(None, lines))


def _choices(results: Results, citations: Citations) -> list[str]:
    rows, own = results.choices, results.config.evaluate.choose
    made = rows[rows["combination"] != ""].set_index("choice")["measure"]
    lines = [
        _recommended(own.standard_errors, citations) if "recommended" in made else "",
        "The best reconstruction is the lowest validation MSE, averaged over seeds."
        if "best_reconstruction" in made
        else "",
        _clustering(made["best_clustering"]) if "best_clustering" in made else "",
        "The knee is the point of the frontier of rate and distortion on validation farthest below "
        "the straight line between its ends, both axes scaled to its range "
        f"{citations.cite('satopaa2011')}."
        if "knee" in made
        else "",
    ]
    return [line for line in lines if line]


def _recommended(errors: float, citations: Citations) -> str:
    within = "one standard error" if errors == 1 else f"{errors:g} standard errors"
    return (
        "Recommended is the simplest combination (smallest latent size, then largest beta, then "
        f"smallest network) whose validation MSE, averaged over seeds, is within {within} of the "
        f"lowest {citations.cite('breiman1984', 'hastie2009')}; the standard error is that of the "
        "paired difference over validation observations and seeds "
        f"{citations.cite('cameron2011')}, and never more than that of the lowest itself."
    )


def _clustering(measure: str) -> str:
    """By the labels, or without them by the agreement of seeds, of which mse is told."""
    if measure == "mse":
        return "The best clustering is that whose clusters agree best between seeds."
    return (
        f"The best clustering has the highest {MEASURES[measure].label} of all observations, "
        "averaged over seeds."
    )


def _differences(results: Results) -> str:
    if results.differences.empty:
        return ""
    return (
        "Betas were compared by the mean over seeds of the difference between members alike in all "
        "else, with a 95 % t interval and no correction for many comparisons."
    )


def _correlations(results: Results, citations: Citations) -> str:
    if not results.correlations["value"].notna().any():
        return ""
    draws = results.config.evaluate.choose.draws
    return (
        "Reconstruction on test was held against downstream measures by Spearman's rank "
        f"correlation over members {citations.cite('spearman1904')}, with a 95 % percentile "
        f"interval over {plural(draws, 'draw')} of the combinations, seeds kept together."
    )


def _stability(results: Results, citations: Citations) -> str:
    table = results.stability
    known = set(table.loc[table["value"].notna(), "measure"])
    named = [SOURCES[m.name].format(citations.cite(m.source)) for m in STABILITY if m.name in known]
    if not named:
        return ""
    most = results.config.evaluate.choose.observations
    return (
        f"Latents of two seeds were compared by {listed(named)}, on at most {count(most)} "
        "observations."
    )
