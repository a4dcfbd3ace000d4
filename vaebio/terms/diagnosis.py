"""Tables of the diagnosis."""

DIAGNOSIS_COLUMNS: dict[str, tuple[str, ...]] = {
    "symptoms.tsv": ("member", "symptom", "first_epoch", "last_epoch", "evidence"),
    "probes.tsv": (
        "member",
        "probe",
        "encoder",
        "decoder",
        "latent",
        "beta",
        "seed",
        "mse_test",
        "explained_test",
        "seconds",
    ),
    "probe_measures.tsv": ("member", "probe", "seed", "split", "measure", "value", "reason"),
    "verdicts.tsv": (
        "member",
        "cause",
        "supported",
        "gain",
        "low",
        "high",
        "found",
        "meaning",
        "change",
        "predicted_mse",
    ),
    "budget.tsv": ("member", "part", "mse", "low", "high"),
    "follow_up.tsv": (
        "member",
        "predicted_mse",
        "predicted_low",
        "predicted_high",
        "achieved_mse",
        "achieved_low",
        "achieved_high",
        "seeds",
        "kept",
        "reason",
    ),
    "diagnoses.tsv": (
        "member",
        "seeds",
        "mse",
        "null",
        "floor",
        "floor_method",
        "shares_of",
        "left",
        "simpler",
        "prescribed",
        "sentence",
    ),
}
"""Columns in order; part of the public interface.

A `member` of a diagnosis is a combination, named as its members are without their seed; that of a
symptom is a member. The `reason` in follow_up.tsv says why nothing was predicted or achieved.
"""

SYMPTOM_NAMES = {
    "diverged": "diverged",
    "collapse": "collapse",
    "kl_falls_mse_flat": "KL falls, MSE does not",
    "stall": "stall",
    "overfit": "overfitting",
    "not_converged": "not converged",
}
"""Symptoms as a reader finds them."""

PART_NAMES = {
    "null": "train mean (null)",
    "explained": "explained",
    "encoder": "larger encoder",
    "decoder": "larger decoder",
    "latent": "more latent units",
    "beta": "lower beta",
    "optimiser": "other training",
    "generalisation": "test above train",
    "unexplained": "unexplained",
    "noise_floor": "noise floor",
}
"""Parts of the error as the waterfall names them."""
