"""How members were chosen and compared, ready to paste."""

from vaebio.report.numbers import plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.terms import MEASURES


def paragraph(results: Results, citations: Citations) -> str:
    """The rules of the choices, and how betas and seeds were compared."""
    parts = _choices(results, citations), _ranks(results, citations), _seeds(results, citations)
    return " ".join(filter(None, parts))


def _choices(results: Results, citations: Citations) -> str:
    own = results.config.evaluate.choose
    errors = f"{own.standard_errors:g} standard error{'s' * (own.standard_errors != 1)}"
    labels = results.prepared["label"]
    clusters = f"by {MEASURES[own.clustering].label} with the labels" if labels else "between seeds"
    return (
        "Combinations of architecture, beta and latent size were chosen by their mean over seeds: "
        f"that with the lowest validation MSE; that whose clusters agree best {clusters}; the knee "
        "of the frontier of rate and distortion on validation, the point farthest below the line "
        f"between its ends {citations.cite('satopaa2011')}; and, as recommended, the simplest "
        f"(smallest latent size, then largest beta, then smallest network) within {errors} of the "
        f"lowest validation MSE {citations.cite('breiman1984', 'hastie2009')}. That error is of "
        "the paired difference over observations and seeds, the variances over either added less "
        f"what both share {citations.cite('cameron2011')}, and at most that of the lowest MSE "
        "itself. A choice is named by the member that is the median of its seeds; errors on test "
        "had no say."
    )


def _ranks(results: Results, citations: Citations) -> str:
    draws = results.config.evaluate.choose.draws
    return (
        f"Rank correlations {citations.cite('spearman1904')} between errors on test and measures "
        f"of the clusters are over members, with percentile intervals of {plural(draws, 'draw')} "
        "of combinations whose seeds are kept together."
    )


def _seeds(results: Results, citations: Citations) -> str:
    if results.members["seed"].nunique() < 2:
        return ""
    evaluate = results.config.evaluate
    clusters = (
        "k-means clusters, as many as labels"
        if results.prepared["label"]
        else f"Leiden clusters at resolution {evaluate.choose.resolution:g}"
    )
    return (
        "The latents of two seeds were compared by linear CKA "
        f"{citations.cite('kornblith2019')}, also with an unbiased estimate "
        f"{citations.cite('song2012')}, and by orthogonal Procrustes "
        f"{citations.cite('schonemann1966')}, their {clusters}, by the adjusted Rand index, on at "
        f"most {plural(evaluate.choose.observations, 'observation')}."
    )
