"""What was chosen, in sentences and marks, from planted tables."""

from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import agreement, answer, recommendation
from vaebio.report.chosen import choice, lines, recommended
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid
from vaebio.report.headline import clustering, reconstruction
from vaebio.report.views import answer_plot
from vaebio.terms import COLUMNS
from vaebio.terms.choosing import DOWNSTREAM_NAMES

RULE = "smallest latent size within reach; 2 of 4 combinations are"
ASIDE = "alone, seeds lead to k8-b0.3 (3); of its seeds the member has the median mse of validation"


def chosen(results, **places):
    """Results in which each choice fell on a combination; its member is that of seed 0."""
    rows = [
        (name, place, f"{place}-s0", "mse", "test", 0.5, 0.4, 0.6, f"{RULE}; {ASIDE}")
        for name, place in places.items()
    ]
    return replace(results, choices=pd.DataFrame(rows, columns=list(COLUMNS["choices.tsv"])))


def planted(results, levels):
    """Results with a test and validation MSE for each combination; seeds differ by 0.01."""
    metrics = results.metrics.copy()
    own = metrics["measure"].eq("mse") & metrics["split"].isin(["test", "validation"])
    for name, level in levels.items():
        for seed in range(3):
            rows = own & (metrics["member"] == f"{name}-s{seed}")
            metrics.loc[rows, ["value", "reason"]] = [level + 0.01 * seed, ""]
    members = results.members.assign(status="finished")
    return replace(results, metrics=metrics, members=members)


@pytest.fixture
def two(small):
    """The lowest error is at latent 8 and beta 0.3; latent 2 and beta 3 costs 0.1 more."""
    levels = {"k8-b0.3": 0.5, "k8-b3": 0.7, "k2-b0.3": 0.7, "k2-b3": 0.6}
    return planted(small, levels)


def test_the_recommended_member_comes_first_with_its_rule(two):
    first = answer.sentences(chosen(two, recommended="k2-b3"))[0]
    assert first.startswith(f"Recommended is k2-b3-s0 (beta 3 and latent 2): {RULE}. ")
    assert "Its test MSE is 0.61 ± 0.01 (mean ± standard deviation over 3 seeds)" in first
    assert "alone, seeds" not in first


def test_the_lowest_error_is_held_against_the_recommended_one(two):
    text = recommendation.others(chosen(two, recommended="k2-b3", knee="k8-b3"))
    assert text == (
        "The lowest validation MSE is at beta 0.3 and latent 8; its test MSE is 0.51 ± 0.01, and "
        "that of the recommended one is 0.10000 higher (95 % interval 0.10000 to 0.10000, paired "
        "by seed): beyond the noise. The knee of the frontier of rate and distortion is beta 3 "
        "and latent 8."
    )


def test_one_combination_for_all_is_said_once(two):
    found = chosen(two, recommended="k8-b0.3", knee="k8-b0.3")
    assert recommendation.others(found) == (
        "It is the knee of the frontier of rate and distortion as well."
    )


def test_nothing_recommended_is_said_with_its_reason(small):
    row = ("recommended", "", "", "", "", None, None, None, "every member diverged")
    table = pd.DataFrame([row], columns=list(COLUMNS["choices.tsv"]))
    found = replace(small, choices=table.astype({"value": float, "low": float, "high": float}))
    assert choice(found, "recommended") is None and recommended(found) is None
    first = answer.sentences(found)[0]
    assert first.startswith("No combination is recommended: every member diverged. The validation")
    (line,) = lines(found)
    assert (line.place, line.value, line.reason) == ("none", "", "every member diverged")


def test_without_the_table_nothing_is_chosen(small):
    none = replace(small, choices=small.choices.iloc[:0])
    assert lines(none) == [] and recommended(none) is None
    assert "ecommend" not in " ".join(answer.sentences(none))
    assert "ecommend" not in grid(none).views[0].reading


def test_the_table_has_the_value_of_the_member(two):
    (line,) = lines(chosen(two, recommended="k2-b3"))
    assert (line.title, line.member) == ("Recommended", "k2-b3-s0")
    assert line.value == "MSE, test: 0.5 (95 % interval 0.4 to 0.6)"
    assert "within one standard error" in line.rule and line.reason.endswith(
        "median mse of validation"
    )


def test_a_choice_of_one_model_is_in_no_other(several):
    found = several.choices.set_index("choice").loc["recommended", "combination"]
    own = [m for m in several.variants if choice(several.of(m), "recommended")]
    assert own == [choice(several, "recommended").model]
    assert recommended(several).model == own[0]
    assert choice(several, "recommended").combination == found


@pytest.mark.parametrize(("place", "dashes"), [("k2-b3", ["dot", "solid"]), ("k8-b0.3", ["solid"])])
def test_frames_of_the_grid(two, place, dashes):
    found = chosen(two, recommended=place)
    view = grid(found).views[0]
    assert sorted(shape.line.dash for shape in view.figure.layout.shapes) == dashes
    solid = next(s for s in view.figure.layout.shapes if s.line.dash == "solid")
    one = choice(found, "recommended")
    assert (solid.x0, solid.y0) == ([2, 8].index(one.latent) - 0.5, [0.3, 3].index(one.beta) - 0.5)
    assert ("dotted frame" in view.reading) == (len(dashes) == 2)


def test_the_controls_are_grey_rows_that_do_not_stretch_the_colours(small):
    rows = [("control-labels", "all", "kmeans_ari", 1.0, 1.0, 1.0, "")]
    rows += [("control-random", "all", "kmeans_ari", 0.0, 0.0, 0.0, "")]
    table = pd.DataFrame(rows, columns=list(COLUMNS["metrics.tsv"]))
    found = replace(small, metrics=pd.concat([small.metrics, table], ignore_index=True))
    view = next(v for v in grid(found).views if v.choice["measure"] == "k-means ARI")
    assert list(view.figure.layout.yaxis.ticktext) == ["0.3", "3", "PCA", "labels", "noise"]
    assert view.figure.data[0].zmax < 1 and "control" not in view.reading
    assert "in place of the latents" in view.reading
    assert len({colour for _, colour in view.figure.data[2].colorscale}) == 1


def test_the_frontier_marks_choices_at_their_points(two):
    found = chosen(two, recommended="k2-b3", knee="k8-b0.3")
    view = frontier(found).views[0]
    points = {(row[1], row[0]): row for row in view.rows}
    marks = {t.name: t for t in view.figure.data if t.name in ("recommended", "knee")}
    assert set(marks) == {"recommended", "knee"}
    for name, place in (("recommended", ("2", "3")), ("knee", ("8", "0.3"))):
        assert float(points[place][2]) == pytest.approx(marks[name].x[0], rel=0.01)
        assert float(points[place][4]) == pytest.approx(marks[name].y[0], rel=0.001)


def test_the_analytic_frontier_is_that_of_the_expected_measures(small):
    view = frontier(small).views[0]
    (line, _) = (t for t in view.figure.data if "linear VAE" in (t.hovertemplate or ""))
    rows = small.metrics[small.metrics["member"].str.startswith("k2-b0.3")]
    rate, error = (
        rows.loc[rows["measure"] == name, "value"].mean()
        for name in ("expected_rate_nats", "expected_mse_sample")
    )
    # -log N(x; x_hat, 1), summed over 765 features.
    assert (line.x[0], line.y[0]) == pytest.approx((rate, 765 * (error / 2 + 0.9189385332)))
    on_train = next(v for v in frontier(small).views if v.choice["split"] == "train")
    assert "no bound" in view.reading and "no bound" not in on_train.reading


def test_no_analytic_frontier_where_a_squared_error_is_no_distortion(several):
    for view in frontier(several).views:
        drawn = any("linear VAE" in (t.hovertemplate or "") for t in view.figure.data)
        assert drawn == view.choice["model"].startswith("gaussian")


def ranks(results, value, low, high, reason="", measure="kmeans_ari"):
    row = ("mse", measure, "all", value, low, high, 18, 6, reason)
    table = pd.DataFrame([row], columns=list(COLUMNS["correlations.tsv"]))
    return replace(
        results, correlations=table.astype({"value": float, "low": float, "high": float})
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "start"),
    [
        (-0.72, -0.9, -0.3, "Reconstruction and downstream quality agree: "),
        (0.72, 0.3, 0.9, "Reconstruction and downstream quality disagree: "),
        (-0.2, -0.6, 0.3, "Whether reconstruction and downstream quality agree cannot be said: "),
    ],
)
def test_ranks_agree_disagree_or_cannot_be_told(small, value, low, high, start):
    text = agreement.sentence(ranks(small, value, low, high), clustering(small))
    assert text.startswith(f"{start}rank correlation of test MSE and k-means ARI over 18 members")
    shown = ["−0.7", "−0.9 to −0.3"] if value == -0.72 else []
    assert all(number in text for number in shown)


def test_ranks_that_are_absent_say_why(small):
    found = ranks(small, None, None, None, "4 combinations: fewer than 5")
    text = agreement.sentence(found, clustering(small))
    assert text.endswith("agree cannot be said: 4 combinations: fewer than 5.")


def test_every_downstream_measure_is_counted_once(small):
    table = small.correlations.assign(value=-0.5, low=-0.8, high=-0.2, reason="")
    table.loc[table["measure"] == "knn_accuracy", ["value", "low", "high"]] = [0.5, 0.2, 0.8]
    table.loc[table["measure"] == "silhouette", "high"] = 0.1
    text = agreement.sentence(replace(small, correlations=table), None)
    number = len(DOWNSTREAM_NAMES)
    assert text == (
        f"Of {number} downstream measures, {number - 2} agree with the reconstruction, 1 disagrees "
        "and 1 cannot be told."
    )


def test_best_clustering_without_labels_is_told_by_its_own_rule(small):
    found = chosen(small, recommended="k8-b0.3", best_clustering="k2-b3")
    assert recommendation.stable(found) == f"Best clustering: {RULE}."


def test_the_picture_beside_the_answer_is_that_of_the_recommended(two):
    found = chosen(two, recommended="k2-b3")
    (view,) = answer_plot(found, recommended(found)).views
    assert view.rows[0][1] == "VAE, beta 3 and latent 2"
    assert reconstruction(found).latent == 8
