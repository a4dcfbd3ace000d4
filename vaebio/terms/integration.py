"""Measures of how far the latents mix technical batches and keep labels apart."""

from vaebio.terms.measure import Measure

INTEGRATION = (
    Measure(
        "ilisi",
        "iLISI",
        "",
        "higher",
        "korsunsky2019",
        "Batches among the 90 nearest neighbours: the inverse Simpson index at perplexity 30, "
        "median over observations, from 0 (one batch) to 1 (all batches alike). Its interval is "
        "that of the median, with the observations taken as independent.",
    ),
    Measure(
        "kbet",
        "kBET",
        "",
        "higher",
        "buttner2019",
        "Share of observations whose nearest neighbours of the same label have the batches of "
        "that label in its proportions (chi-squared test at 0.05), mean over labels; 0 for a label "
        "whose graph falls apart. Neighbours are those on a diffusion map of the label. Labels in "
        "one batch, or mostly in batches smaller than the neighbourhood, do not count. The "
        "interval takes the observations as independent.",
    ),
    Measure(
        "bras",
        "BRAS",
        "",
        "higher",
        "rautenstrauch2025",
        "1 - |silhouette width| of the batches within each label, from cosine distances, where "
        "the mean distance to all other batches stands for that to the next one; mean over labels, "
        "1 is mixed. The interval takes the observations as independent.",
    ),
    Measure(
        "pcr_comparison",
        "PCR comparison",
        "",
        "higher",
        "buttner2019",
        "1 - share of the latents' variance that lies between batches / the same share in 50 "
        "principal components of the scaled values; 0 where it did not become less. It is a ratio "
        "of variances, no mean over observations, and has no interval.",
    ),
    Measure(
        "graph_connectivity",
        "Graph connectivity",
        "",
        "higher",
        "luecken2022",
        "Share of the observations of a label that the graph of 14 nearest neighbours holds "
        "together, mean over labels; 1 when no label falls apart. It is one number for a graph and "
        "has no interval.",
    ),
    Measure(
        "clisi",
        "cLISI",
        "",
        "higher",
        "korsunsky2019",
        "As iLISI, with the labels instead of the batches and turned around: 1 when all "
        "neighbours have the same label.",
    ),
    Measure(
        "isolated_labels",
        "Isolated labels",
        "",
        "higher",
        "luecken2022",
        "Silhouette width, scaled to lie between 0 and 1, of the labels that occur in the fewest "
        "batches (of all labels where all occur in as many), mean over these labels. The interval "
        "takes the observations as independent.",
    ),
    Measure(
        "batch_correction",
        "Batch correction",
        "",
        "higher",
        "luecken2022",
        "Mean of iLISI, kBET, BRAS, PCR comparison and graph connectivity, as scib-metrics "
        "reports it.",
    ),
    Measure(
        "bio_conservation",
        "Bio conservation",
        "",
        "higher",
        "luecken2022",
        "Mean of cLISI, isolated labels, k-means NMI and ARI and the silhouette scaled to lie "
        "between 0 and 1, as scib-metrics reports it, but that k-means is the best of ten starts.",
    ),
    Measure(
        "integration_total",
        "Integration total",
        "",
        "higher",
        "luecken2022",
        "0.4 x batch correction + 0.6 x bio conservation.",
    ),
)
