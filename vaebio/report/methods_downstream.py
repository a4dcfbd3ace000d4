"""What was done with the latents, in sentences: clusters, their stability, classification."""

from collections.abc import Set

from vaebio.report.numbers import plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.report.seeds import baseline

LABELLED = {"kmeans_nmi", "kmeans_ari", "leiden_nmi", "leiden_ari", "silhouette"}
STABLE = {"cluster_stability", "clusters", "silhouette_clusters"}
CLASSIFIED = {"knn_accuracy", "linear_accuracy"}

EXHAUSTIVE = 50_000
"""Observations from which neighbours are searched by an inverted file."""


def sentences(results: Results, found: Set[str], citations: Citations) -> list[str]:
    """What was done for those measures that were found."""
    text = []
    if found & (LABELLED | STABLE):
        text.append(_graph(results, citations))
    if found & LABELLED:
        text.append(_labelled(results, citations))
    if found & STABLE:
        text.append(_stable(results, citations))
    if found & CLASSIFIED:
        text.append(_classified(results, citations))
    return text + _controls(results)


def _graph(results: Results, citations: Citations) -> str:
    evaluate = results.config.evaluate
    search = ""
    if results.prepared["observations"] >= EXHAUSTIVE:
        search = f", searched by an inverted file {citations.cite('jegou2011')},"
    return (
        f"Leiden {citations.cite('traag2019')} clusters were found by modularity on the graph of "
        f"{evaluate.neighbours} nearest neighbours{search} in the latents, weighted by the Jaccard "
        f"index of the neighbourhoods {citations.cite('levine2015')}, at "
        f"{plural(len(evaluate.resolutions), 'resolution')} ({min(evaluate.resolutions):g} to "
        f"{max(evaluate.resolutions):g})."
    )


def _labelled(results: Results, citations: Citations) -> str:
    evaluate = results.config.evaluate
    return (
        "Clusters by k-means (as many as labels, the best of ten starts) and by Leiden were "
        f"compared with the label {results.prepared['label']} by normalised mutual information "
        f"{citations.cite('strehl2002')} and the adjusted Rand index "
        f"{citations.cite('hubert1985')}, with intervals of 1.96 standard errors over "
        f"{evaluate.bootstraps} bootstraps of the observations; of the resolutions the one with "
        "the highest NMI counts, for members and baselines alike "
        f"{citations.cite('luecken2022')}. The silhouette {citations.cite('rousseeuw1987')} is "
        "that of the labels in the latents."
    )


def _stable(results: Results, citations: Citations) -> str:
    halves = results.config.evaluate.halves
    return (
        "Without labels, the resolution was chosen by stability "
        f"{citations.cite('lange2004')}: that with more than one cluster whose clusters agree "
        "best, by the adjusted Rand index, with those found in the graphs of "
        f"{halves} random halves of the observations; its stability was "
        f"measured on {2 * halves} others."
    )


def _classified(results: Results, citations: Citations) -> str:
    return (
        f"Labels of test were told from the latents by the {results.config.evaluate.knn} nearest "
        f"train observations {citations.cite('cover1967')} and by a linear probe "
        f"{citations.cite('alain2017')}: multinomial logistic regression with an L2 penalty "
        "(C = 1) on latents scaled on train. Intervals of accuracies are Wilson's "
        f"{citations.cite('wilson1927')}, those of balanced accuracies by bootstrap."
    )


def _controls(results: Results) -> list[str]:
    if baseline(results, "control-random", "cluster_stability", "all") is None:
        return []
    return [
        "The controls stand in place of latents: the labels themselves, one coordinate for each, "
        "which nothing can surpass, and normal noise of the largest latent size."
    ]
