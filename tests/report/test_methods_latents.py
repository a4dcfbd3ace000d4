"""What the methods say of the latents, of single features and of what was chosen."""

from dataclasses import replace

import pytest

from tests.report.test_methods import changed, with_batches, with_further
from vaebio.report import methods, methods_choosing, methods_information, methods_integration
from vaebio.report.references import Citations
from vaebio.report.seeds import measured
from vaebio.terms.choosing import STABILITY


def of(made, results):
    citations = Citations()
    return " ".join(made.sentences(results, set(measured(results)), citations)), {*citations.keys}


def test_sizes_of_samples_are_those_of_the_settings(small):
    settings = {"information_sample": 321, "importance_samples": 7, "active_rate": 0.25}
    text, keys = of(methods_information, changed(small, {"evaluate": settings}))
    for said in ("at most 321 observations", "7 samples of each posterior", "0.25 nats"):
        assert said in text
    assert {"hoffman2016", "chen2018", "burda2016", "lucas2019"} == keys


def test_nothing_measured_nothing_said(small):
    gone = small.metrics.assign(value=float("nan"))
    empty = {"features": small.features.iloc[:0], "strata": small.strata.iloc[:0]}
    results = replace(small, metrics=gone, **empty)
    assert of(methods_information, results) == ("", set())
    assert of(methods_integration, results) == ("", set())


def test_strata_are_those_of_the_table(small):
    text, _ = of(methods_information, small)
    assert f"{small.strata['stratum'].nunique()} strata of features" in text
    one = replace(small, strata=small.strata[small.strata["stratum"] == 1])
    assert "1 stratum of features" in of(methods_information, one)[0]


def test_scib_metrics_is_named_only_where_it_was_used(small):
    everything = " ".join(methods.paragraphs(small, Citations()))
    assert "scib-metrics" not in everything
    batched = replace(with_batches(small), prepared=small.prepared | {"batch": "donor"})
    text, keys = of(methods_integration, batched)
    assert "batches (donor)" in text and "as scib-metrics" in text
    assert {"luecken2022", "korsunsky2019", "buttner2019", "rautenstrauch2025"} == keys


def test_measures_of_labels_are_not_named_without_labels(small):
    rows = with_batches(small).metrics
    gone = rows["measure"].isin(["clisi", "isolated_labels", "kbet", "bio_conservation"])
    results = replace(small, metrics=rows.assign(value=rows["value"].mask(gone)))
    text, _ = of(methods_integration, results)
    assert "iLISI" in text and "cLISI" not in text and "kBET" not in text
    assert "bio conservation" not in text.lower()


@pytest.mark.parametrize(
    ("errors", "said"), [(1.0, "one standard error of"), (2.0, "2 standard errors of")]
)
def test_the_rule_of_the_recommendation_is_told(small, errors, said):
    choose = small.config.evaluate.choose.model_copy(update={"standard_errors": errors})
    citations = Citations()
    text = methods_choosing.paragraph(changed(small, {"evaluate": {"choose": choose}}), citations)
    assert said in text and {"breiman1984", "hastie2009", "cameron2011"} <= {*citations.keys}


def test_the_best_clustering_is_told_by_what_it_was_chosen(small):
    assert "the highest k-means ARI" in methods_choosing.paragraph(small, Citations())
    by_seeds = small.choices.assign(measure="mse")
    text = methods_choosing.paragraph(replace(small, choices=by_seeds), Citations())
    assert "agree best between seeds" in text and "ARI of all" not in text


def test_ranks_are_told_where_there_are_some(small):
    assert "Spearman" not in methods_choosing.paragraph(small, Citations())
    assert "Spearman" in methods_choosing.paragraph(with_further(small), Citations())


def test_without_the_tables_of_choosing_there_is_no_paragraph(small):
    names = ("choices", "differences", "correlations", "stability")
    results = replace(small, **{name: getattr(small, name).iloc[:0] for name in names})
    citations = Citations()
    assert methods_choosing.paragraph(results, citations) == "" and not citations.keys
    assert "" not in methods.paragraphs(results, Citations())
    labels = {entry["label"] for entry in methods.glossary(results, Citations())}
    assert not labels & {measure.label for measure in STABILITY}


def test_the_glossary_has_the_agreement_of_seeds(small):
    labels = [entry["label"] for entry in methods.glossary(small, Citations())]
    assert {measure.label for measure in STABILITY} < set(labels)
    assert len(labels) == len(set(labels))


def test_every_baseline_that_ran_is_told_with_its_source(small):
    citations = Citations()
    text = " ".join(methods.paragraphs(with_further(small), citations))
    for said in ("NMF with as many factors", "autoencoder (beta 0", "scVI ["):
        assert said in text
    assert {"lee1999", "lopez2018"} <= {*citations.keys} and "{" not in text
    text = " ".join(methods.paragraphs(small, Citations()))
    assert "NMF" not in text and "scVI" not in text and "beta 0," not in text
