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

from vaebio.terms.choosing import COLUMNS as CHOOSING
from vaebio.terms.diagnosis import DIAGNOSIS_COLUMNS
from vaebio.terms.downstream import DOWNSTREAM
from vaebio.terms.features import FEATURES, STRATA
from vaebio.terms.frontier import FRONTIER
from vaebio.terms.information import INFORMATION
from vaebio.terms.integration import INTEGRATION
from vaebio.terms.measure import Measure
from vaebio.terms.reconstruction import RECONSTRUCTION

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
    "units.tsv": (
        "member",
        "unit",
        "rate_nats",
        "mean_variance",
        "active",
        "expected_rate_nats",
    ),
    "audit.tsv": ("sentence", "suspicious"),
    "metrics.tsv": ("member", "split", "measure", "value", "low", "high", "reason"),
    "features.tsv": FEATURES,
    "strata.tsv": STRATA,
    "classes.tsv": (
        "member",
        "classifier",
        "class",
        "train_observations",
        "test_observations",
        "recall",
        "precision",
        "f1",
        "low",
        "high",
        "reason",
    ),
    **CHOOSING,
    **DIAGNOSIS_COLUMNS,
}
"""Columns of the tables of a data set, in order; part of the public interface.

The `reason` in metrics.tsv says why there is no value; of the noise floor, whose value is an
estimate, it says how it was made. In classes.tsv `low` and `high` are the 95 % interval of the
recall, by Wilson. The `expected_rate_nats` in units.tsv is the rate that the best
linear VAE gives its unit of the same rank by rate; empty where no formula foretells it.
"""

STATUS = {
    "stopped": "stopped early: the objective or ELBO no longer improved on validation",
    "finished": "trained for all epochs",
    "diverged": "a value was not finite; frozen at its best weights before that",
}
"""How a member's training ended."""


_MEASURES = (*RECONSTRUCTION, *INFORMATION, *FRONTIER, *DOWNSTREAM, *INTEGRATION)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}
"""Measures by name, in the order in which the report shows them."""

BASELINES = {
    "null": "predicts the train mean of every feature",
    "pca": "best linear reconstruction with as many components, fitted on train",
    "nmf": "reconstruction of values that are not negative from as many non-negative factors, "
    "fitted on train",
    "ae": "deterministic autoencoder of the same architecture (beta 0, no sampling): what the "
    "network can reach without any rate to pay",
    "scvi": "scVI by scvi-tools with its own defaults and as many latent units, fitted on train",
    "control": "in place of latents the labels, which none can surpass but in Leiden where a label "
    "has fewer observations than neighbours (`control-labels`), or noise, which tells nothing "
    "(`control-random`); no reconstruction",
    "noise_floor": "error of the best possible prediction, which noise alone leaves; an estimate",
}
"""Baselines by the first word of their name (`pca-k16` is PCA with 16 components)."""

AUTOENCODER = "ae"
"""First word of the name of a deterministic autoencoder, after that of its architecture."""

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
