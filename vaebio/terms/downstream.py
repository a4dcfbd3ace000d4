"""Measures of what an analyst would do with the latents."""

from vaebio.terms.measure import Measure

DOWNSTREAM = (
    Measure(
        "kmeans_nmi",
        "k-means NMI",
        "",
        "higher",
        "strehl2002",
        "Normalised mutual information between the labels and k-means clusters of the latents, "
        "with as many clusters as labels; 1 is agreement.",
    ),
    Measure(
        "kmeans_ari",
        "k-means ARI",
        "",
        "higher",
        "hubert1985",
        "Adjusted Rand index between the labels and k-means clusters of the latents; 0 is chance, "
        "1 is agreement.",
    ),
    Measure(
        "leiden_nmi",
        "Leiden NMI",
        "",
        "higher",
        "traag2019",
        "As k-means NMI, with Leiden clusters of the nearest-neighbour graph at the resolution "
        "that gives the highest NMI, chosen alike for members and baselines.",
    ),
    Measure(
        "leiden_ari",
        "Leiden ARI",
        "",
        "higher",
        "traag2019",
        "As k-means ARI, with the clusters of the Leiden NMI.",
    ),
    Measure(
        "silhouette",
        "Silhouette",
        "",
        "higher",
        "rousseeuw1987",
        "How much closer an observation lies to its own label than to the next one, in the "
        "latents; from -1 to 1.",
    ),
)
