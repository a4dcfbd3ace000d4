from dataclasses import replace

from tests.report.test_methods import with_batches
from vaebio.report.listing import FIRST, UNLABELLED, listing
from vaebio.report.page import render
from vaebio.terms import MEASURES


def test_the_main_measures_are_shown_first_and_the_others_on_demand(small):
    made = listing(with_batches(small))
    first = {column.measure for column in made.columns if not column.more}
    assert first == set(FIRST)
    assert {column.measure for column in made.columns if column.more} > {"kmeans_nmi", "kbet"}
    assert len(made.further) == len(made.columns) + 2 and not any(made.further[-2:])
    for row in (*made.baselines, *made.groups, *made.groups[0].members):
        assert len(row.cells) == len(made.further)


def test_the_main_measures_are_measures():
    assert {*FIRST, *UNLABELLED} <= set(MEASURES)


def test_without_labels_the_stability_is_among_the_main_ones(alone):
    rows = alone.metrics
    own = rows["measure"] == "cluster_stability"
    results = replace(alone, metrics=rows.assign(value=rows["value"].mask(own, 0.8)))
    columns = {column.measure: column for column in listing(results).columns}
    assert not columns["cluster_stability"].more


def test_the_button_is_there_only_where_something_is_hidden(small, small_page):
    assert 'id="every-measure"' in small_page
    main = small.metrics[small.metrics["measure"].isin([*FIRST, "objective_nats"])]
    assert 'id="every-measure"' not in render(replace(small, metrics=main))
