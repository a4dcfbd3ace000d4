import math
from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report.example import by_error, example
from vaebio.report.placed import VAE, against_pca, in_focus, levels, places


def planted(results, measure, split, values, half=0.001):
    """The results with other values of one measure, by member or baseline."""
    metrics = results.metrics
    own = (metrics["measure"] == measure) & (metrics["split"] == split)
    own &= metrics["member"].isin(values)
    value = metrics["member"].map(values).where(own)
    found = metrics.assign(
        value=metrics["value"].mask(own, value),
        low=metrics["low"].mask(own, value - half),
        high=metrics["high"].mask(own, value + half),
        reason=metrics["reason"].mask(own, ""),
    )
    return replace(results, metrics=found)


def in_focus_members(results):
    """Members of the recommended combination, and PCA of its size."""
    beta, latent = in_focus(results, "")
    own = results.members
    names = own.loc[(own["beta"] == beta) & (own["latent"] == latent), "member"]
    return list(names), f"pca-k{latent}"


@pytest.mark.parametrize(
    ("members", "pca", "half", "said"),
    [
        ((0.70, 0.71, 0.72), 0.50, 0.001, "better (difference 0.19 to 0.23, 95 % interval"),
        ((0.50, 0.51, 0.52), 0.70, 0.001, "worse (difference"),
        ((0.60, 0.71, 0.52), 0.60, 0.001, "no difference beyond the noise of the seeds"),
        ((0.70, 0.71, 0.72), 0.60, 0.200, "within the interval over observations"),
    ],
)
def test_a_difference_is_told_only_beyond_all_noise(small, members, pca, half, said):
    names, baseline = in_focus_members(small)
    values = dict(zip(names, members, strict=True)) | {baseline: pca}
    results = planted(small, "kmeans_ari", "all", values, half)
    text = against_pca(results, "", "kmeans_ari", "all")
    assert said in text
    assert ("better" in text) == said.startswith("better")


def test_one_seed_tells_no_difference(small):
    names, baseline = in_focus_members(small)
    failed = small.members["member"].isin(names[1:])
    members = small.members.assign(status=small.members["status"].mask(failed, "diverged"))
    results = planted(replace(small, members=members), "kmeans_ari", "all", {names[0]: 0.9})
    assert "one seed cannot tell" in against_pca(results, "", "kmeans_ari", "all")
    assert baseline.startswith("pca-k")


def test_the_recommended_combination_is_told_else_the_lowest_error(small):
    recommended = small.choices.set_index("choice").loc["recommended", "combination"]
    beta, latent = in_focus(small, "")
    assert recommended == f"k{latent}-b{beta:g}"
    assert "(recommended)" in against_pca(small, "", "kmeans_ari", "all")
    without = replace(small, choices=small.choices.iloc[:0])
    assert "(lowest validation MSE)" in against_pca(without, "", "kmeans_ari", "all")


def test_levels_are_means_over_counted_seeds_and_baselines_stand_with_their_size(small):
    found = levels(small, "kmeans_ari", "all")
    one = next(x for x in found if x.place.name == "beta 3, latent 2")
    rows = small.metrics[
        (small.metrics["measure"] == "kmeans_ari") & (small.metrics["split"] == "all")
    ].set_index("member")
    kept = rows.loc[["k2-b3-s0", "k2-b3-s2"]]  # the other seed diverged
    assert one.value == pytest.approx(kept["value"].mean())
    assert one.spread == pytest.approx(kept["value"].std(ddof=1))
    assert (one.low, one.high) == pytest.approx((kept["low"].mean(), kept["high"].mean()))
    assert one.single == pytest.approx(list(kept["value"]))
    names = [x.place.name for x in found]
    assert names.index("PCA, 2 components") < names.index("beta 0.3, latent 8")


def test_autoencoders_are_means_over_seeds_and_no_members(small):
    rows = small.metrics[small.metrics["member"] == "pca-k8"]
    seeds = [rows.assign(member=f"ae-k8-s{i}", value=rows["value"] + i) for i in (0, 2)]
    results = replace(small, metrics=pd.concat([small.metrics, *seeds], ignore_index=True))
    found = {x.place.name: x for x in levels(results, "kmeans_ari", "all")}
    one, pca = found["AE, 8 units"], found["PCA, 8 components"]
    assert one.place.kind == "AE" and one.value == pytest.approx(pca.value + 1)
    assert one.spread == pytest.approx(math.sqrt(2)) and math.isnan(pca.spread)
    kinds = {place.name: place.kind for place in places(results)}
    assert sum(kind == VAE for kind in kinds.values()) == 4


def test_the_example_is_the_recommended_member_where_a_table_has_it(small):
    chosen = small.choices.set_index("choice").loc["recommended", "member"]
    assert example(small, set(small.members["member"])).member == chosen
    others = [name for name in by_error(small, set(small.members["member"])) if name != chosen]
    found = example(small, {*others, "null", "pca-k8"})
    assert found.member == others[0] and "of those in the table" in found.why
    assert example(small, {"null", "pca-k8"}) is None


def test_diverged_members_are_no_example(small):
    assert "k2-b3-s1" not in by_error(small, set(small.members["member"]))
