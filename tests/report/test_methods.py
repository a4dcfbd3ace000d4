from dataclasses import replace

import pytest

from vaebio.report import methods
from vaebio.report.references import Citations, entries, formatted
from vaebio.terms import MEASURES


def test_every_source_of_the_vocabulary_has_an_entry():
    assert {m.source for m in MEASURES.values()} - {""} <= set(entries())


def test_entries_are_whole_and_cited_somewhere(small):
    citations = Citations()
    methods.paragraphs(small, citations)
    methods.glossary(small, citations)
    assert set(citations.keys) == set(entries())
    for key in entries():
        assert {"author", "title", "year", "bibtex"} <= set(entries()[key])
        assert entries()[key]["bibtex"].count("{") == entries()[key]["bibtex"].count("}")


def test_numbers_follow_the_order_of_citation():
    citations = Citations()
    assert citations.cite("traag2019") == "[1]"
    assert citations.cite("wolf2018", "traag2019") == "[1, 2]"
    assert citations.cite("traag2019") == "[1]"
    with pytest.raises(KeyError, match="nobody1900"):
        citations.cite("nobody1900")


def test_a_reference_reads_well():
    entry = formatted("traag2019")
    assert entry["text"] == (
        "Vincent A. Traag, Ludo Waltman, Nees Jan van Eck. From Louvain to Leiden: guaranteeing "
        "well-connected communities. Scientific Reports 9, 5233 (2019)."
    )
    assert entry["address"] == "https://doi.org/10.1038/s41598-019-41695-z"


def test_the_paragraph_says_what_ran(small):
    text = " ".join(methods.paragraphs(small, Citations()))
    for said in (
        "0.3, 3",
        "one hidden layer of 128 units",
        "learning rate 0.002",
        "20 epochs",
        "1 diverged",
        "train (490), validation (105) and test (105)",
        "bulk_labels",
        "as follows: no cell was dropped: every",
    ):
        assert said in text


def test_the_paragraph_leaves_out_what_did_not_happen(alone):
    train = alone.config.train.model_copy(update={"warmup": 0})
    model = alone.config.model.model_copy(update={"encoder": (), "decoder": ()})
    config = alone.config.model_copy(update={"train": train, "model": model})
    citations = Citations()
    text = " ".join(methods.paragraphs(replace(alone, config=config), citations))
    assert "k-means" not in text and "linearly" not in text and "relu" not in text
    assert not {"traag2019", "sonderby2016", "ba2016"} & set(citations.keys)


def test_versions_name_what_matters():
    found = methods.versions()
    assert set(methods.PACKAGES) < set(found) and "Python" in found
