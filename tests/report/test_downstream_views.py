import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from tests.report.test_methods import with_batches
from tests.report.test_methods_downstream import with_controls
from vaebio.report import downstream_views
from vaebio.report.colours import DARK, beta_colours
from vaebio.report.downstream_figures import LOOKS
from vaebio.report.downstream_views import downstream
from vaebio.report.integration_views import integration
from vaebio.report.rank_views import trade


def view_of(plot, **choice):
    return next(v for v in plot.views if choice.items() <= dict(v.choice).items())


def trace(view, name):
    return next(t for t in view.figure.data if t.name == name)


def test_every_measured_measure_has_a_view_and_k_means_comes_first(small):
    plot = downstream(small)
    assert plot.views[0].choice == {"measure": "k-means ARI", "split": "all observations"}
    shown = {view.choice["measure"] for view in plot.views}
    assert {"Leiden ARI", "Stable Leiden ARI", "Silhouette", "k-NN accuracy"} < shown
    assert "MSE" not in shown


def test_dots_have_the_intervals_of_the_table(small):
    view = view_of(downstream(small), measure="k-means ARI", split="all observations")
    columns = list(view.columns)
    rows = {row[0]: dict(zip(columns, row, strict=True)) for row in view.rows}
    drawn = trace(view, "beta 0.3")
    up = dict(
        zip(view.figure.layout.yaxis.ticktext, view.figure.layout.yaxis.tickvals, strict=True)
    )
    place = list(drawn.y).index(up["beta 0.3, latent 8"])
    low = drawn.x[place] - drawn.error_x.arrayminus[place]
    row = rows["beta 0.3, latent 8"]
    assert float(row["low"]) == pytest.approx(low, abs=0.01)
    assert float(row["low"]) < float(row["k-means ARI"]) < float(row["high"])
    assert row["seeds"] == "3" and rows["PCA, 8 components"]["seeds"] == ""


def test_betas_and_baselines_have_the_colours_of_the_page(small):
    view = view_of(downstream(with_controls(small)), measure="k-means ARI")
    betas = beta_colours(list(small.members["beta"]))
    assert trace(view, "beta 0.3").marker.color == betas[0.3]
    for name in ("PCA", "control"):
        assert trace(view, name).marker.color == LOOKS[name][0]
    assert {colour for colour, _ in LOOKS.values()} <= set(DARK)


def test_controls_are_rows_and_never_seeds_of_a_member(small):
    view = view_of(downstream(with_controls(small)), measure="k-NN accuracy")
    rows = {row[0]: row for row in view.rows}
    assert list(rows)[-2:] == ["control: labels", "control: noise"]
    assert rows["control: labels"][1:3] == ["", ""] and rows["control: labels"][-1] == ""
    assert "Controls" in view.reading
    assert "Controls" not in view_of(downstream(small), measure="k-NN accuracy").reading


def test_without_labels_the_stability_of_clusters_is_shown(alone):
    rows = alone.metrics
    own = (rows["measure"] == "cluster_stability") & (rows["split"] == "all")
    results = replace(alone, metrics=rows.assign(value=rows["value"].mask(own, 0.8)))
    plot = downstream(results)
    assert {view.choice["measure"] for view in plot.views} == {"Cluster stability"}
    assert "stable" in plot.question and "label" not in plot.question


def test_nothing_measured_no_figure(alone):
    assert downstream_views.plots(alone) == []


def test_models_are_not_mixed(several):
    plot = downstream(several)
    assert set(plot.choices["model"]) == set(several.variants)
    for view in plot.views:
        members = [row for row in view.rows if row[0].startswith("beta")]
        assert len(members) == 4


def with_ranks(results, **cells):
    row = {"reconstruction": "mse", "measure": "kmeans_ari", "split": "all", "reason": ""}
    row |= {"value": -0.62, "low": -0.81, "high": -0.33, "members": 11, "combinations": 4} | cells
    return replace(results, correlations=pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("cells", "said", "unsaid"),
    [
        ({}, "members with a higher MSE have a lower k-means ARI", "no direction"),
        ({"high": 0.1}, "no direction beyond the noise", "higher MSE"),
        (
            {"value": math.nan, "reason": "`x` is absent"},
            "correlation: x is absent.",
            "NaN",
        ),
    ],
)
def test_the_rank_correlation_is_told_with_its_interval(small, cells, said, unsaid):
    reading = view_of(trade(with_ranks(small, **cells)), measure="k-means ARI").reading
    assert said in reading and unsaid not in reading
    assert cells.get("reason") or "−0.6 (95 % interval −0.8 to" in reading


def test_without_its_table_no_rank_correlation_is_told(small):
    results = replace(small, correlations=small.correlations.iloc[:0])
    assert all("ank correlation" not in view.reading for view in trade(results).views)


def test_points_are_members_alone_and_diverged_ones_are_left_out(small):
    view = view_of(trade(with_controls(small)), measure="k-means ARI")
    points = [t for t in view.figure.data if t.name.startswith("beta")]
    assert sum(len(t.x) for t in points) == 11  # of 12 one diverged
    assert {t.name for t in view.figure.data} - {t.name for t in points} == {"PCA"}
    names = [row[0] for row in view.rows]
    assert "k2-b3-s1" not in names and "PCA, 8 components" in names and "control" not in str(names)


def test_all_models_share_one_picture_of_ranks(several):
    view = view_of(trade(several), measure="k-means ARI")
    members = [row[0] for row in view.rows if row[1]]
    sound = several.members.loc[several.members["status"] != "diverged", "member"]
    assert sorted(members) == sorted(sound)


def test_batches_are_shown_only_where_they_were_measured(small):
    assert integration(small).views == []
    (view,) = integration(with_batches(small)).views
    heat = view.figure.data[0]
    assert (heat.zmin, heat.zmax) == (0, 1)
    assert list(view.figure.layout.xaxis.ticktext)[:2] == [
        "Batch<br>correction",
        "Bio<br>conservation",
    ]
    assert "Mixing alone is no success" in view.reading
    assert {row[0] for row in view.rows} == set(view.figure.layout.yaxis.ticktext)
    assert "control" not in str(view.rows)


def test_views_are_json(small):
    for plot in downstream_views.plots(with_batches(small)):
        json.dumps(plot.data(), allow_nan=False)
