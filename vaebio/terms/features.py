"""Columns of the tables in which errors are told apart by feature and by abundance.

abundance          mean of a feature on train, before scaling and over what was measured: of counts
                   the mean count per observation, of intensities that of their log2, of fractions
                   that of what the model sees (M-values or fractions), else that of the values
detected           share of train observations with a count above 0; where nothing is counted, of
                   those in which the feature was measured
stratum            features between two quantiles of abundance; 1 is the lowest
lowest, highest    abundance in a stratum; features: how many there are
weight             by how much the feature or stratum counts in the mse of the split: its share of
                   the features where nothing is missing, else each measured value counts one over
                   the number of measured values of its observation
mse, null_mse      squared error of member and train mean; the sum of weight x mse is that of
                   metrics.tsv
r2, explained      as in metrics.tsv, of the feature or stratum alone
"""

FEATURES = (
    "member",
    "feature",
    "abundance",
    "detected",
    "stratum",
    "weight",
    "mse",
    "null_mse",
    "r2",
    "reason",
)
STRATA = (
    "member",
    "split",
    "stratum",
    "lowest",
    "highest",
    "features",
    "weight",
    "mse",
    "low",
    "high",
    "null_mse",
    "explained",
    "explained_low",
    "explained_high",
    "r2",
    "reason",
)
