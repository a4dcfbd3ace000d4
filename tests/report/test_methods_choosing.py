from dataclasses import replace

from vaebio.report.methods_choosing import paragraph
from vaebio.report.references import Citations


def told(results, label="bulk_labels", **settings):
    """The paragraph and what it cites, with some settings of choosing."""
    evaluate = results.config.evaluate
    choose = evaluate.choose.model_copy(update=settings)
    config = results.config.model_copy(
        update={"evaluate": evaluate.model_copy(update={"choose": choose})}
    )
    prepared = results.prepared | {"label": label}
    citations = Citations()
    return paragraph(replace(results, config=config, prepared=prepared), citations), citations.keys


def test_the_settings_that_ran_are_told(small):
    text, _ = told(small, clustering="leiden_nmi", standard_errors=2, draws=77, observations=123)
    assert "Leiden NMI with the labels" in text and "within 2 standard errors of" in text
    assert "77 draws" in text and "at most 123 observations" in text
    assert "within 1 standard error of" in told(small)[0]


def test_without_labels_clusters_are_those_of_neighbours(small):
    text, _ = told(small, label="", resolution=0.7)
    assert "agree best between seeds" in text and "Leiden clusters at resolution 0.7" in text
    assert "k-means" not in text


def test_one_seed_is_compared_with_none(small):
    members = small.members[small.members["seed"] == small.members["seed"].iloc[0]]
    text, cited = told(replace(small, members=members))
    assert "CKA" not in text and not {"kornblith2019", "song2012", "schonemann1966"} & {*cited}
    assert "breiman1984" in cited
