"""Measures of what an analyst would do with the latents."""

from vaebio.terms.measure import Measure

CLUSTERED = (
    Measure(
        "kmeans_nmi",
        "k-means NMI",
        "",
        "higher",
        "strehl2002",
        "Normalised mutual information between the labels and k-means clusters of the latents, "
        "with as many clusters as labels; 1 is agreement. The interval is by bootstrap over the "
        "observations, the clusters staying as they are; so are those of the other NMI and ARI.",
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
        "latents; from -1 to 1. Of more than 20,000 observations, the mean over the same random "
        "ones for all members and baselines.",
    ),
)

STABLE = (
    Measure(
        "leiden_stable_nmi",
        "Stable Leiden NMI",
        "",
        "higher",
        "traag2019",
        "As Leiden NMI, at the resolution whose clusters are the most stable (see Cluster "
        "stability): what an analyst without labels would have found.",
    ),
    Measure(
        "leiden_stable_ari",
        "Stable Leiden ARI",
        "",
        "higher",
        "traag2019",
        "As Leiden ARI, with the clusters of the Stable Leiden NMI.",
    ),
    Measure(
        "cluster_stability",
        "Cluster stability",
        "",
        "higher",
        "lange2004",
        "Adjusted Rand index between Leiden clusters and those found again in the graph of a "
        "random half of the observations, with the 95 % t interval of its mean over halves. Of "
        "the resolutions with more than one cluster that with the highest counts, the lowest of "
        "equal ones, chosen on other halves and without labels, alike for members and baselines.",
    ),
    Measure(
        "clusters",
        "Stable clusters",
        "clusters",
        "neither",
        "lange2004",
        "How many the most stable Leiden clusters are.",
    ),
    Measure(
        "silhouette_clusters",
        "Silhouette of clusters",
        "",
        "higher",
        "rousseeuw1987",
        "As the silhouette, of the most stable Leiden clusters in place of the labels. It tells "
        "how far apart the clusters lie, not whether they are right.",
    ),
)

CLASSIFIED = (
    Measure(
        "knn_accuracy",
        "k-NN accuracy",
        "",
        "higher",
        "cover1967",
        "Share of the test observations whose label is that of most of their nearest train "
        "observations in the latents; equal votes go to the nearer. Counted are labels that train "
        "has. With its Wilson interval.",
    ),
    Measure(
        "knn_balanced_accuracy",
        "k-NN balanced accuracy",
        "",
        "higher",
        "cover1967",
        "As k-NN accuracy, every label counting alike: the mean over labels of the share that was "
        "found. The interval is by bootstrap over the test observations.",
    ),
    Measure(
        "linear_accuracy",
        "Linear accuracy",
        "",
        "higher",
        "alain2017",
        "Share of the test observations whose label a linear probe finds: multinomial logistic "
        "regression on the latents, scaled and fitted on train. Counted are labels that train "
        "has. With its Wilson interval.",
    ),
    Measure(
        "linear_balanced_accuracy",
        "Linear balanced accuracy",
        "",
        "higher",
        "alain2017",
        "As linear accuracy, every label counting alike. The interval is by bootstrap over the "
        "test observations.",
    ),
)

DOWNSTREAM = (*CLUSTERED, *STABLE, *CLASSIFIED)
