"""Figures of the latent space and of the steps of beta, from planted tables."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import page
from vaebio.report.difference_views import differences
from vaebio.report.rate_views import active, parts
from vaebio.report.stability_views import stability
from vaebio.report.unit_views import first_member, units
from vaebio.terms import COLUMNS


def view_of(plot, **choice):
    """The one view with these choices."""
    (found,) = (v for v in plot.views if choice.items() <= v.choice.items())
    return found


def test_units_are_ranked_by_rate_beside_the_expected_of_the_same_rank(small):
    rows = [
        ("k2-b0.3-s0", "0", 0.001, 0.9, "False", 0.4),
        ("k2-b0.3-s0", "1", 2.5, 0.1, "True", 2.0),
    ]
    own = pd.DataFrame(rows, columns=list(COLUMNS["units.tsv"]))
    (view,) = units(replace(small, units=own)).views
    seen, expected = view.figure.data
    assert (list(seen.x), list(seen.y)) == ([1, 2], [2.5, 0.001])
    assert list(expected.y) == [2.0, 0.4]
    assert list(seen.marker.opacity) == [1.0, 0.35]
    assert view.rows == [["1", "1", "2.50", "2.00", "yes"], ["2", "0", "0.00100", "0.400", "no"]]
    assert "1 of 2 units are active" in view.reading and "carry 2.50 nats" in view.reading


def test_no_expected_rate_is_said_and_not_drawn(small):
    own = small.units.assign(expected_rate_nats=math.nan)
    view = units(replace(small, units=own)).views[0]
    assert len(view.figure.data) == 1 and "No expected rate is known" in view.reading


def test_the_recommended_member_is_drawn_first(small):
    plot, first = units(small), first_member(small)
    member = small.members.set_index("member").loc[first]
    assert first == small.choices.set_index("choice").loc["recommended", "member"]
    assert plot.views[0].choice == {
        "latent": f"{member.latent}",
        "beta": f"{member.beta:g}",
        "seed": f"{member.seed}",
    }
    assert f"{first}, the recommended member" in plot.views[0].reading
    assert sum("the recommended member" in view.reading for view in plot.views) == 1
    assert len(plot.views) == small.units["member"].nunique()


def test_without_a_choice_the_lowest_validation_error_is_drawn_first(small):
    none = replace(small, choices=small.choices.iloc[:0])
    view = units(none).views[0]
    assert (view.choice["latent"], view.choice["beta"]) == ("8", "0.3")
    assert "recommended" not in view.reading


def test_active_units_by_each_definition(small):
    metrics = small.metrics.copy()
    rows = metrics["member"].eq("k8-b3-s0")
    metrics.loc[rows & metrics["measure"].eq("active_units_rate"), "value"] += 3
    view = view_of(active(replace(small, metrics=metrics)), latent="8")
    found = {trace.name: list(trace.y) for trace in view.figure.data}
    assert set(found) == {"Active units", "Active units by rate", "Expected active units"}
    plain, by_rate, expected = found.values()
    assert plain == expected and by_rate[0] == plain[0]
    assert by_rate[1] == pytest.approx(plain[1] + 1)  # 3 more in one of 3 seeds


def test_the_parts_of_the_rate_are_stacked_to_it(small):
    view = view_of(parts(small), latent="8")
    *bars, rate = view.figure.data
    assert [bar.name for bar in bars] == [
        "Mutual information",
        "Total correlation",
        "Dimension-wise KL",
    ]
    sums = [sum(heights) for heights in zip(*(bar.y for bar in bars), strict=True)]
    assert sums == pytest.approx(list(rate.y)) and view.figure.layout.barmode == "stack"


def test_mutual_information_that_is_absent_is_said_with_its_reason(small):
    metrics = small.metrics.copy()
    gone = metrics["measure"].isin(["mutual_information_nats", "total_correlation_nats"])
    gone &= metrics["member"].str.contains("b0.3-")
    metrics.loc[gone, ["value", "reason"]] = [math.nan, "the posteriors hardly overlap"]
    view = view_of(parts(replace(small, metrics=metrics)), latent="8")
    information, _, dimensions, _ = view.figure.data
    assert (len(information.y), len(dimensions.y)) == (1, 2)
    assert "absent at beta 0.3, so what is left up to the tick is not told apart" in view.reading
    assert "the posteriors hardly overlap" in view.reading


def test_nothing_of_the_latents_no_section(alone):
    bare = replace(
        alone,
        units=alone.units.iloc[:0],
        stability=alone.stability.iloc[:0],
        choices=alone.choices.iloc[:0],
        metrics=alone.metrics[alone.metrics["measure"].isin(["mse", "distortion_nats"])],
    )
    plots = (units, active, parts, stability, differences)
    assert [make(bare).views for make in plots] == [[], [], [], [], []]
    html = page.render(bare)
    assert 'id="latent"' not in html and 'id="chosen"' not in html and 'id="grid"' in html


def test_stability_shows_the_range_of_the_pairs_and_what_was_left_out(small):
    view = view_of(stability(small), measure="Linear CKA", split="all observations")
    (tiles,) = view.figure.data
    table = small.stability.query("measure == 'cka' and split == 'all'")
    table = table.set_index(["beta", "latent"])
    assert tiles.z[0][1] == pytest.approx(table.loc[(0.3, 8), "value"])
    assert (tiles.zmin, tiles.zmax) == (0, 1)
    assert tiles.text[0][1] == "0.95<br>0.91 to 0.98"
    # Of three seeds one diverged: one pair is left, which has no range.
    assert tiles.text[1][0] == "0.92"
    assert "of 3 seeds 1 diverged left out" in view.reading
    assert "no confidence interval" in view.reading


def test_a_single_seed_has_no_stability(alone):
    assert stability(alone).views == []


def steps(small, rows):
    """Results with planted differences of the test MSE at latent 8."""
    table = [
        (f"k8-b{large:g}", f"k8-b{least:g}", 8, large, least, "test", "mse", *numbers)
        for (least, large), numbers in rows.items()
    ]
    table = pd.DataFrame(table, columns=list(COLUMNS["differences.tsv"]))
    numbers = dict.fromkeys(("value", "low", "high"), float)
    return replace(small, differences=table.astype(numbers))


def test_a_step_of_beta_is_filled_where_its_interval_leaves_out_zero(small):
    numbers = {(0.3, 3.0): (0.04, 0.01, 0.07, 3, "")}
    (view,) = differences(steps(small, numbers)).views
    assert view.choice == {"measure": "MSE", "latent": "8"}
    dot = view.figure.data[-1]
    assert (list(dot.x), list(dot.marker.symbol)) == ([0.04], ["circle"])
    assert list(view.figure.data[0].x) == [0.01, 0.07]
    assert view.rows == [["0.3", "3", "0.04", "0.01", "0.07", "3", ""]]
    assert "Left of 0 the larger beta is better" in view.reading
    assert "no correction" in view.reading
    numbers = {(0.3, 3.0): (0.04, -0.01, 0.09, 3, "")}
    (view,) = differences(steps(small, numbers)).views
    assert list(view.figure.data[-1].marker.symbol) == ["circle-open"]


def test_one_seed_has_a_dot_and_no_interval(small):
    found = steps(small, {(0.3, 3.0): (0.04, None, None, 1, "one seed: no interval")})
    (view,) = differences(found).views
    assert len(view.figure.data) == 1 and "nothing is filled" in view.reading
    assert list(view.figure.data[0].marker.symbol) == ["circle-open"]
    assert view.rows[0][-1] == "one seed: no interval"


def test_betas_that_are_no_neighbours_are_left_out(results_folder, read_folder, tmp_path):
    folder = results_folder(tmp_path / "a", betas=(0.3, 1.0, 3.0), latents=(8,), epochs=22)
    found = read_folder(folder)
    numbers = {pair: (0.1, 0.05, 0.15, 3, "") for pair in ((0.3, 1.0), (0.3, 3.0), (1.0, 3.0))}
    (view,) = differences(steps(found, numbers)).views
    assert list(view.figure.layout.yaxis.ticktext) == ["0.3 → 1", "1 → 3"]
