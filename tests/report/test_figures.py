import math
from dataclasses import replace

import numpy as np
import pytest

from vaebio.report import colours, curves
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid
from vaebio.report.headline import reconstruction
from vaebio.report.listing import listing
from vaebio.report.seeds import summary, values


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("make", [colours.beta_colours, colours.latent_colours])
@pytest.mark.parametrize("number", [2, 3, 5, 8])
def test_colours_keep_their_order_in_grey(make, number):
    keys = list(range(1, number + 1))
    light = [luminance(colour) for colour in make(keys).values()]
    assert light == sorted(light, reverse=True) and len(set(light)) == number


@pytest.mark.parametrize("number", [1, 3, 6])
def test_every_colour_has_a_dark_one_that_can_be_seen(number):
    keys = list(range(1, number + 1))
    dark = colours.dark_for(keys, keys)
    for make in (colours.beta_colours, colours.latent_colours):
        for colour in make(keys).values():
            assert contrast(colour, colours.PAPER) > 2
            assert contrast(dark[colour], colours.DARK[colours.PAPER]) > 3


def test_models_have_colours_of_their_own_that_can_be_seen_in_both_themes():
    assert len(set(colours.MODELS[0])) == len(set(colours.MODELS[1])) == len(colours.MODELS[0])
    assert not set(colours.MODELS[0]) & {*colours.DARK, *colours.VALUES[0]}
    dark = colours.dark_for([1.0], [2])
    for colour in colours.model_colours([f"model {i}" for i in range(6)]).values():
        assert contrast(colour, colours.PAPER) > 2.5
        assert contrast(dark[colour], colours.DARK[colours.PAPER]) > 3


def test_text_on_the_heat_map_is_legible_in_both_themes():
    for shades, ink in zip(colours.VALUES, (colours.INK, colours.DARK[colours.INK]), strict=True):
        assert min(contrast(ink, shade) for shade in shades) > 4.5


def test_heat_map_shows_the_means_and_marks_failures(small):
    view = grid(small).views[0]
    tiles = view.figure.data[0]
    means = summary(values(small, "mse", "test")).set_index(["beta", "latent"])["mean"]
    for i, beta in enumerate((0.3, 3.0)):
        for j, latent in enumerate((2, 8)):
            assert tiles.z[i][j] == pytest.approx(means[(beta, latent)])
    assert "✕" in tiles.text[1][0] and "✕" not in tiles.text[0][0]
    assert [trace.z[0][0] for trace in view.figure.data[1:]] == pytest.approx(
        [0.70 + 0.2 / math.sqrt(3), 0.974]
    )
    assert len(view.figure.layout.shapes) == 1  # one frame


def test_views_cover_every_measure_and_split(small):
    plot = grid(small)
    assert plot.views[0].choice == {"measure": "MSE", "split": "test"}
    assert {"k-means ARI", "Leiden NMI", "Silhouette", "Active units", "Rate (KL)"} <= set(
        plot.choices["measure"]
    )
    assert {view.choice["split"] for view in plot.views} == {
        "test",
        "validation",
        "train",
        "all observations",
    }


def test_one_seed_gets_no_mark_of_best(alone):
    view = grid(alone).views[0]
    assert "●" not in str(view.figure.data[0].text) and "none is marked best" in view.reading


def test_baselines_on_the_frontier_are_gaussian_distortions(small):
    figure = frontier(small).views[0].figure
    levels = sorted(shape.y0 for shape in figure.layout.shapes)
    # -log N(x; x_hat, 1) summed over 765 features, worked out from the null's MSE of 0.974.
    assert levels[-1] == pytest.approx(765 * (0.974 / 2 + 0.9189385332))
    assert len(levels) == 3


def test_baselines_have_no_distortion_where_values_are_missing(small):
    """A member's distortion is a sum over fewer values then, of a number not in the tables."""
    account = small.prepared["account"] | {"missing": 9, "missing_share": 0.01}
    gaps = replace(small, prepared=small.prepared | {"account": account})
    for view in frontier(gaps).views:
        assert not view.figure.layout.shapes
        assert "have no level here" in view.reading
        assert "were measured" in view.reading


def test_colours_mean_the_same_when_a_beta_failed(small):
    failed = small.members["status"].mask(small.members["beta"] == 0.3, "diverged")
    figure = frontier(replace(small, members=small.members.assign(status=failed))).views[0].figure
    drawn = {c for trace in figure.data for c in np.ravel(trace.marker.color) if c}
    assert colours.beta_colours([0.3, 3.0])[3.0] in drawn


def test_curves_keep_four_digits_and_their_gaps(small):
    data = curves.data(small)
    kept = data["curves"]["k8-b3-s0"]["train"]
    rows = small.history.query("member == 'k8-b3-s0' and split == 'train'").sort_values("epoch")
    assert kept["epoch"] == list(rows["epoch"])
    assert kept["mse"] == pytest.approx(list(rows["mse"]), rel=5e-4)
    assert max(len(str(v).replace(".", "").lstrip("0")) for v in kept["mse"]) <= 4
    assert len(data["curves"]) == 12 and sum(m["diverged"] for m in data["members"]) == 1


def test_first_shown_are_the_best_then_the_corners(small):
    best = reconstruction(small)
    shown = curves.first_shown(small, 4)
    assert shown[0] == f"k{best.latent}-b{best.beta:g}-s0"
    assert set(shown) == {"k8-b0.3-s0", "k8-b3-s0", "k2-b0.3-s0", "k2-b3-s0"}
    assert curves.first_shown(small, 0) == []
    assert len(curves.first_shown(small, 99)) == 4


@pytest.mark.parametrize(
    ("missing", "ignored", "drawn"), [(9, True, True), (9, False, False), (0, False, True)]
)
def test_no_level_beside_curves_that_are_over_other_values(small, missing, ignored, drawn):
    """In training what was filled in can count; in the measures it never does."""
    train = small.config.train.model_copy(update={"ignore_imputed": ignored})
    made = replace(
        small,
        config=small.config.model_copy(update={"train": train}),
        prepared=small.prepared | {"account": small.prepared["account"] | {"missing": missing}},
    )
    assert (curves.data(made)["null"] is not None) == drawn


def test_long_curves_are_thinned_with_both_ends():
    kept = curves.thinned(5000)
    assert len(kept) == len(set(kept)) == 400 and (kept[0], kept[-1]) == (0, 4999)


def test_listing_groups_members_and_explains_what_is_absent(small):
    made = listing(small)
    assert [len(group.members) for group in made.groups] == [3, 3, 3, 3]
    assert [row.name for row in made.baselines] == [
        "null",
        "PCA, 2 components",
        "PCA, 8 components",
    ]
    failed = made.groups[1]
    assert failed.status == "3 seeds, 1 diverged"
    assert failed.members[1].cells[0].text == "—"
    assert made.reasons == {"the member diverged": failed.members[1].cells[0].mark}
    assert "objective_nats" not in {column.measure for column in made.columns}


def test_listing_without_labels_has_no_empty_columns(alone):
    made = listing(alone)
    assert [c.measure for c in made.columns][-1] == "expected_mse_sample"
    assert made.groups[0].cells[0].text == "0.78"  # as the interval over observations allows


def test_a_combination_that_failed_in_every_seed_says_so(small):
    lost = small.members["member"].isin(["k2-b3-s0", "k2-b3-s1", "k2-b3-s2"])
    failed = small.members["status"].mask(lost, "diverged")
    view = grid(replace(small, members=small.members.assign(status=failed))).views[0]
    (word,) = view.figure.layout.annotations
    assert (word.text, word.x, word.y) == ("diverged", 0, 1)
    assert view.figure.data[0].z[1][0] is None


def test_no_objective_is_compared_between_betas(small):
    assert "Objective" not in grid(small).choices["measure"]
