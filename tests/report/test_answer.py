"""Sentences from tables small enough to work out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import answer, limits
from vaebio.report.headline import clustering, reconstruction
from vaebio.terms import COLUMNS


def row(member, split, measure, value, low="", high="", reason=""):
    return (member, split, measure, value, low, high, reason)


def unchosen(results):
    """Results of a run in which nothing was chosen."""
    return replace(results, choices=results.choices[:0], correlations=results.correlations[:0])


def with_metrics(results, rows):
    metrics = pd.DataFrame(rows, columns=list(COLUMNS["metrics.tsv"]))
    numbers = {c: pd.to_numeric(metrics[c]) for c in ("value", "low", "high")}
    return replace(unchosen(results), metrics=metrics.assign(**numbers))


@pytest.fixture
def grid(small):
    """2 betas x 1 latent x 3 seeds; validation says beta 0.3, test says beta 3."""
    members = small.members[small.members["latent"] == 8]
    rows = [row("null", "test", "mse", 1.0), row("pca-k8", "test", "mse", 0.7)]
    for seed in range(3):
        for beta, validation, test in ((0.3, 0.50, 0.60), (3.0, 0.55, 0.40)):
            name = f"k8-b{beta:g}-s{seed}"
            rows.append(row(name, "validation", "mse", validation))
            rows.append(row(name, "test", "mse", test + 0.01 * (seed - 1)))
    return with_metrics(replace(small, members=members), rows)


def test_validation_chooses_and_test_is_reported(grid):
    head = reconstruction(grid)
    assert (head.beta, head.latent, head.seeds) == (0.3, 8, 3)
    assert head.text == "0.60 ± 0.01"
    assert (head.level(head.pca), head.level(head.null)) == ("0.70", "1.00")
    assert head.gap.mean == pytest.approx(-0.1) and head.gap.beyond_noise


def test_sentences_of_a_clear_difference(grid):
    first, second = answer.sentences(grid)
    assert first == (
        "The validation MSE is lowest at beta 0.3 and latent 8; there the test MSE is "
        "0.60 ± 0.01 (mean ± standard deviation over 3 seeds), against 0.70 for PCA with 8 "
        "components and 1.00 for predicting the train mean (null)."
    )
    # Half width of the t interval: 4.303 * 0.01 / sqrt(3) = 0.0248.
    assert second == (
        "That is 0.10 lower than PCA (± 0.02, 95 % interval over seeds): better, beyond the noise "
        "of the seeds."
    )


def test_a_difference_within_the_noise_is_not_called_better(grid):
    level = grid.metrics["value"].mask(grid.metrics["member"] == "pca-k8", 0.61)
    sentences = answer.sentences(replace(grid, metrics=grid.metrics.assign(value=level)))
    assert sentences[1].endswith("no difference beyond the noise.")
    assert "better" not in " ".join(sentences)


def test_worse_than_pca_is_said(grid):
    level = grid.metrics["value"].mask(grid.metrics["member"] == "pca-k8", 0.5)
    sentences = answer.sentences(replace(grid, metrics=grid.metrics.assign(value=level)))
    assert "0.10 higher than PCA" in sentences[1] and "worse" in sentences[1]


def test_one_seed_judges_nothing(alone):
    text = " ".join(answer.sentences(alone))
    assert "one seed; 95 % interval over observations" in text
    assert "cannot be said whether this is more than noise" in text
    assert "better" not in text and "±" not in text


def test_clustering_is_compared_where_it_is_best(small):
    head = clustering(small)
    text = " ".join(answer.sentences(small))
    assert head.measure == "kmeans_ari" and head.split == "all"
    assert f"k-means ARI with the labels is highest at {head.place}: {head.text}" in text


def test_what_was_not_measured_is_said_with_its_reason(alone):
    assert limits.unmeasured(alone) == [
        "k-means NMI, k-means ARI, Leiden NMI, Leiden ARI, Silhouette, Stable Leiden NMI, Stable "
        "Leiden ARI, Cluster stability, Stable clusters, Silhouette of clusters, k-NN accuracy, "
        "k-NN balanced accuracy, Linear accuracy and Linear balanced accuracy could not be "
        "measured: no label column.",
        "iLISI, kBET, BRAS, PCR comparison, Graph connectivity, cLISI, Isolated labels, Batch "
        "correction, Bio conservation and Integration total could not be measured: no batch "
        "column.",
    ]
    assert clustering(alone) is None


def test_limits_name_the_failed_member_and_claim_no_cause(small):
    text = " ".join(limits.limits(small))
    assert "1 member diverged and is in no mean: k2-b3-s1." in text
    assert "was not diagnosed; `vaebio diagnose` does that." in text


def test_every_member_diverged(small):
    metrics = small.metrics.assign(value=float("nan"), reason="the member diverged")
    members = small.members.assign(status="diverged")
    failed = replace(unchosen(small), members=members, metrics=metrics)
    assert answer.sentences(failed) == [
        "No combination has a validation and a test MSE: the member diverged."
    ]


def test_size_counts_an_incomplete_grid_honestly(small):
    assert answer.size(small) == "12 members: 2 betas × 2 latent sizes × 3 seeds"
    fewer = replace(small, members=small.members.iloc[1:])
    assert answer.size(fewer) == "11 members: over 2 betas, 2 latent sizes and 3 seeds"


def test_the_edge_of_the_grid_is_told(grid):
    lines = limits.limits(grid)
    assert any("has the lowest beta of the grid" in line for line in lines)


def test_every_latent_size_is_held_against_pca_of_its_size(small):
    """Better at 2, worse at 8, whatever the two betas do; a size within the noise is not named."""
    rows = [row("pca-k2", "test", "mse", 0.9), row("pca-k8", "test", "mse", 0.4)]
    for latent, test in ((2, 0.5), (8, 0.6)):
        for seed in range(3):
            for beta, validation in ((0.3, 0.5), (3.0, 0.7)):
                name = f"k{latent}-b{beta:g}-s{seed}"
                rows.append(row(name, "validation", "mse", validation))
                rows.append(row(name, "test", "mse", test + 0.01 * (seed - 1)))
    members = small.members.assign(status="finished")
    found = with_metrics(replace(small, members=members), rows)
    assert (
        "Against PCA of the same size, members are better at latent 2 (0.50 ± 0.01 against 0.90); "
        "worse at latent 8 (0.60 ± 0.01 against 0.40)."
    ) in " ".join(answer.sentences(found))
    noise = found.metrics["value"].mask(found.metrics["member"] == "pca-k8", 0.605)
    text = " ".join(answer.sentences(replace(found, metrics=found.metrics.assign(value=noise))))
    assert "members are better at latent 2" in text
    assert "worse at latent 8" not in text
