"""Several models in one table: each is what it would be alone, and no mean mixes them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from vaebio.report import answer, curves, page
from vaebio.report.difference_views import differences
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid
from vaebio.report.headline import ranked, reconstructions
from vaebio.report.listing import listing
from vaebio.report.rate_views import active
from vaebio.report.seeds import values
from vaebio.report.stability_views import stability
from vaebio.report.variants import names, varying
from vaebio.report.views import answer_plot

FIRST, COUNTS, LARGE = (
    "gaussian with encoder 128",
    "nb with encoder 128",
    "gaussian with encoder 256-128",
)
TABLES = ("members.tsv", "metrics.tsv", "history.tsv", "units.tsv")
CHOSEN = ("choices.tsv", "differences.tsv", "stability.tsv")


@pytest.fixture(scope="module", params=[FIRST, COUNTS, LARGE])
def model(request):
    return request.param


@pytest.fixture(scope="module")
def alone(several, several_folder, read_folder, tmp_path_factory, model):
    """The results of a folder in which only this model was ever trained."""
    folder = tmp_path_factory.mktemp("only")
    own = set(several.members.loc[names(several.members) == model, "member"])
    others = set(several.members["member"]) - own
    others |= {name.rpartition("-")[0] for name in others}
    for name in (*TABLES, *CHOSEN, "prepared.json", "settings.yaml"):
        lines = (several_folder / name).read_text().splitlines(keepends=True)
        kept = [x for x in lines if not others & set(x.split("\t")[:2])]
        (folder / name).write_text("".join(kept))
    (folder / "timing").mkdir()
    return read_folder(folder)


def drawn(plot, model=""):
    """Choice without the model, picture and table of each view of one model."""
    found = []
    for data in (v.data() for v in plot.views if v.choice.get("model", "") == model):
        data["choice"].pop("model", None)
        found.append((data["choice"], data["figure"], data["table"]))
    return found


@pytest.fixture(scope="module")
def several_listing(several):
    """Their table of members."""
    return listing(several)


def printed(made, model=""):
    """Everything a table of members says of one model."""
    return [
        (row.name, row.status, [(c.text, c.sort) for c in row.cells])
        for group in made.groups
        if group.model == model
        for row in (group, *group.members)
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("128", "128", "nb")] * 2, ["", ""]),
        ([("128", "128", "gaussian"), ("128", "128", "nb")], ["gaussian", "nb"]),
        ([("128", "64", "nb"), ("64x32", "64", "nb")], ["encoder 128", "encoder 64-32"]),
        (
            [("linear", "linear", "nb"), ("128", "256-128", "nb")],
            ["linear encoder and linear decoder", "encoder 128 and decoder 256-128"],
        ),
        (
            [("8", "8", "nb"), ("8", "linear", "zinb")],
            ["nb with decoder 8", "zinb with linear decoder"],
        ),
    ],
)
def test_models_are_named_by_what_sets_them_apart(rows, expected):
    members = pd.DataFrame(rows, columns=["encoder", "decoder", "likelihood"])
    assert list(names(members)) == expected


def test_a_model_holds_its_own_members_and_all_baselines(several, model):
    own = several.of(model)
    assert len(own.members) == 12 and set(names(several.members)) == set(several.variants)
    known = set(own.members["member"])
    assert set(own.history["member"]) == set(own.units["member"]) == known
    assert set(own.metrics["member"]) == known | {"null", "pca-k2", "pca-k8"}
    assert own.variants == [""] and own.of("") is own


def test_values_of_several_models_are_refused_where_means_are_taken(several):
    with pytest.raises(ValueError, match="one model at a time"):
        values(several, "mse", "test")


@pytest.mark.parametrize("make", [grid, frontier, differences, stability, active])
def test_the_views_of_a_model_are_those_of_a_page_of_it_alone(
    several, several_plots, alone, model, make
):
    plot = several_plots[make] if make in several_plots else make(several)
    mine, own = drawn(plot, model), drawn(make(alone))
    assert len(mine) == len(own) > 0
    for one, other in zip(mine, own, strict=True):
        assert one == other


def test_the_rows_of_a_model_are_those_of_a_page_of_it_alone(several_listing, alone, model):
    assert printed(several_listing, model) == printed(listing(alone))


def test_the_headline_of_a_model_is_that_of_a_page_of_it_alone(several, alone, model):
    (mine,) = (head for head in reconstructions(several) if head.model == model)
    (own,) = reconstructions(alone)
    assert replace(mine, model="") == own
    assert mine.single.equals(own.single)


@pytest.fixture(
    scope="module",
    params=[(FIRST, 1e6), (COUNTS, -1e6), (LARGE, np.nan)],
    ids=["worse", "better", "absent"],
)
def planted(several, request):
    """A model with absurd values, and the results that hold it."""
    model, factor = request.param
    own = several.metrics["member"].isin(several.of(model).members["member"])
    value = several.metrics["value"].where(~own, several.metrics["value"] * factor)
    return model, replace(several, metrics=several.metrics.assign(value=value))


@pytest.mark.parametrize("make", [grid, frontier])
def test_absurd_values_of_a_model_change_no_view_of_the_others(
    several, several_plots, planted, make
):
    absurd, results = planted
    plot = make(results)
    for model in set(several.variants) - {absurd}:
        assert drawn(plot, model) == drawn(several_plots[make], model)
    if make is grid and (shown := drawn(plot, absurd)):
        assert shown != drawn(several_plots[make], absurd)


def test_absurd_values_of_a_model_change_no_row_of_the_others(several, several_listing, planted):
    absurd, results = planted
    one, other = listing(results), several_listing
    for model in set(several.variants) - {absurd}:
        assert printed(one, model) == printed(other, model)
    if absurd not in {ranked(results)[0], ranked(several)[0]}:
        texts = [[[c.text for c in row.cells] for row in made.baselines] for made in (one, other)]
        assert texts[0] == texts[1]


def test_a_page_of_absurd_values_is_still_made(planted):
    absurd, results = planted
    assert page.render(results).rstrip().endswith("</html>")
    said = [*answer.sentences(results), *sum(answer.notes(results).values(), [])]
    assert absurd in " ".join(said)


def test_models_stand_in_the_order_of_their_validation_mse(several, several_plots):
    assert ranked(several) == [LARGE, COUNTS, FIRST]
    for plot in several_plots.values():
        assert plot.choices["model"] == ranked(several)
    assert several.variants == [FIRST, COUNTS, LARGE]


def test_a_model_with_a_failed_seed_at_its_best_stands_behind(several):
    best = reconstructions(several)[0]
    own = several.members["member"].isin(several.of(LARGE).members["member"])
    lost = several.members["status"].mask(own & (several.members["seed"] == 0), "diverged")
    shown = replace(several, members=several.members.assign(status=lost))
    assert best.model == LARGE and ranked(shown) == [COUNTS, FIRST, LARGE]


def test_every_view_has_its_table_and_names_its_model(several, several_plots):
    for view in (v for plot in several_plots.values() for v in plot.views):
        assert view.reading.startswith(f"Model: {view.choice['model']}")
        assert view.rows and {len(row) for row in view.rows} == {len(view.columns)}
    (view,) = answer_plot(several).views
    assert {len(row) for row in view.rows} == {4}
    assert [row[1].split(" at ")[0] for row in view.rows[:3]] == [
        f"VAE, {LARGE}",
        *(f"VAE, {model}" for model in (COUNTS, FIRST)),
    ]


def test_members_have_the_columns_in_which_models_differ(several, several_listing, small):
    made = several_listing
    assert varying(several.members) == made.architecture == ["likelihood", "encoder"]
    assert made.groups[0].architecture == ["gaussian", "256-128"]
    assert made.baselines[0].architecture == ["", ""]
    assert listing(small).architecture == []


def test_curves_start_with_the_best_of_every_model(several):
    shown = curves.first_shown(several, 4)
    prefixes = {LARGE: "e256x128-", COUNTS: "nb-", FIRST: ""}
    for head, name in zip(reconstructions(several), shown, strict=False):
        assert name == f"{prefixes[head.model]}k{head.latent}-b{head.beta:g}-s0"
    assert shown[3].startswith("e256x128-")
    assert len(set(curves.first_shown(several, 99))) == 12
    models = {m["name"]: m["model"] for m in curves.data(several)["members"]}
    assert models["nb-k2-b3-s0"] == COUNTS and models["k2-b3-s0"] == FIRST
