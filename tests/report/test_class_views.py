from dataclasses import replace

import pytest

from vaebio.report import class_views
from vaebio.report.class_views import classes


def test_the_recommended_member_comes_first_with_pca_of_its_size_beside(small):
    plot = classes(small)
    chosen = small.choices.set_index("choice").loc["recommended", "member"]
    assert plot.views[0].choice["member"].startswith(f"{chosen} (recommended")
    assert plot.views[0].choice["classifier"] == "k-NN"
    assert [t.name for t in plot.views[0].figure.data] == ["member", "PCA"]


def test_rows_are_those_of_the_table(small):
    view = classes(small).views[0]
    member = view.choice["member"].split(" ")[0]
    table = small.classes[small.classes["classifier"] == "knn"]
    rows = table[table["member"] == member]
    pca = table[table["member"] == "pca-k" + member.split("-")[0][1:]].set_index("class")["recall"]
    for row, printed in zip(rows.itertuples(), view.rows, strict=True):
        cells = dict(zip(view.columns, printed, strict=True))
        assert cells["class"] == row._3 and cells["test"] == "15"
        assert float(cells["recall"]) == pytest.approx(row.recall, abs=0.06)
        assert float(cells["PCA recall"]) == pytest.approx(pca[cells["class"]], abs=0.06)


def test_the_class_found_least_is_named(small):
    assert "Least found: CD56+ NK, " in classes(small).views[0].reading


def test_controls_baselines_and_diverged_members_cannot_be_picked(small):
    names = classes(small).choices["member"]
    own = [name.split(" ")[0] for name in names]
    assert set(own) == set(small.members["member"]) - {"k2-b3-s1"}


def test_names_are_escaped_in_the_figure_and_plain_in_the_table(small):
    bad = "<b>T & B</b>"
    table = small.classes.assign(**{"class": small.classes["class"].replace("Dendritic", bad)})
    view = classes(replace(small, classes=table)).views[0]
    assert "&lt;b&gt;T &amp; B&lt;/b&gt;" in view.figure.layout.yaxis.ticktext
    assert bad in [row[0] for row in view.rows]
    assert not any(bad in str(t.text) for t in view.figure.data)


def test_what_has_no_room_is_said(small, monkeypatch):
    monkeypatch.setattr(class_views, "MOST_ROWS", 2 * 4 * 3)
    plot = classes(small)
    assert len(plot.choices["member"]) == 3
    assert "Of 11 members, 3 are here" in plot.views[0].reading
    assert "recommended" in plot.choices["member"][0]


def test_no_table_no_figure(small, alone):
    assert classes(replace(small, classes=small.classes.iloc[:0])).views == []
    assert classes(alone).views == []
