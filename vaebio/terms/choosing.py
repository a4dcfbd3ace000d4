"""Choices among the members of a grid, and how alike repeated members are."""

from vaebio.terms.downstream import DOWNSTREAM
from vaebio.terms.frontier import FRONTIER
from vaebio.terms.integration import INTEGRATION
from vaebio.terms.measure import Measure

CHOICES = {
    "best_reconstruction": "the combination with the lowest validation MSE, averaged over seeds",
    "best_clustering": "the combination whose clusters agree best with the labels, averaged over "
    "seeds; without labels, the one whose clusters agree best between seeds",
    "knee": "the point of the frontier of rate and distortion on validation that lies farthest "
    "below the straight line between its ends, both axes scaled to the frontier's range",
    "recommended": "the simplest combination whose validation MSE is within one standard error of "
    "the lowest: smallest latent size, then largest beta, then smallest network",
}
"""What is chosen, and by which rule."""

STABILITY = (
    Measure(
        "cka",
        "Linear CKA",
        "",
        "higher",
        "kornblith2019",
        "Alignment of the latents of two seeds, whatever their axes, order and scale; 1: the same "
        "but for these, 0: unrelated. With k units and n observations, about k / (n + k) for "
        "unrelated ones. Dominated by the directions of largest variance.",
    ),
    Measure(
        "cka_debiased",
        "Linear CKA, debiased",
        "",
        "higher",
        "song2012",
        "Linear CKA by an unbiased estimate: 0 on average for unrelated latents, however few the "
        "observations; it can be below 0.",
    ),
    Measure(
        "procrustes",
        "Procrustes similarity",
        "",
        "higher",
        "schonemann1966",
        "Share of the variance that the latents of two seeds have in common once one is rotated, "
        "reflected, shifted and scaled onto the other; above 0 for unrelated ones when the "
        "observations are few.",
    ),
    Measure(
        "cluster_ari",
        "ARI between seeds",
        "",
        "higher",
        "hubert1985",
        "Adjusted Rand index between the clusters of the latents of two seeds; 1: the same "
        "clusters, 0: chance. k-means with as many clusters as labels, or Leiden where there are "
        "no labels. Stable clusters need not be true ones.",
    ),
)
"""How alike the latents, and their clusters, of two seeds of one combination are."""

RECONSTRUCTED = ("mse", "explained")
"""Measures of reconstruction whose ranks are held against those of downstream measures."""

DOWNSTREAM_NAMES = tuple(
    measure.name for measure in (*DOWNSTREAM, *INTEGRATION) if measure.better != "neither"
)
"""Measures of what an analyst would do with the latents."""

INCOMPARABLE = ("objective_nats", *(measure.name for measure in FRONTIER))
"""Measures that say nothing about a difference between two betas."""

COLUMNS = {
    "choices.tsv": (
        "choice",
        "combination",
        "member",
        "measure",
        "split",
        "value",
        "low",
        "high",
        "reason",
    ),
    "differences.tsv": (
        "combination",
        "against",
        "latent",
        "beta",
        "beta_against",
        "split",
        "measure",
        "value",
        "low",
        "high",
        "seeds",
        "reason",
    ),
    "correlations.tsv": (
        "reconstruction",
        "measure",
        "split",
        "value",
        "low",
        "high",
        "members",
        "combinations",
        "reason",
    ),
    "stability.tsv": (
        "combination",
        "latent",
        "beta",
        "split",
        "measure",
        "value",
        "low",
        "high",
        "pairs",
        "reason",
    ),
}
"""Columns of the tables of choosing.

choices.tsv: one row for each choice. `value`, `low` and `high` are those of the member in
metrics.tsv, on a split that had no say in the choice where there is one; `reason` is the rule with
its numbers, or why nothing was chosen (then the other columns are empty).

differences.tsv: mean over seeds of a measure of `combination` minus that of `against`, which has
the smaller beta and is otherwise alike; `low` and `high` are a 95 % t interval over the `seeds`
both have. Neighbouring betas, and every beta with the reference. No correction for many
comparisons.

correlations.tsv: Spearman's rank correlation over members between an error on test
(`reconstruction`) and a downstream measure on `split`; the 95 % interval is that of combinations
drawn again, seeds kept together. Below 0 `mse` and a measure that should be high agree; above 0
`explained` does.

stability.tsv: mean over `pairs` of seeds; `low` and `high` are the least and the greatest pair, a
range and no confidence interval. The `reason` says why there is no value, or which seeds were left
out.
"""
