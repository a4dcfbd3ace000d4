import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from vaebio.report import seeds


def table(rows):
    """Rows (beta, latent, seed, value) as `values` returns them; None is a diverged member."""
    frame = pd.DataFrame(rows, columns=["beta", "latent", "seed", "value"])
    missing = frame["value"].isna()
    return frame.assign(
        member=[f"m{i}" for i in range(len(frame))],
        status=np.where(missing, "diverged", "finished"),
        low=frame["value"] - 0.1,
        high=frame["value"] + 0.3,
        reason=np.where(missing, "diverged", ""),
        counted=~missing,
    )


def test_summary_is_mean_and_sample_deviation_over_the_counted_seeds():
    found = seeds.summary(table([(1, 2, 0, 1.0), (1, 2, 1, 3.0), (1, 2, 2, None), (4, 2, 0, 5.0)]))
    first, second = found.to_dict("records")
    assert (first["mean"], first["counted"], first["members"], first["diverged"]) == (2.0, 2, 3, 1)
    assert first["spread"] == pytest.approx(math.sqrt(2))
    assert first["half"] == pytest.approx(0.2)
    assert first["reason"] == "diverged"
    assert second["mean"] == 5.0 and math.isnan(second["spread"])


def test_a_diverged_member_counts_in_no_mean_even_with_a_value(small):
    metrics = small.metrics.copy()
    at = (metrics["member"] == "k2-b3-s1") & (metrics["measure"] == "mse")
    metrics.loc[at, ["value", "reason"]] = [1e9, ""]
    found = seeds.summary(seeds.values(replace(small, metrics=metrics), "mse", "test"))
    row = found[(found["beta"] == 3) & (found["latent"] == 2)].iloc[0]
    assert row["mean"] < 2 and row["counted"] == 2 and "diverged" in row["reason"]


def test_interval_agrees_with_scipy():
    differences = [0.3, 0.5, 0.45, 0.2]
    found = seeds.difference(differences)
    interval = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
    assert found.mean - found.half == pytest.approx(interval.low)
    assert found.mean + found.half == pytest.approx(interval.high)
    assert found.beyond_noise == (interval.low > 0)


def test_one_seed_judges_nothing():
    found = seeds.difference([0.5])
    assert found.mean == 0.5 and not found.judged and not found.beyond_noise


def test_differences_between_members_are_paired_by_seed():
    shifts = [0.0, 10.0, -7.0]  # large between seeds, the same for both combinations
    rows = [(1, 2, s, x) for s, x in enumerate(shifts)]
    rows += [(4, 2, s, x + 1 + 0.01 * s) for s, x in enumerate(shifts)]
    gap = seeds.paired(table(rows), (4, 2), (1, 2))
    assert gap.mean == pytest.approx(1.01) and gap.beyond_noise


def test_ties_are_what_does_not_differ_beyond_the_noise():
    rows = [(1, 2, s, 0.50 + 0.01 * s) for s in range(3)]
    rows += [(2, 2, s, 0.50 + 0.01 * (2 - s)) for s in range(3)]
    rows += [(3, 2, s, 0.90 + 0.01 * s) for s in range(3)]
    assert seeds.ties(table(rows), (1.0, 2)) == [(2, 2)]


@pytest.mark.parametrize(("better", "beta"), [("lower", 2), ("higher", 1)])
def test_best_prefers_combinations_without_a_failed_seed(better, beta):
    rows = [(1, 2, 0, 5.0), (1, 2, 1, 5.0), (2, 2, 0, 3.0), (2, 2, 1, 3.0)]
    rows += [(3, 2, 0, 1.0 if better == "lower" else 9.0), (3, 2, 1, None)]
    assert seeds.best(seeds.summary(table(rows)), better)["beta"] == beta


def test_best_of_nothing_is_none():
    assert seeds.best(seeds.summary(table([(1, 2, 0, None)])), "lower") is None


def test_splits_start_with_test_or_all(small):
    assert seeds.splits(small, "mse") == ["test", "validation", "train"]
    assert seeds.splits(small, "kmeans_ari") == ["all", "test"]
