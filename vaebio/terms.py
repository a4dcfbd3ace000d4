"""Vocabulary: every table's columns and every measure's unit, direction, source and meaning.

One word, one meaning, once. The tables, the axis labels, the report's glossary and its
bibliography all read it from here.

vocabulary
----------
dataset      one matrix with its annotation; a row of the sheet
observation  a row of the matrix (a cell, a sample); feature: a column (a gene, a protein)
split        train, validation or test; a property of the observation
batch        the laboratory's technical batch; minibatch: the observations of one optimiser step
beta         weight of the rate; both terms of the loss are in nats per observation
latent       number of latent coordinates; unit: one of them
member       one VAE; stack: members trained in one pass; grid: all members of a data set
baseline     null, PCA, ... on the same split
"""

from dataclasses import dataclass
from typing import Literal

SPLITS = ("train", "validation", "test")
ALL = "all"

COLUMNS: dict[str, tuple[str, ...]] = {
    "members.tsv": (
        "member",
        "key",
        "encoder",
        "decoder",
        "likelihood",
        "beta",
        "latent",
        "seed",
        "status",
        "epochs",
        "seconds",
    ),
    "history.tsv": (
        "member",
        "epoch",
        "split",
        "distortion_nats",
        "rate_nats",
        "mse",
        "beta_now",
        "learning_rate",
    ),
    "units.tsv": ("member", "unit", "rate_nats", "mean_variance", "active"),
    "metrics.tsv": ("member", "split", "measure", "value", "low", "high", "reason"),
}
"""Columns of the tables of a data set, in order; part of the public interface.

The `reason` in metrics.tsv says why there is no value; of the noise floor, whose value is an
estimate, it says how it was made.
"""

STATUS = {
    "stopped": "stopped early: the objective or ELBO no longer improved on validation",
    "finished": "trained for all epochs",
    "diverged": "a value was not finite; frozen at its best weights before that",
}
"""How a member's training ended."""


@dataclass(frozen=True)
class Measure:
    """One measure the tables hold and the report shows."""

    name: str
    label: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    source: str
    meaning: str

    @property
    def axis(self) -> str:
        """Label of an axis: name and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


_MEASURES = (
    Measure(
        "mse",
        "MSE",
        "squared error per feature, scaled units",
        "lower",
        "",
        "Squared error of the reconstruction from the posterior mean, averaged over observations "
        "and features. The features have variance 1 on train, so predicting the train mean "
        "costs about 1.",
    ),
    Measure(
        "explained",
        "Explained fraction",
        "",
        "higher",
        "",
        "(null - MSE) / (null - noise floor): how much of what could be explained was. 0 is as "
        "good as the train mean, 1 as good as the noise allows; above 1 on train, noise was "
        "learned. The interval has the floor's own in it.",
    ),
    Measure(
        "r2",
        "R²",
        "",
        "higher",
        "",
        "Share of the variance of the scaled values, over observations and features, that the "
        "reconstruction from the posterior mean explains: 1 - sum of squared errors / sum of "
        "squares around the split's own feature means. Negative when worse than those means.",
    ),
    Measure(
        "rate_nats",
        "Rate (KL)",
        "nats / observation",
        "neither",
        "kingma2014",
        "KL(q(z|x) || p(z)), summed over the latent units: the information the latents carry "
        "about one observation.",
    ),
    Measure(
        "distortion_nats",
        "Distortion",
        "nats / observation",
        "lower",
        "alemi2018",
        "-E log p(x|z) under the posterior, summed over the features: what the latents fail to "
        "say about one observation.",
    ),
    Measure(
        "elbo_nats",
        "ELBO",
        "nats / observation",
        "higher",
        "kingma2014",
        "-(distortion + rate): a lower bound of log p(x), never weighted by beta.",
    ),
    Measure(
        "objective_nats",
        "Objective",
        "nats / observation",
        "lower",
        "higgins2017",
        "distortion + beta x rate with the member's own beta: what its training minimised, unless "
        "free bits or a capacity set another price of the rate. Not comparable between betas.",
    ),
    Measure(
        "active_units",
        "Active units",
        "units",
        "neither",
        "burda2016",
        "Units whose posterior mean varies over the observations by more than the threshold.",
    ),
    Measure(
        "expected_active_units",
        "Expected active units",
        "units",
        "neither",
        "lucas2019",
        "Active units of the best linear VAE with the member's beta and latent size: directions "
        "of train whose variance (eigenvalue of the covariance) is above beta. Known before any "
        "training; for the gaussian likelihood with sigma 1.",
    ),
    Measure(
        "expected_rate_nats",
        "Expected rate",
        "nats / observation",
        "neither",
        "lucas2019",
        "Rate of that linear VAE: half the logarithm of eigenvalue over beta, summed over its "
        "active units.",
    ),
    Measure(
        "expected_mse",
        "Expected MSE",
        "squared error per feature, scaled units",
        "neither",
        "lucas2019",
        "MSE on train of that linear VAE, from the posterior mean. A member that has a lower MSE "
        "on train at no higher rate makes use of its hidden layers; one with a higher MSE on train "
        "has not reached what a linear model can. Where values were missing it is somewhat too "
        "high, and a linear model can be below it.",
    ),
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

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}
"""Measures by name, in the order in which the report shows them."""

BASELINES = {
    "null": "predicts the train mean of every feature",
    "pca": "best linear reconstruction with as many components, fitted on train",
    "noise_floor": "error of the best possible prediction, which noise alone leaves; an estimate",
}
"""Baselines by the first word of their name (`pca-k16` is PCA with 16 components)."""

NOISE_FLOOR = "noise_floor"
"""Name of the floor in the tables, where a member's would be."""

FLOOR_METHODS = {
    "counts": "variance of the values by counting alone, estimated without bias from the counts, "
    "which are taken to be Poisson at each observation's total (for train that of validation and "
    "test, whose noise had no part in the choice of features); other technical noise raises it",
    "spectrum": "variance of the noise by the median singular value of the scaled train values, "
    "as if the noise were alike in all features and the signal had few dimensions",
    "binary": "one binary value does not tell its noise from its chance",
}
"""How a noise floor is estimated, or why there is none."""
