import json
from dataclasses import replace

import pytest

from vaebio.report import feature_views
from vaebio.report.feature_views import extremes, scatter, strata


def renamed(results, bad):
    """The results with another name for one feature."""
    table = results.features
    table = table.assign(feature=table["feature"].replace("FEATURE763", bad))
    return replace(results, features=table)


def shown(results):
    return results.choices.set_index("choice").loc["recommended", "member"]


@pytest.fixture(scope="module")
def known(small):
    """The results with features of the recommended member."""
    table = small.features
    first = table.loc[table["member"].isin(small.members["member"]), "member"].iloc[0]
    own = table.assign(member=table["member"].replace(first, shown(small)))
    return replace(small, features=own.drop_duplicates(["member", "feature"]))


def test_the_best_and_the_worst_are_named_in_order(known):
    (view,) = extremes(known).views
    own = known.features[(known.features["member"] == shown(known)) & known.features["r2"].notna()]
    ranked = list(own.sort_values("r2", ascending=False)["feature"])
    assert [row[0] for row in view.rows] == ranked[:15] + ranked[-15:]
    assert "the recommended member" in view.reading and shown(known) in view.reading
    useless = int((own["r2"] <= 0).sum())
    assert f"Of {len(own)} features, {useless} are met no better" in view.reading
    ups = view.figure.layout.yaxis.tickvals
    assert ups[15] - ups[14] == 2 and ups[1] - ups[0] == 1


def test_few_features_are_all_named(known):
    few = [f"FEATURE{i}" for i in range(12)]
    table = known.features[known.features["feature"].isin(few)]
    (view,) = extremes(replace(known, features=table)).views
    assert {row[0] for row in view.rows} == set(few)
    assert "were picked" not in view.reading


def test_the_member_of_the_table_is_shown_where_it_lacks_the_recommended(known):
    table = known.features[known.features["member"] != shown(known)]
    (view,) = extremes(replace(known, features=table)).views
    assert "the lowest validation MSE of those in the table" in view.reading


def test_hostile_features_are_escaped_in_figures_and_plain_in_tables(known):
    bad = "<script>alert(1)</script>"
    results = renamed(known, bad)
    (view,) = extremes(results).views
    assert bad in [row[0] for row in view.rows]
    for plot in (extremes(results), scatter(results)):
        assert bad not in json.dumps(plot.views[0].figure.to_plotly_json(), default=str)


def test_points_are_cut_to_a_few_thousand_and_it_is_said(known, monkeypatch):
    monkeypatch.setattr(feature_views, "MOST_POINTS", 100)
    view = scatter(known).views[0]
    assert len(view.rows) == len(view.figure.data[0].x) <= 100
    assert "every 8th by abundance" in view.reading


def test_the_difference_from_pca_is_that_of_the_table(known):
    view = scatter(known).views[1]
    assert view.choice["value"] == "R² minus that of PCA"
    table = known.features.set_index(["member", "feature"])["r2"]
    latent = shown(known).split("-")[0][1:]
    row = next(row for row in view.rows if row[0] == "FEATURE700")
    expected = table[shown(known), "FEATURE700"] - table[f"pca-k{latent}", "FEATURE700"]
    assert float(row[-1].replace("−", "-")) == pytest.approx(expected, abs=0.006)


def test_strata_show_member_pca_and_null_with_intervals(small):
    view = strata(small).views[0]
    assert view.choice == {"measure": "MSE", "split": "test"}
    assert [t.name for t in view.figure.data] == ["member", "PCA", "null"]
    table = small.strata
    own = table[(table["member"] == shown(small)) & (table["split"] == "test")]
    drawn = view.figure.data[0]
    assert list(drawn.y) == pytest.approx(list(own["mse"]))
    assert list(drawn.error_y.array) == pytest.approx(list(own["high"] - own["mse"]))
    assert "for the rarest features" in view.reading


def test_the_null_has_no_explained_fraction_of_its_own(small):
    views = {tuple(v.choice.values()): v for v in strata(small).views}
    view = views["Explained fraction", "test"]
    assert [t.name for t in view.figure.data] == ["member", "PCA"]
    assert len(views) == 9


def test_no_table_no_section(small, alone):
    empty = replace(small, features=small.features.iloc[:0], strata=small.strata.iloc[:0])
    assert feature_views.plots(empty) == []
    assert len(feature_views.plots(alone)) == 3
