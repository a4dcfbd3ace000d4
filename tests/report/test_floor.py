"""What is left to explain, from tables small enough to work out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import answer, floor, limits
from vaebio.report.headline import reconstruction
from vaebio.terms import COLUMNS

FLOOR = ("noise_floor", "test", "mse", 0.40, 0.38, 0.42, "counting alone")


@pytest.fixture
def rows(small):
    """The lowest error at latent 8 and beta 0.3: 0.61, 0.60 and 0.59 over three seeds."""
    made = [
        ("null", "test", "mse", 1.0, "", "", ""),
        ("pca-k8", "test", "explained", 0.7, *3 * [""]),
    ]
    for seed, mse in enumerate((0.61, 0.60, 0.59)):
        name = f"k8-b0.3-s{seed}"
        made += [(name, split, "mse", mse, "", "", "") for split in ("validation", "test")]
        made.append((name, "test", "explained", (1 - mse) / (1 - 0.40), "", "", ""))
    return made


def results_of(small, rows):
    metrics = pd.DataFrame(rows, columns=list(COLUMNS["metrics.tsv"]))
    numbers = {c: pd.to_numeric(metrics[c]) for c in ("value", "low", "high")}
    chosen = (small.members["latent"] == 8) & (small.members["beta"] == 0.3)
    return replace(small, members=small.members[chosen], metrics=metrics.assign(**numbers))


def test_the_answer_says_how_much_is_explained_and_how_the_floor_was_found(small, rows):
    results = results_of(small, [*rows, FLOOR])
    told = floor.explained(results, reconstruction(results))
    assert told == (
        "Of the error between the train mean and the noise floor (0.40, 95 % interval 0.38 to "
        "0.42) a fraction of 0.67 ± 0.02 is explained there, against 0.70 by PCA with 8 components."
    )
    assert told in answer.sentences(results)[1]
    assert "The noise floor is an estimate: counting alone." in limits.limits(results)


def test_without_a_floor_nothing_is_said_of_it(small, rows):
    results = results_of(small, rows)
    assert floor.explained(results, reconstruction(results)) == ""
    assert not any("floor" in line for line in answer.sentences(results) + limits.limits(results))


def test_a_floor_without_an_interval_is_said_without_one(small, rows):
    results = results_of(small, [*rows, (*FLOOR[:4], "", "", "counting alone")])
    told = floor.explained(results, reconstruction(results))
    assert "the noise floor (0.400) a fraction of 0.67 ± 0.02" in told
